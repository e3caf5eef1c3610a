using Grpc.Core;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.Tests.Support;

namespace Intervision.Intake.Tests;

/// <summary>Deposits that arrive together are stored together; each is answered as if it had come alone.</summary>
public sealed class SubmitGroupTests(IntakeFixture service)
{
    private static Metadata Coordinator => IntakeFixture.At(IntakeFixture.Coordinator);

    [Fact]
    public async Task Many_at_once_are_all_stored_in_fewer_transactions_than_deposits()
    {
        var requests = Enumerable.Range(0, 200).Select(_ => IntakeFixture.Request()).ToList();
        var answers = await Task.WhenAll(requests.Select(r => service.Intake.SubmitCaseAsync(r, Coordinator).ResponseAsync));
        Assert.Equal(requests.Select(r => r.ExternalId), answers.Select(a => a.Case.ExternalId));
        var names = answers.Select(a => a.Case.Name).ToArray();
        Assert.Equal(200, names.Distinct(StringComparer.Ordinal).Count());
        var stored = await service.Db.Read(
            tx => tx.Single<(long Cases, long Transactions, long Questions, long Consents, long Histories, long Events, long Requests)>(
                """
                select count(*), count(distinct c.xmin::text),
                  (select count(*) from clinical_text t join cases o on o.id = t.case_id where 'cases/' || o.code = any(@names)),
                  (select count(*) from consent_record t join cases o on o.id = t.case_id where 'cases/' || o.code = any(@names)),
                  (select count(*) from case_history t join cases o on o.id = t.case_id where 'cases/' || o.code = any(@names)),
                  (select count(*) from outbox where subject = any(@names) and stream_no = 1),
                  (select count(*) from request_log where request_id = any(@ids) and response is not null)
                from cases c where 'cases/' || c.code = any(@names)
                """,
                new { names, ids = requests.Select(r => Guid.Parse(r.RequestId)).ToArray() }),
            CancellationToken.None);
        Assert.Equal((200L, 200L, 200L, 200L, 200L, 200L), (stored.Cases, stored.Questions, stored.Consents, stored.Histories, stored.Events, stored.Requests));
        Assert.InRange(stored.Transactions, 1, 199);
        var said = (await service.Said(names[7]))[0];
        Assert.Equal((names[7], "poles/P12"), (said.As<CaseSubmitted>().Case, said.As<CaseSubmitted>().Pole));
    }

    [Fact]
    public async Task Each_has_the_answer_it_would_have_had_alone()
    {
        var good = Enumerable.Range(0, 20).Select(_ => IntakeFixture.Request()).ToList();
        var twice = IntakeFixture.Request();
        var sameNumber = IntakeFixture.Request();
        var reused = sameNumber.Clone();
        (reused.RequestId, reused.Sex) = (IntakeFixture.NewId(), "M");
        var calls = new List<(string Expected, SubmitCaseRequest Request)>();
        calls.AddRange(good.Select(r => ("", r)));
        calls.AddRange(Enumerable.Repeat(("", twice), 4));
        calls.Add(("UNKNOWN_MOTIVE", IntakeFixture.Request(r => r.PrincipalMotive = "FATIGUE")));
        calls.Add(("IDENTIFYING_TEXT", IntakeFixture.Request(r => r.Question = "Joignable au 06 12 34 56 78 ?")));
        calls.Add(("UNREADABLE_TEXT", IntakeFixture.Request(r => r.Requester = "professionals/\0")));
        calls.Add(("REQUEST_ID_INVALID", IntakeFixture.Request(r => r.RequestId = "42")));
        await service.Intake.SubmitCaseAsync(sameNumber, Coordinator);
        calls.Add(("EXTERNAL_ID_REUSED", reused));
        var answers = await Task.WhenAll(calls.Select(async c =>
        {
            try
            {
                return (Reason: "", (await service.Intake.SubmitCaseAsync(c.Request, Coordinator)).Case.Name);
            }
            catch (RpcException e)
            {
                return (Reason: e.Reason(), Name: "");
            }
        }));
        Assert.Equal(calls.Select(c => c.Expected), answers.Select(a => a.Reason));
        Assert.Single(answers[20..24].Select(a => a.Name).Distinct(StringComparer.Ordinal));
        Assert.Equal(21, answers.Select(a => a.Name).Where(n => n.Length > 0).Distinct(StringComparer.Ordinal).Count());
        Assert.Single(await service.Said(answers[20].Name));
    }

    [Fact]
    public async Task A_caller_who_gives_up_takes_nothing_from_the_others()
    {
        using var impatient = new CancellationTokenSource();
        var requests = Enumerable.Range(0, 40).Select(_ => IntakeFixture.Request()).ToList();
        var calls = requests.Select((r, i) => service.Intake.SubmitCaseAsync(r, Coordinator, cancellationToken: i % 2 == 0 ? impatient.Token : default).ResponseAsync).ToList();
        await impatient.CancelAsync();
        foreach (var call in calls.Where((_, i) => i % 2 == 1))
        {
            Assert.StartsWith("cases/SIT-", (await call).Case.Name, StringComparison.Ordinal);
        }

        // Whoever gave up asks again and has one case, stored then or now.
        foreach (var request in requests.Where((_, i) => i % 2 == 0))
        {
            var name = (await service.Intake.SubmitCaseAsync(request, Coordinator)).Case.Name;
            Assert.Equal(name, (await service.Intake.SubmitCaseAsync(request, Coordinator)).Case.Name);
            Assert.Single(await service.Said(name));
        }
    }
}
