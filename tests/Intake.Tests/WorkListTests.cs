using Grpc.Core;
using Intervision.Intake.Triage;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Intervision.Intake.Tests;

/// <summary>What the work lists say, and when something waits too long.</summary>
public sealed class WorkListTests(IntakeFixture service) : CaseSteps(service)
{
    private static readonly Idleness Idleness = new(new ConfigurationBuilder().Build());

    [Theory]
    [MemberData(nameof(TriageTests.States), MemberType = typeof(TriageTests))]
    public void A_case_is_idle_after_the_time_stated_for_its_state(CaseState state)
    {
        var found = TriageTests.Of(state) with { StateTime = IntakeFixture.Start };
        if (!Idleness.Defaults.TryGetValue(state, out var limit))
        {
            Assert.False(Idleness.IsIdle(found, IntakeFixture.Start.AddYears(10)));
            return;
        }

        Assert.False(Idleness.IsIdle(found, IntakeFixture.Start + limit - TimeSpan.FromSeconds(1)));
        Assert.True(Idleness.IsIdle(found, IntakeFixture.Start + limit));
    }

    [Fact]
    public void An_urgent_request_is_idle_sooner_until_it_is_taken()
    {
        var submitted = TriageTests.Of(CaseState.Submitted) with { Urgent = true, StateTime = IntakeFixture.Start };
        Assert.True(Idleness.IsIdle(submitted, IntakeFixture.Start.AddHours(4)));
        Assert.False(Idleness.IsIdle(submitted, IntakeFixture.Start.AddHours(3.9)));
        Assert.False(Idleness.IsIdle(submitted with { State = CaseState.InTriage }, IntakeFixture.Start.AddHours(4)));
    }

    [Fact]
    public void The_times_can_be_set()
    {
        var configured = new Idleness(new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?> { ["Intake:Idle:Submitted"] = "12:00:00", ["Intake:Idle:Urgent"] = "00:30:00" }).Build());
        var submitted = TriageTests.Of(CaseState.Submitted) with { StateTime = IntakeFixture.Start };
        Assert.True(configured.IsIdle(submitted, IntakeFixture.Start.AddHours(12)));
        Assert.True(configured.IsIdle(submitted with { Urgent = true }, IntakeFixture.Start.AddHours(0.5)));
    }

    [Fact]
    public async Task Work_lists_and_the_report_agree_on_what_waits()
    {
        // A pôle of this test's own.
        var pole = $"poles/W{IntakeFixture.NewId()[^8..]}";
        await Service.Deliver(
            "membership",
            new Membership.Events.V1.PoleChanged
            {
                Pole = new Membership.V1.Pole { Name = pole, Programme = "programmes/ADDICTIONS", State = Membership.V1.Pole.Types.State.Active },
            },
            pole, IntakeFixture.Start);
        var referent = Tokens.Referent("professionals/PER-W", pole);
        var old = await Service.Submitted(r => r.Pole = pole);
        var urgent = await Service.Submitted(r => (r.Pole, r.Urgent) = (pole, true));
        var taken = await Service.Submitted(r => r.Pole = pole);
        await Intake.TakeCaseAsync(new TakeCaseRequest { RequestId = IntakeFixture.NewId(), Name = taken.Name, Etag = taken.Etag }, IntakeFixture.At(referent, 2));
        var gone = await Service.Submitted(r => r.Pole = pole);
        await Intake.AbandonCaseAsync(TriageTests.Abandon(gone), IntakeFixture.At(referent, 3));

        await Idle(5, urgent.Name);
        await Idle(72, old.Name, urgent.Name);
        await Idle(2 + (7 * 24), old.Name, urgent.Name, taken.Name);

        var work = Assert.Single((await Intake.ReportWorkAsync(new ReportWorkRequest(), IntakeFixture.At(referent, 5))).Poles, p => p.Pole == pole);
        Assert.Equal([CaseState.Submitted, CaseState.InTriage], work.States.Select(s => s.State));
        var waiting = work.States[0];
        Assert.Equal((2, 1, 1, "Tri par le référent ou la coordination du pôle."), (waiting.Cases, waiting.IdleCases, waiting.UrgentCases, waiting.NextStep));
        Assert.Contains(waiting.OldestCase, new[] { old.Name, urgent.Name });
        Assert.Equal(IntakeFixture.Start, waiting.OldestTime.ToDateTimeOffset());

        async Task Idle(double hours, params string[] expected)
        {
            var list = await Intake.ListCasesAsync(new ListCasesRequest { Pole = pole, IdleOnly = true }, IntakeFixture.At(referent, hours));
            Assert.Equal(expected.Order(), list.Cases.Select(c => c.Name).Order());
            Assert.All(list.Cases, c => Assert.True(c.Idle));
            Assert.All(list.Cases, c => Assert.Equal((int)(hours / 24), c.AgeDays));
            var whole = await Intake.ListCasesAsync(new ListCasesRequest { Pole = pole }, IntakeFixture.At(referent, hours));
            Assert.Equal(expected.Order(), whole.Cases.Where(c => c.Idle).Select(c => c.Name).Order());
        }
    }

    [Fact]
    public async Task The_regional_triage_comes_first_and_is_seen_by_the_candidates()
    {
        await Service.Submitted(r => (r.Pole, r.Commune) = ("", "62427"));
        foreach (var who in new[] { IntakeFixture.Coordinator, IntakeFixture.Referent, IntakeFixture.Host })
        {
            var report = await Intake.ReportWorkAsync(new ReportWorkRequest(), IntakeFixture.At(who, 1));
            Assert.Equal("", report.Poles[0].Pole);
            Assert.Contains("régionale", report.Poles[0].States.Single(s => s.State == CaseState.Submitted).NextStep, StringComparison.Ordinal);
            Assert.Equal(report.Poles.Select(p => p.Pole).Order(StringComparer.Ordinal), report.Poles.Select(p => p.Pole));
        }

        Assert.DoesNotContain(
            (await Intake.ReportWorkAsync(new ReportWorkRequest(), IntakeFixture.At(IntakeFixture.OtherReferent, 1))).Poles, p => p.Pole is "" or "poles/P12");
    }

    [Fact]
    public async Task The_report_is_for_those_who_organise()
    {
        foreach (var who in new[] { IntakeFixture.Requester, IntakeFixture.Cpts, IntakeFixture.Scheduling, Tokens.Of(Roles.Auditor, "ars") })
        {
            await Refused.With(
                StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Intake.ReportWorkAsync(new ReportWorkRequest(), IntakeFixture.At(who)));
        }

        foreach (var pole in new[] { "poles/P01", "poles/P404" })
        {
            await Refused.With(
                StatusCode.PermissionDenied, "PERMISSION_DENIED",
                () => Intake.ReportWorkAsync(new ReportWorkRequest { Pole = pole }, IntakeFixture.At(IntakeFixture.Referent)));
        }
    }
}
