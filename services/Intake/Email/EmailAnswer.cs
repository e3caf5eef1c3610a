using Intervision.Intake.Cases;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Email;

/// <summary>What was understood, and what is asked for.</summary>
internal static class EmailAnswer
{
    public static SubmitEmailResponse Of(Case draft, Understood understood, SubmitFacts facts, int attachments, Caller caller)
    {
        var missing = draft.State == CaseState.Draft ? Missing(understood, facts) : [];
        var response = new SubmitEmailResponse
        {
            Case = draft.View(caller),
            RefusedAttachments = attachments,
            Notice = Notice(draft, missing.ConvertAll(m => m.French), understood, attachments),
        };
        response.MissingFields.Add(missing.Select(m => m.Field));
        response.Warnings.Add(understood.Warnings);
        return response;
    }

    private static List<(string Field, string French)> Missing(Understood understood, SubmitFacts facts)
    {
        List<(string, string)> missing = [("pole", "le pôle ou la commune de prise en charge"), ("principal_motive", "le motif principal"), ("age_band", "la tranche d'âge")];
        if (understood.Question is null)
        {
            missing.Add(("question", "la question posée à la table"));
        }

        if (facts.AttendingPhysicianRequired)
        {
            missing.Add(("attending_physician", "le médecin traitant, ou pourquoi il n'y en a pas"));
        }

        if (understood.Availabilities.Count == 0)
        {
            missing.Add(("availabilities", "vos disponibilités"));
        }

        return missing;
    }

    private static string Notice(Case draft, List<string> missing, Understood understood, int attachments)
    {
        var said = new List<string>();
        if (missing.Count > 0)
        {
            said.Add($"Demande reçue, à compléter. Il manque : {string.Join(" ; ", missing)}.");
        }
        else
        {
            said.Add($"Demande déjà complétée. {NextSteps.Of(draft)}");
        }

        if (understood.Warnings.Count > 0)
        {
            said.Add("La question du message n'est pas conservée : elle contient de quoi reconnaître quelqu'un.");
        }

        if (attachments > 0)
        {
            said.Add($"Pièces jointes refusées et non conservées : {attachments}.");
        }

        return string.Join(' ', said);
    }
}
