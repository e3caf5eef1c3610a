using System.Diagnostics;
using Intervision.Intake.Retention;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Tests.Retention;

/// <summary>The rule, the query that finds candidates and the database's own refusals, over every kind of case there can be.</summary>
public sealed class EveryStateTests(RetentionFixture service, ITestOutputHelper output) : IClassFixture<RetentionFixture>
{
    private static readonly RetentionPolicy Policy = RetentionRuleTests.Policy();

    [Fact]
    public async Task What_the_rule_says_is_due_is_erased_and_nothing_else()
    {
        var kinds = (
            from state in Enum.GetValues<CaseState>()
            where state != CaseState.Unspecified
            from months in new[] { 0, 2, 3, 12, 23, 24, 30 }
            from discussed in new[] { false, true }
            from onAgenda in new[] { false, true }
            select new Kind(state, months, discussed, onAgenda)).ToList();
        await service.Db.InTransaction(tx => Insert(tx, kinds), CancellationToken.None);
        var now = IntakeFixture.Start;
        var clock = Stopwatch.StartNew();
        var done = await service.Erase(0);
        output.WriteLine($"{done.Erased} cases erased in {clock.ElapsedMilliseconds} ms");
        Assert.Equal(kinds.Count(k => k.IsDue(now)), done.Erased);
        Assert.Equal(kinds.Count(k => k.Ruling.IsPast(now)) - done.Erased, done.HeldBack);
        var left = (await service.Db.Read(tx => tx.Query<string>("select external_id from cases"), CancellationToken.None)).ToHashSet();
        Assert.All(kinds, k => Assert.Equal(!k.IsDue(now), left.Contains(k.Number)));
        Assert.True(done.Erased > 50 && left.Count > 50);
        Assert.Equal(0, (await service.Verify()).Code);
        // Nothing was refused by the database: the rule is never laxer than it.
        Assert.Equal(done.HeldBack, kinds.Count(k => k.Ruling.IsPast(now) && k.Ruling.Hold != HoldReason.Unspecified));
    }

    private static async Task Insert(Tx tx, IReadOnlyList<Kind> kinds)
    {
        var twin = Guid.CreateVersion7(IntakeFixture.Start);
        await One(tx, twin, new Kind(CaseState.Submitted, 0, false, false), null, "twin");
        foreach (var kind in kinds)
        {
            await One(tx, Guid.CreateVersion7(kind.Time), kind, kind.State == CaseState.Duplicate ? twin : null, kind.Number);
        }
    }

    private static Task One(Tx tx, Guid id, Kind kind, Guid? duplicateOf, string number) => tx.Execute(
        """
        insert into cases (id, code, version, state, consent, programme, pole, candidate_poles, submitter, channel, external_id, payload_mac, requester, motives,
          age_band, sex, contexts, products, urgent, physician_absence, actors, availabilities, submit_time, update_time, state_time, end_code, duplicate_of)
        values (@id, @code, 1, @state, 'Granted', 'programmes/ADDICTIONS', 'poles/P12', '{}', 's', 'CPTS', @number, sha256('x'), 'professionals/PER-1', '{AUTRE}',
          '35-44', '', '{}', '{}', false, 'Unspecified', '{}', '{}', @Time, @Time, @Time, @end, @duplicateOf);
        insert into case_key (case_id, wrapped_key) values (@id, decode(repeat('00', 60), 'hex'));
        insert into case_history (case_id, version, action, actor, to_state, consent, change_time) values (@id, 1, 'SubmitCase', 'x', @state, 'Granted', @Time);
        insert into intervision (case_id, rank, session, discuss_time) select @id, 1, 'sessions/s', @Time where @Discussed;
        insert into agenda_item (case_id, session, status, change_time) select @id, 'sessions/s', 'SCHEDULED', @Time where @OnAgenda;
        """,
        new
        {
            id,
            code = Cases.CaseCodes.Next(),
            state = kind.State.ToString(),
            number,
            kind.Time,
            kind.Discussed,
            kind.OnAgenda,
            duplicateOf,
            end = kind.State switch
            {
                CaseState.Inadmissible or CaseState.Redirected or CaseState.Abandoned => "AUTRE",
                CaseState.Closed => "STABLE",
                _ => null,
            },
        });

    private sealed record Kind(CaseState State, int Months, bool Discussed, bool OnAgenda)
    {
        public string Number => $"{State}/{Months}/{Discussed}/{OnAgenda}";

        public DateTimeOffset Time => IntakeFixture.Start.AddMonths(-Months);

        public Ruling Ruling => RetentionRule.Decide(
            new RetentionFacts { State = State, LastContact = Time, StateTime = Time, Discussed = Discussed, OnAgenda = OnAgenda }, Policy);

        public bool IsDue(DateTimeOffset now) => Ruling.IsDue(now);
    }
}
