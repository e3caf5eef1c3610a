using Grpc.Core;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Case = Intervision.Intake.V1.Case;
using Refusal = Intervision.Tests.Support.Refused;

namespace Intervision.Intake.Tests;

/// <summary>At the table, and what Scheduling says of it.</summary>
public sealed class TableTests(IntakeFixture service) : CaseSteps(service)
{
    [Fact]
    public async Task The_table_is_answered_as_of_its_instant()
    {
        var session = IntakeFixture.NewSession();
        var found = await Service.Scheduled(session);
        Assert.True((await Begin(found, session, 10)).Allowed);
        found = await Consent(await Service.Get(found.Name), ConsentStatus.Withdrawn, IntakeFixture.Requester, 20);

        // Entered from paper the next day: at noon the patient still agreed, in the evening no longer.
        Assert.True((await Begin(found, session, 48, at: 10)).Allowed);
        Assert.Equal("CONSENT_NOT_GRANTED", (await Begin(found, session, 48, at: 21)).Reason);
        Assert.Equal("CASE_NOT_SCHEDULED", (await Begin(found, session, 48, at: 1.5)).Reason);
        Assert.Equal("CONSENT_NOT_GRANTED", (await Begin(found, session, 48, at: -1)).Reason);
        await Refusal.With(
            StatusCode.InvalidArgument, "INSTANT_IN_FUTURE", () => BeginCall(found, session, 48, 49));
    }

    [Fact]
    public async Task A_withdrawal_told_for_an_earlier_hour_counts_from_that_hour()
    {
        var session = IntakeFixture.NewSession();
        var found = await Service.Scheduled(session);
        var request = ConsentRequest(found, ConsentStatus.Withdrawn);
        request.AnswerTime = IntakeFixture.Start.AddHours(8).ToProto();
        await Intake.RecordConsentAsync(request, IntakeFixture.At(IntakeFixture.Coordinator, 20));
        Assert.True((await Begin(found, session, 48, at: 7)).Allowed);
        Assert.Equal("CONSENT_NOT_GRANTED", (await Begin(found, session, 48, at: 9)).Reason);

        var again = ConsentRequest(await Service.Get(found.Name), ConsentStatus.Granted);
        again.AnswerTime = IntakeFixture.Start.AddHours(7).ToProto();
        await Refusal.With(
            StatusCode.FailedPrecondition, "ANSWER_BEFORE_LAST_ANSWER", () => Intake.RecordConsentAsync(again, IntakeFixture.At(IntakeFixture.Requester, 21)));
    }

    [Fact]
    public async Task Of_a_withdrawal_and_a_discussion_at_once_one_comes_first()
    {
        for (var i = 0; i < 10; i++)
        {
            var session = IntakeFixture.NewSession();
            var found = await Service.Scheduled(session);
            var withdrawal = Intake.RecordConsentAsync(ConsentRequest(found, ConsentStatus.Withdrawn), IntakeFixture.At(IntakeFixture.Coordinator, 6)).ResponseAsync;
            var asked = await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ => await Begin(found, session, 6)));
            await withdrawal;
            Assert.All(asked, a => Assert.True(a.Allowed || a.Reason == "CONSENT_NOT_GRANTED"));
            Assert.Equal("CONSENT_NOT_GRANTED", (await Begin(found, session, 6)).Reason);

            // What was allowed was allowed before the withdrawal, under the same lock.
            var late = await Service.Db.Read(
                tx => tx.Single<long>(
                    """
                    select count(*) from discussion d join cases c on c.id = d.case_id join case_history h on h.case_id = c.id
                    where 'cases/' || c.code = @Name and d.allowed and h.to_state = 'ConsentWithdrawn'
                      and d.no > (select coalesce(min(no), 99) from discussion x where x.case_id = c.id and not x.allowed)
                    """,
                    new { found.Name }),
                CancellationToken.None);
            Assert.Equal(0, late);
        }
    }

    [Fact]
    public async Task A_case_ready_here_may_be_discussed_before_the_agendas_word_arrives()
    {
        var session = IntakeFixture.NewSession();
        var ready = await Service.Ready();
        Assert.True((await Begin(ready, session, 5)).Allowed);
        Assert.Equal("CASE_NOT_SCHEDULED", (await Begin(await Service.Written(), session, 5)).Reason);
    }

    [Fact]
    public async Task Agendas_of_two_sessions_come_in_no_order()
    {
        var (first, second) = (IntakeFixture.NewSession(), IntakeFixture.NewSession());
        var found = await Service.Scheduled(first);
        await Service.Deliver("scheduling", new CaseScheduled { Session = second, Case = found.Name }, second, IntakeFixture.Start.AddHours(6));
        await Service.Deliver("scheduling", new CaseUnscheduled { Session = first, Case = found.Name }, first, IntakeFixture.Start.AddHours(5), 2);
        Assert.Equal(CaseState.Scheduled, (await Service.Get(found.Name)).State);
        await Service.Deliver("scheduling", new CaseUnscheduled { Session = second, Case = found.Name }, second, IntakeFixture.Start.AddHours(7), 2);
        Assert.Equal(CaseState.Ready, (await Service.Get(found.Name)).State);
    }

    [Fact]
    public async Task A_fact_about_a_case_never_seen_here_is_left()
    {
        var session = IntakeFixture.NewSession();
        await Service.Deliver("scheduling", new CaseScheduled { Session = session, Case = "cases/SIT-0000-0000" }, session, IntakeFixture.Start);
        await Service.Deliver("scheduling", new CaseDiscussed { Session = session, Case = "" }, session, IntakeFixture.Start, 2);
        Assert.Empty(await Service.Said("cases/SIT-0000-0000"));
    }
}
