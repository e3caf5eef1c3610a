using Intervision.Demo.Region;
using Intervision.Demo.Suite;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Demo.Season;

/// <summary>After the table: its decisions the same evening, the report back to the patient two weeks later.</summary>
internal static class FollowUp
{
    private const int RestitutionDays = 15;

    private static readonly string[] Orientations =
    [
        "MAINTIEN_SUIVI_AMBULATOIRE", "ADAPTATION_TRAITEMENT", "CONTRAT_DELIVRANCE_OFFICINE", "ORIENTATION_CSAPA",
        "ORIENTATION_PSYCHIATRIE_CMP", "ACCOMPAGNEMENT_SOCIAL", "BILAN_SOMATIQUE", "DESIGNATION_REFERENT_UNIQUE",
    ];

    public static DateOnly RestitutionDate(DateOnly discussed) => discussed.AddDays(RestitutionDays);

    public static async Task Decide(Stage stage, CaseLife life, string session, DateOnly day)
    {
        if (life.Case is not { State: CaseState.Discussed })
        {
            return;
        }

        var row = life.Row;
        var decision = new Decision
        {
            Orientation = Orientations[RequestId.Die(Orientations.Length, row.Raw, "orientation")],
            Responsible = $"professionals/{row.Requester}",
            DueDate = day.AddDays(30).ToProto(),
            PatientAgreementSought = true,
            Wording = $"« {row.Request.Question} » : le demandeur propose cette suite au patient et en rend compte à la table.",
        };
        await life.Step(async current => (await stage.Suite.Intake.RecordDecisionsAsync(
            new RecordDecisionsRequest
            {
                RequestId = RequestId.Of("requests.csv", row.Raw, "decide"),
                Name = current.Name,
                Etag = current.Etag,
                Session = session,
                Decisions = { decision },
            },
            stage.As(life.ReferentOfCase(), Stage.At(day, 21)))).Case);
    }

    public static async Task ReportBack(Stage stage, CaseLife life, DateOnly day)
    {
        if (life.Case is not { State: CaseState.Decided })
        {
            return;
        }

        var lost = RequestId.Die(20, life.Row.Raw, "restitution") == 0;
        await life.Step(async current => (await stage.Suite.Intake.RecordRestitutionAsync(
            new RecordRestitutionRequest
            {
                RequestId = RequestId.Of("requests.csv", life.Row.Raw, "restitution"),
                Name = current.Name,
                Etag = current.Etag,
                Done = !lost,
                ImpossibleReason = lost ? "PERDU_DE_VUE" : "",
                RestitutionDate = day.ToProto(),
            },
            stage.As(life.Requester(), Stage.At(day, 17)))).Case);
    }
}
