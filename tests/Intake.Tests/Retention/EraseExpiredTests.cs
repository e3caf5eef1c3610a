using Grpc.Core;
using Intervision.Intake.Events.V1;
using Intervision.Intake.Retention;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Case = Intervision.Intake.V1.Case;

namespace Intervision.Intake.Tests.Retention;

/// <summary>What the job erases when, what it holds back, and that several at once erase each case once.</summary>
public sealed class EraseExpiredTests(RetentionFixture service) : CaseSteps(service), IClassFixture<RetentionFixture>
{
    [Fact]
    public async Task What_ended_before_a_table_goes_after_three_months_and_not_a_moment_before()
    {
        var (rejected, live, refused) = (await service.Rejected(1), await service.Submitted(), await RefusedByThePatient());
        var due = RetentionFixture.Months(3) + 1;
        await service.Erase(due - 0.001);
        Assert.True(await service.Exists(rejected.Name) && await service.Exists(refused.Name));
        await service.Erase(due + 2);
        Assert.False(await service.Exists(rejected.Name) || await service.Exists(refused.Name));
        Assert.True(await service.Exists(live.Name));
        Assert.Equal(ErasureReason.RetentionEnded, (await service.Line(rejected.Name))!.Reason);
        Assert.Equal((0, 1), ((await service.Line(rejected.Name))!.Attestations - 1, (await service.Line(refused.Name))!.Attestations));
        // The clock of a later call cannot go back before what it erased, nor erase twice.
        Assert.Equal(0, (await service.Erase(0)).Erased);
        Assert.Single(await service.Said(rejected.Name), e => e.EventType.Contains("case_erased", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Time_runs_from_the_last_contact_not_from_the_consent_that_ran_out()
    {
        // Silent for 24 months: the agreement runs out, which is no contact, and the case goes the same day.
        var silent = await service.Accepted();
        var touched = await service.Withdrawn(RetentionFixture.Months(20));
        var due = RetentionFixture.Months(24) + 1;
        await Intake.ExpireConsentsAsync(new ExpireConsentsRequest { RequestId = IntakeFixture.NewId() }, IntakeFixture.At(IntakeFixture.Coordinator, due));
        Assert.Equal(ConsentStatus.Expired, (await service.Get(silent.Name)).ConsentStatus);
        await service.Erase(due);
        Assert.False(await service.Exists(silent.Name));
        // A withdrawal does not erase; it is a contact like any other.
        Assert.True(await service.Exists(touched.Name));
        await service.Erase(RetentionFixture.Months(44, -1));
        Assert.True(await service.Exists(touched.Name));
        await service.Erase(RetentionFixture.Months(44, 1));
        Assert.False(await service.Exists(touched.Name));
    }

    [Fact]
    public async Task A_case_in_session_or_followed_up_is_never_erased_but_counted_as_overdue()
    {
        var before = (await Report(RetentionFixture.Months(40))).HeldBack.ToDictionary(h => h.Reason, h => h.Cases);
        var scheduled = await service.Scheduled(IntakeFixture.NewSession());
        var followed = await service.InFollowUp();
        var late = RetentionFixture.Months(40);
        Assert.Equal(2, (await Report(late)).HeldBack.Sum(h => h.Cases) - before.Values.Sum());
        var done = await service.Erase(late);
        Assert.True(done.HeldBack >= 2);
        Assert.True(await service.Exists(scheduled.Name) && await service.Exists(followed.Name));
        var after = await Report(late);
        Assert.Equal(0, after.Due);
        Assert.All(new[] { HoldReason.OnAgenda, HoldReason.OpenFollowUp }, r => Assert.True(after.HeldBack.Single(h => h.Reason == r).OldestDueTime.ToDateTimeOffset() < IntakeFixture.Start.AddHours(late)));
        // Once closed it goes, with what it is the duplicate of after it.
        followed = await service.Reviewed(followed, OutcomeReview.SixMonths, Outcome.LostToFollowUp, 1300);
        await Intake.CloseCaseAsync(FollowUpSteps.Close(followed, Outcome.LostToFollowUp), IntakeFixture.At(IntakeFixture.Requester, FollowUpSteps.Day(1301)));
        await service.Erase(FollowUpSteps.Day(1301 + 732));
        Assert.False(await service.Exists(followed.Name));
    }

    [Fact]
    public async Task A_duplicate_goes_before_the_case_that_went_on_in_one_run()
    {
        var goesOn = await service.Submitted();
        var duplicate = await service.Submitted();
        await Intake.MarkDuplicateAsync(
            new MarkDuplicateRequest { RequestId = IntakeFixture.NewId(), Name = duplicate.Name, Etag = duplicate.Etag, DuplicateOf = goesOn.Name }, IntakeFixture.At(IntakeFixture.Coordinator, 1));
        await Intake.AbandonCaseAsync(
            new AbandonCaseRequest { RequestId = IntakeFixture.NewId(), Name = goesOn.Name, Etag = goesOn.Etag, Reason = "AUTRE" }, IntakeFixture.At(IntakeFixture.Requester, 1));
        await service.Erase(RetentionFixture.Months(3) + 2);
        Assert.False(await service.Exists(duplicate.Name) || await service.Exists(goesOn.Name));
        Assert.True((await service.Line(duplicate.Name))!.Number < (await service.Line(goesOn.Name))!.Number);
    }

    [Fact]
    public async Task Several_jobs_at_once_erase_each_case_once_and_say_so_once()
    {
        var names = new List<string>();
        for (var i = 0; i < 30; i++)
        {
            names.Add((await service.Rejected(10)).Name);
        }

        var jobs = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => service.Erase(RetentionFixture.Months(3, 1))));
        Assert.Equal(30, jobs.Sum(j => j.Erased));
        foreach (var name in names)
        {
            Assert.NotNull(await service.Line(name));
            Assert.Single(await service.Said(name), e => e.EventType.Contains("case_erased", StringComparison.Ordinal));
        }

        Assert.Equal(0, (await service.Verify()).Code);
    }

    [Fact]
    public async Task It_goes_on_in_bounded_batches_and_the_same_request_is_the_same_answer()
    {
        for (var i = 0; i < 5; i++)
        {
            await service.Rejected(20);
        }

        var request = new EraseExpiredRequest { RequestId = IntakeFixture.NewId(), MaxCases = 2 };
        var headers = IntakeFixture.At(IntakeFixture.Scheduling, RetentionFixture.Months(3, 1));
        var first = await Intake.EraseExpiredAsync(request, headers);
        Assert.Equal((2, true), (first.Erased, first.More));
        var again = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => await Intake.EraseExpiredAsync(request, headers)));
        Assert.All(again, a => Assert.Equal(first, a));
        request.MaxCases = 3;
        await Refused.With(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => Intake.EraseExpiredAsync(request, headers));
        Assert.Equal((3, false), await service.Erase(RetentionFixture.Months(3, 1)) is var rest ? (rest.Erased, rest.More) : default);
        await Refused.With(
            StatusCode.InvalidArgument, "MAX_CASES_INVALID", () => Intake.EraseExpiredAsync(new EraseExpiredRequest { RequestId = IntakeFixture.NewId(), MaxCases = 5001 }, headers));
    }

    [Fact]
    public async Task The_timer_does_it_to_the_end_and_the_register_is_read_in_pages()
    {
        var rejected = await service.Rejected(1);
        var old = new DailyErasure(
            service.Services.GetRequiredService<EraseExpired>(), new Clock(IntakeFixture.Start.AddMonths(4)), NullLogger<DailyErasure>.Instance);
        Assert.True(await old.RunOnce(CancellationToken.None) >= 1);
        Assert.Equal("services/intake", (await service.Line(rejected.Name))!.Actor);
        await service.Rejected(1);
        await service.Erase(RetentionFixture.Months(4));
        var (numbers, token) = (new List<long>(), "");
        do
        {
            var page = await Intake.ListErasuresAsync(new ListErasuresRequest { PageSize = 1, PageToken = token }, IntakeFixture.At(RetentionFixture.Auditor));
            numbers.AddRange(page.Erasures.Select(e => e.Number));
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        Assert.True(numbers.Count >= 2);
        Assert.Equal(numbers.Order().Distinct(), numbers);
        var report = await Report(0);
        Assert.Equal(numbers.Count, report.Erased.Sum(e => e.Cases));
    }

    private async Task<ReportRetentionResponse> Report(double hours) =>
        await Intake.ReportRetentionAsync(new ReportRetentionRequest(), IntakeFixture.At(RetentionFixture.Auditor, hours));

    private async Task<Case> RefusedByThePatient()
    {
        var request = IntakeFixture.Request(r => (r.ConsentStatus, r.ConsentForm, r.ConsentGiver) = (ConsentStatus.Refused, ConsentForm.Unspecified, ConsentGiver.Unspecified));
        return (await Intake.SubmitCaseAsync(request, IntakeFixture.At(IntakeFixture.Coordinator, 1))).Case;
    }

    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
