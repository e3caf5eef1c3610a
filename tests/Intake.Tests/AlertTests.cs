using Grpc.Core;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using static Intervision.Intake.Tests.AlertSteps;

namespace Intervision.Intake.Tests;

/// <summary>Alerts to the authorities, from the draft to the end; what is told of how many, and to whom.</summary>
public sealed class AlertTests(IntakeFixture service)
{
    private IntakeService.IntakeServiceClient Intake => service.Intake;

    [Fact]
    public async Task An_alert_is_validated_by_two_transmitted_answered_and_closed()
    {
        var pole = await service.PoleWith(bearing: 12, others: 6);
        var drafted = await service.Drafted(pole);
        Assert.Equal((AlertState.Draft, ""), (drafted.State, drafted.Count));
        var half = await service.HalfValidated(drafted);
        Assert.Equal((AlertState.Draft, "", "professionals/PER-A"), (half.State, half.Count, half.Referent));
        var validated = (await Intake.ValidateAlertAsync(Validate(half, AlertCapacity.Association), IntakeFixture.At(IntakeFixture.Coordinator, January + 5))).Alert;
        Assert.Equal((AlertState.Validated, "10 à 14", "coordinator@region"), (validated.State, validated.Count, validated.Association));
        var transmitted = await service.Transmitted(await service.Transmitted(validated), "DDETS_62");
        Assert.Equal(AlertState.Transmitted, transmitted.State);
        var answered = await service.Answered(transmitted);
        Assert.Equal(AlertState.Answered, answered.State);
        var closed = (await Intake.CloseAlertAsync(
            new CloseAlertRequest { RequestId = IntakeFixture.NewId(), Name = answered.Name, Etag = answered.Etag, CloseCode = "PARTIELLE" },
            IntakeFixture.At(IntakeFixture.Coordinator, January + 40))).Alert;
        Assert.Equal((AlertState.Closed, "PARTIELLE"), (closed.State, closed.CloseCode));

        var said = await service.Said(closed.Name);
        Assert.Equal(["ARS", "DDETS_62"], said.Select(e => e.As<AlertTransmitted>().Recipient));
        Assert.Equal(
            new AlertTransmitted
            {
                Alert = closed.Name, Themes = { "product/ALCOOL" }, Territory = pole, FromDate = October.ToProto(), UntilDate = October.AddMonths(3).ToProto(),
                Count = "10 à 14", Recipient = "ARS", TransmitDate = new DateOnly(2027, 1, 16).ToProto(),
            },
            said[0].As<AlertTransmitted>());

        var read = await Get(closed.Name, ReferentOf(pole));
        Assert.Equal(Draft(pole).Texts, read.Texts);
        Assert.Equal([("ARS", "Deux places sont ouvertes au printemps.")], read.Answers.Select(a => (a.Recipient, a.Words)));
        Assert.Contains("Situations évoquées en intervision : 10 à 14", read.Letter, StringComparison.Ordinal);
        Assert.Contains("du 1 octobre 2026 au 31 décembre 2026", read.Letter, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 7, "<5")]
    [InlineData(4, 20, "<5")]
    [InlineData(5, 4, "5 ou plus")]
    [InlineData(5, 5, "5 à 9")]
    [InlineData(9, 0, "5 ou plus")]
    public async Task A_count_is_told_in_bands_and_never_below_five(int bearing, int others, string told)
    {
        var drafted = await service.Drafted(await service.PoleWith(bearing, others));
        Assert.Equal(told, (await Get(drafted.Name, IntakeFixture.Coordinator)).CountNow);
        Assert.Equal(told, (await service.Validated(drafted)).Count);
        // What is stored is what is shown.
        var stored = await service.Db.Read(
            tx => tx.Single<string>("select told_count from alert where 'alerts/' || id = @Name", new { drafted.Name }), CancellationToken.None);
        Assert.Equal(told, stored);
    }

    [Fact]
    public async Task A_count_once_told_is_neither_told_again_otherwise_nor_set_against_another()
    {
        var pole = await service.PoleWith(bearing: 5, others: 8);
        var validated = await service.Validated(await service.Drafted(pole));
        Assert.Equal("5 à 9", validated.Count);
        for (var i = 0; i < 5; i++)
        {
            await service.DiscussOne(pole, "ALCOOL");
        }

        await Intake.AbandonAlertAsync(
            new AbandonAlertRequest { RequestId = IntakeFixture.NewId(), Name = validated.Name, Etag = validated.Etag }, IntakeFixture.At(IntakeFixture.Coordinator, January + 6));
        Assert.Equal("5 à 9", (await service.Validated(await service.Drafted(pole))).Count);

        foreach (var near in new Action<DraftAlertRequest>[]
        {
            r => r.Criteria.Motives.Add("COMPLEXITE_SUIVI"), // a narrower theme
            r => r.Criteria.FromDate = October.AddMonths(-3).ToProto(), // a longer period
        })
        {
            var half = await service.HalfValidated(await service.Drafted(pole, near));
            await Refused.With(StatusCode.FailedPrecondition, "COUNT_OVERLAPS", () =>
                Intake.ValidateAlertAsync(Validate(half, AlertCapacity.Association), IntakeFixture.At(IntakeFixture.Coordinator, January + 5)));
        }

        // Another theme, and another period, say nothing of the few between.
        Assert.Equal("5 à 9", (await service.Validated(await service.Drafted(pole, r => Other(r, "TABAC")))).Count);
        Assert.Equal("<5", (await service.Validated(await service.Drafted(pole, Before))).Count);

        static void Other(DraftAlertRequest request, string product) => request.Criteria.Products[0] = product;
        static void Before(DraftAlertRequest request) =>
            (request.Criteria.FromDate, request.Criteria.UntilDate) = (October.AddMonths(-3).ToProto(), October.ToProto());
    }

    [Fact]
    public async Task Of_two_overlapping_alerts_validated_at_once_one_is_told()
    {
        var pole = await service.PoleWith(bearing: 6, others: 6);
        var one = await service.HalfValidated(await service.Drafted(pole));
        var other = await service.HalfValidated(await service.Drafted(pole, r => r.Criteria.Motives.Add("COMPLEXITE_SUIVI")));
        var outcomes = await Task.WhenAll(new[] { one, other }.Select(async half =>
        {
            try
            {
                await Intake.ValidateAlertAsync(Validate(half, AlertCapacity.Association), IntakeFixture.At(IntakeFixture.Coordinator, January + 5));
                return "told";
            }
            catch (RpcException e)
            {
                return e.StatusCode.ToString();
            }
        }));
        Assert.Equal(["FailedPrecondition", "told"], outcomes.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Any_edit_voids_the_validations()
    {
        var pole = await service.PoleWith(bearing: 1);
        var half = await service.HalfValidated(await service.Drafted(pole));
        var edited = (await Intake.UpdateAlertAsync(Texts(half), IntakeFixture.At(ReferentOf(pole), January + 3))).Alert;
        Assert.Equal((AlertState.Draft, "", ""), (edited.State, edited.Referent, edited.Association));
        var validated = await service.Validated(edited);
        var again = (await Intake.UpdateAlertAsync(Texts(validated), IntakeFixture.At(IntakeFixture.Coordinator, January + 5))).Alert;
        Assert.Equal((AlertState.Draft, "", "", "<5"), (again.State, again.Referent, again.Association, again.Count));
        var request = new UpdateAlertRequest { RequestId = IntakeFixture.NewId(), Name = again.Name, Etag = again.Etag, Criteria = Draft(pole).Criteria };
        await Refused.With(
            StatusCode.FailedPrecondition, "COUNT_ALREADY_TOLD", () => Intake.UpdateAlertAsync(request, IntakeFixture.At(IntakeFixture.Coordinator, January + 6)));

        static UpdateAlertRequest Texts(Alert alert) =>
            new() { RequestId = IntakeFixture.NewId(), Name = alert.Name, Etag = alert.Etag, Texts = Draft(alert.Poles[0]).Texts };
    }

    [Fact]
    public async Task The_two_who_validate_are_two_people()
    {
        var pole = await service.PoleWith(bearing: 0);
        var both = new DevelopmentClaims("professionals/PER-B", [Roles.Coordinator, Roles.Referent]) { Poles = [pole], Rpps = "99700000096" };
        var sameRpps = new DevelopmentClaims("psc|42", [Roles.Coordinator]) { Rpps = "99700000096" };
        var half = (await Intake.ValidateAlertAsync(Validate(await service.Drafted(pole), AlertCapacity.Referent), IntakeFixture.At(both, January + 1))).Alert;
        foreach (var who in new[] { both, sameRpps })
        {
            await Refused.With(StatusCode.FailedPrecondition, "SAME_PERSON", () =>
                Intake.ValidateAlertAsync(Validate(half, AlertCapacity.Association), IntakeFixture.At(who, January + 5)));
        }

        await Refused.With(StatusCode.FailedPrecondition, "ALREADY_VALIDATED", () =>
            Intake.ValidateAlertAsync(Validate(half, AlertCapacity.Referent), IntakeFixture.At(ReferentOf(pole), January + 5)));
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () =>
            Intake.ValidateAlertAsync(Validate(half, AlertCapacity.Association), IntakeFixture.At(ReferentOf(pole), January + 5)));
    }

    [Fact]
    public async Task The_ars_reads_what_was_sent_to_it_and_no_draft()
    {
        var auditor = Tokens.Of(Roles.Auditor, "ars@region");
        var (sent, kept) = (await service.Validated(await service.Drafted(await service.PoleWith(0))), await service.Validated(await service.Drafted(await service.PoleWith(0))));
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Intake.GetAlertAsync(new GetAlertRequest { Name = sent.Name }, IntakeFixture.At(auditor, January + 9)));
        await service.Transmitted(sent);
        await service.Transmitted(kept, "DEPARTEMENT_62");
        Assert.Equal("<5", (await Get(sent.Name, auditor)).Alert.Count);
        var listed = (await Intake.ListAlertsAsync(new ListAlertsRequest { PageSize = 1000 }, IntakeFixture.At(auditor, January + 40))).Alerts.Select(a => a.Name);
        Assert.Contains(sent.Name, listed);
        Assert.DoesNotContain(kept.Name, listed);
    }

    [Fact]
    public async Task Before_it_is_told_a_count_is_shown_to_those_only_who_see_every_case_of_the_territory()
    {
        var pole = await service.PoleWith(bearing: 6, others: 6);
        var whole = await service.Drafted("region", r => (r.Criteria.FromDate, r.Criteria.UntilDate) = (new DateOnly(2025, 1, 1).ToProto(), new DateOnly(2025, 4, 1).ToProto()));
        Assert.Equal("", (await Get(whole.Name, ReferentOf(pole))).CountNow);
        Assert.Equal("<5", (await Get(whole.Name, IntakeFixture.Coordinator)).CountNow);
        Assert.Equal("5 à 9", (await Get((await service.Drafted(pole)).Name, ReferentOf(pole))).CountNow);
    }

    [Fact]
    public async Task Lists_go_on_where_the_page_before_ended()
    {
        var pole = await service.PoleWith(0);
        var names = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            names.Insert(0, (await service.Drafted(pole)).Name);
        }

        var (seen, token) = (new List<string>(), "");
        do
        {
            var page = await Intake.ListAlertsAsync(new ListAlertsRequest { PageSize = 2, PageToken = token, States = { AlertState.Draft } }, IntakeFixture.At(ReferentOf(pole), January + 9));
            seen.AddRange(page.Alerts.Select(a => a.Name));
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        Assert.Equal(names.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_abandoned_alert_has_no_text_left()
    {
        var drafted = await service.Drafted(await service.PoleWith(0));
        await Intake.AbandonAlertAsync(
            new AbandonAlertRequest { RequestId = IntakeFixture.NewId(), Name = drafted.Name, Etag = drafted.Etag }, IntakeFixture.At(IntakeFixture.Coordinator, January + 4));
        var read = await Get(drafted.Name, IntakeFixture.Coordinator);
        Assert.Equal((AlertState.Abandoned, null, ""), (read.Alert.State, read.Texts, read.Letter));
        Assert.Equal(0, await service.Db.Read(
            tx => tx.Single<long>(
                """
                select (select count(*) from alert_text t where 'alerts/' || t.alert_id = @Name)
                  + (select count(*) from alert_key k where 'alerts/' || k.alert_id = @Name and wrapped_key is not null)
                """,
                new { drafted.Name }),
            CancellationToken.None));
    }

    private async Task<GetAlertResponse> Get(string name, DevelopmentClaims who) =>
        await Intake.GetAlertAsync(new GetAlertRequest { Name = name }, IntakeFixture.At(who, January + 50));
}
