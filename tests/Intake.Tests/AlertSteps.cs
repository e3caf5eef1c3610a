using Intervision.Intake.V1;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Intake.Tests;

/// <summary>Alerts about a pôle of their own, in January 2027, on the last quarter of 2026.</summary>
internal static class AlertSteps
{
    /// <summary>15 January 2027, in hours after the start.</summary>
    public const double January = 106 * 24;

    public static readonly DateOnly October = new(2026, 10, 1);

    public static DevelopmentClaims ReferentOf(string pole) => Tokens.Referent("professionals/PER-A", pole);

    /// <summary>A pôle where so many situations with alcohol were discussed in the quarter, and so many without.</summary>
    public static async Task<string> PoleWith(this IntakeFixture service, int bearing, int others = 0)
    {
        var pole = $"poles/A{IntakeFixture.NewId()[^8..]}";
        await service.Deliver(
            "membership",
            new PoleChanged { Pole = new Pole { Name = pole, Programme = "programmes/ADDICTIONS", State = Pole.Types.State.Active } }, pole, IntakeFixture.Start);
        for (var i = 0; i < bearing + others; i++)
        {
            await service.DiscussOne(pole, i < bearing ? "ALCOOL" : "TABAC");
        }

        return pole;
    }

    public static async Task DiscussOne(this IntakeFixture service, string pole, string product, int days = 20)
    {
        var submitted = await service.Submitted(r =>
        {
            r.Pole = pole;
            r.Products.Clear();
            r.Products.Add(product);
        });
        await service.Db.InTransaction(
            tx => tx.Execute(
                """
                insert into intervision (case_id, rank, session, discuss_time)
                select id, 1, 'sessions/a', submit_time + @days * interval '1 day' from cases where 'cases/' || code = @Name
                """,
                new { submitted.Name, days }),
            CancellationToken.None);
    }

    public static DraftAlertRequest Draft(string territory, Action<DraftAlertRequest>? change = null)
    {
        var request = new DraftAlertRequest
        {
            RequestId = IntakeFixture.NewId(),
            Criteria = new AlertCriteria { Products = { "ALCOOL" }, Territory = territory, FromDate = October.ToProto(), UntilDate = October.AddMonths(3).ToProto() },
            Texts = new AlertTexts { Facts = "Des délais de plusieurs mois pour un sevrage hospitalier.", Request = "Ouvrir des places de sevrage dans le territoire." },
        };
        change?.Invoke(request);
        return request;
    }

    public static async Task<Alert> Drafted(this IntakeFixture service, string territory, Action<DraftAlertRequest>? change = null) =>
        (await service.Intake.DraftAlertAsync(Draft(territory, change), IntakeFixture.At(IntakeFixture.Coordinator, January))).Alert;

    public static ValidateAlertRequest Validate(Alert alert, AlertCapacity capacity) =>
        new() { RequestId = IntakeFixture.NewId(), Name = alert.Name, Etag = alert.Etag, Capacity = capacity };

    public static async Task<Alert> HalfValidated(this IntakeFixture service, Alert alert) =>
        (await service.Intake.ValidateAlertAsync(Validate(alert, AlertCapacity.Referent), IntakeFixture.At(ReferentOf(alert.Poles[0]), January + 3))).Alert;

    public static async Task<Alert> Validated(this IntakeFixture service, Alert alert) =>
        (await service.Intake.ValidateAlertAsync(
            Validate(await service.HalfValidated(alert), AlertCapacity.Association), IntakeFixture.At(IntakeFixture.Coordinator, January + 4))).Alert;

    public static TransmitAlertRequest Transmit(Alert alert, string recipient = "ARS") => new()
    {
        RequestId = IntakeFixture.NewId(), Name = alert.Name, Etag = alert.Etag, Recipient = recipient, TransmitDate = new DateOnly(2027, 1, 16).ToProto(),
    };

    public static async Task<Alert> Transmitted(this IntakeFixture service, Alert alert, string recipient = "ARS") =>
        (await service.Intake.TransmitAlertAsync(Transmit(alert, recipient), IntakeFixture.At(IntakeFixture.Coordinator, January + 30))).Alert;

    public static RecordAlertAnswerRequest Answer(Alert alert, string recipient = "ARS") => new()
    {
        RequestId = IntakeFixture.NewId(), Name = alert.Name, Etag = alert.Etag, Recipient = recipient, AnswerDate = new DateOnly(2027, 1, 16).ToProto(),
        Answer = "Deux places sont ouvertes au printemps.",
    };

    public static async Task<Alert> Answered(this IntakeFixture service, Alert alert) =>
        (await service.Intake.RecordAlertAnswerAsync(Answer(alert), IntakeFixture.At(IntakeFixture.Coordinator, January + 31))).Alert;
}
