using Intervision.Intake.Events.V1;
using Intervision.Intake.Triage;
using Intervision.Intake.Urgency;
using Intervision.Intake.V1;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Case = Intervision.Intake.V1.Case;

namespace Intervision.Intake.Tests;

/// <summary>An urgent request never queues silently.</summary>
public sealed class UrgencyTests(IntakeFixture service) : CaseSteps(service)
{
    private const string Region = "region@intervision.invalid";

    [Fact]
    public async Task It_is_told_to_the_pole_at_once_and_once()
    {
        var pole = await Pole("coordination@p.invalid");
        var request = IntakeFixture.Request(r => (r.Pole, r.Urgent) = (pole, true));
        var answer = await Intake.SubmitCaseAsync(request, IntakeFixture.At(IntakeFixture.Coordinator));
        Assert.StartsWith("L'intervision n'est pas un dispositif d'urgence : appelez le 15, le 18 ou le 119.", answer.Notice, StringComparison.Ordinal);
        Assert.Contains("alertés par courriel", answer.Notice, StringComparison.Ordinal);
        request.RequestId = IntakeFixture.NewId();
        var again = await Intake.SubmitCaseAsync(request, IntakeFixture.At(IntakeFixture.Coordinator));
        Assert.Equal((answer.Case.Name, answer.Notice), (again.Case.Name, again.Notice));

        var letter = Assert.Single(await Letters(answer.Case));
        Assert.Equal(("coordination@p.invalid", UrgentAlerts.Subject), (letter.Recipient, letter.Subject));
        Assert.Contains(pole["poles/".Length..], letter.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(request.Question, letter.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("SIT-", letter.Subject, StringComparison.Ordinal);
        Assert.True(Assert.Single(await Service.Said(answer.Case.Name)).As<CaseSubmitted>().Urgent);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a mailbox")]
    public async Task A_pole_without_a_usable_mailbox_is_covered_by_the_region(string mailbox)
    {
        var pole = await Pole(mailbox);
        Assert.Equal(Region, Assert.Single(await Letters(await Service.Submitted(r => (r.Pole, r.Urgent) = (pole, true)))).Recipient);
    }

    [Fact]
    public async Task Without_a_pole_the_region_is_told()
    {
        var answer = await Intake.SubmitCaseAsync(
            IntakeFixture.Request(r => (r.Pole, r.Commune, r.Urgent) = ("", "62427", true)), IntakeFixture.At(IntakeFixture.Coordinator));
        Assert.Equal(Region, Assert.Single(await Letters(answer.Case)).Recipient);
        Assert.Contains("La coordination régionale en est alertée", answer.Notice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_no_pole_is_settled_every_candidate_is_told_and_the_region()
    {
        const string commune = "02999";
        await Service.Deliver("membership", new CommunesChanged { Departement = "02", InseeCodes = { commune } }, "departements/02", IntakeFixture.Start);
        var (one, other) = (await Pole("one@poles.invalid", commune), await Pole("other@poles.invalid", commune));
        await Pole("", commune);
        var urgent = (await Intake.SubmitCaseAsync(
            IntakeFixture.Request(r => (r.Pole, r.Commune, r.Urgent) = ("", commune, true)), IntakeFixture.At(IntakeFixture.Coordinator))).Case;
        Assert.Equal(3, urgent.CandidatePoles.Count);
        string[] everybody = ["one@poles.invalid", "other@poles.invalid", Region];
        var letters = await Letters(urgent);
        Assert.Equal(everybody, letters.Select(l => l.Recipient).Order(StringComparer.Ordinal));
        Assert.All(letters, l => Assert.Contains(one["poles/".Length..], l.Body, StringComparison.Ordinal));
        Assert.All(letters, l => Assert.Contains(other["poles/".Length..], l.Body, StringComparison.Ordinal));
        await Repeat(4);
        Assert.Equal(everybody, (await Letters(urgent)).Where(l => l.Subject == UrgentAlerts.SubjectAgain).Select(l => l.Recipient).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(null, "Production", false)]
    [InlineData("not a mailbox", "Production", false)]
    [InlineData("region@intervision.invalid", "Production", true)]
    [InlineData(null, "Development", true)]
    public void Outside_development_it_does_not_start_without_a_mailbox_for_what_no_pole_answers_for(string? mailbox, string environment, bool starts)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Intake:RegionalMailbox", mailbox)]).Build();
        var failure = Record.Exception(() => new UrgentAlerts(
            configuration, new HostingEnvironment { EnvironmentName = environment }, new Idleness(configuration), NullLogger<UrgentAlerts>.Instance));
        Assert.Equal(starts, failure is null);
        Assert.True(starts || failure is InvalidOperationException { Message: var said } && said.Contains("Intake:RegionalMailbox", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_not_urgent_alerts_nobody() => Assert.Empty(await Letters(await Service.Submitted()));

    [Fact]
    public async Task Nobody_took_it_in_time_so_it_is_told_once_more_and_counted()
    {
        var pole = await Pole("coordination@q.invalid");
        var forgotten = await Service.Submitted(r => (r.Pole, r.Urgent) = (pole, true));
        var taken = await Service.Submitted(r => (r.Pole, r.Urgent) = (pole, true));
        await Intake.TakeCaseAsync(
            new TakeCaseRequest { RequestId = IntakeFixture.NewId(), Name = taken.Name, Etag = taken.Etag }, IntakeFixture.At(IntakeFixture.Coordinator, 1));

        Assert.Equal(0, await Overdue(pole, 3.9));
        await Repeat(3.9);
        Assert.Single(await Letters(forgotten));

        await Repeat(4);
        await Repeat(5);
        var letters = await Letters(forgotten);
        Assert.Equal(
            [("coordination@q.invalid", UrgentAlerts.Subject), ("coordination@q.invalid", UrgentAlerts.SubjectAgain), (Region, UrgentAlerts.SubjectAgain)],
            letters.Select(l => (l.Recipient, l.Subject)).OrderBy(l => l));
        Assert.Single(await Letters(taken));
        Assert.Equal(1, await Overdue(pole, 4));
        // As the platform team's alarm sees it, of all pôles.
        var measured = await Measured();
        Assert.InRange(measured, 1, int.MaxValue);

        var now = await Service.Get(forgotten.Name);
        await Intake.TakeCaseAsync(
            new TakeCaseRequest { RequestId = IntakeFixture.NewId(), Name = now.Name, Etag = now.Etag }, IntakeFixture.At(IntakeFixture.Coordinator, 6));
        Assert.Equal(0, await Overdue(pole, 6));
        Assert.Equal(measured - 1, await Measured());

        Task<int> Measured() => UrgencyMeters.Look(Service.Db, IntakeFixture.Start, CancellationToken.None);
    }

    [Fact]
    public async Task Repeating_is_idempotent_and_for_the_region_and_the_suite_only()
    {
        var pole = await Pole("coordination@r.invalid");
        var urgent = await Service.Submitted(r => (r.Pole, r.Urgent) = (pole, true));
        var request = new RepeatAlertsRequest { RequestId = IntakeFixture.NewId() };
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => await Intake.RepeatAlertsAsync(request, IntakeFixture.At(IntakeFixture.Scheduling, 5))));
        Assert.Single(answers.Distinct());
        Assert.Equal(3, (await Letters(urgent)).Count);
        foreach (var who in new[] { IntakeFixture.Referent, IntakeFixture.Host, IntakeFixture.Requester, IntakeFixture.Cpts })
        {
            await Refused.With(Grpc.Core.StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Intake.RepeatAlertsAsync(request, IntakeFixture.At(who, 5)));
        }
    }

    private async Task Repeat(double hours) => await Intake.RepeatAlertsAsync(
        new RepeatAlertsRequest { RequestId = IntakeFixture.NewId() }, IntakeFixture.At(IntakeFixture.Coordinator, hours));

    private async Task<int> Overdue(string pole, double hours)
    {
        var report = await Intake.ReportWorkAsync(new ReportWorkRequest { Pole = pole }, IntakeFixture.At(IntakeFixture.Coordinator, hours));
        return report.Poles.SelectMany(p => p.States).Sum(s => s.OverdueAlerts);
    }

    private Task<IReadOnlyList<Letter>> Letters(Case about) => Service.Db.Read(
        tx => tx.Query<Letter>(
            "select recipient, subject, body from mail_queue where position(@code in body) > 0", new { code = about.Name["cases/".Length..] }),
        CancellationToken.None);

    private async Task<string> Pole(string mailbox, params string[] communes)
    {
        var name = $"poles/U{IntakeFixture.NewId()[^8..]}";
        await Service.Deliver(
            "membership",
            new PoleChanged
            {
                Pole = new Pole { Name = name, Programme = "programmes/ADDICTIONS", State = Membership.V1.Pole.Types.State.Active, CoordinatorEmail = mailbox, Communes = { communes } },
            },
            name, IntakeFixture.Start);
        return name;
    }

    private sealed class Letter
    {
        public string Recipient { get; init; } = "";

        public string Subject { get; init; } = "";

        public string Body { get; init; } = "";
    }
}
