using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests;

/// <summary>DESIGN §7.19: what is unknown is waited for, never decided negatively; what comes in another order ends the same.</summary>
public sealed class WaitingTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    [Fact]
    public async Task Without_a_payee_the_line_waits_and_says_so_until_there_is_one()
    {
        var scene = await fixture.NewScene();
        var person = await scene.NewPerson(payee: false);
        var line = Assert.Single(await scene.Held(person));
        Assert.Equal((LineState.Recorded, "PAYEE_MISSING"), (line.State, line.Reason));
        Assert.Equal("PAYEE_MISSING", (await fixture.Said(line.Name)).Single().As<IndemnityRecorded>().Indemnity.Reason);
        var settled = (await fixture.Said(line.Session)).Single().As<SessionSettled>();
        Assert.Equal((0, 1), (settled.CalculatedLines, settled.WaitingLines));
        Assert.Equal(13_500, (await scene.Envelope()).Engaged.ToCents());

        await scene.CreatePayee(person, Scene.Later);
        await MustBe(scene, line, LineState.Calculated, 13_500);
        Assert.Equal("IndemnityRecorded IndemnityCalculated", await Story(line));
        Assert.Equal(13_500, (await scene.Envelope()).Engaged.ToCents());
    }

    [Fact]
    public async Task Without_a_grid_the_line_waits_for_one()
    {
        var scene = await fixture.NewScene(new SceneSettings { WithGrid = false });
        var person = await scene.NewPerson();
        var session = scene.NewSession();
        await scene.Convene(session, person);
        Assert.Equal((0L, "RATE_MISSING"), (await Only(scene, session, l => (l.Amount.ToCents()!.Value, l.Reason))));
        await scene.Certify(session, person.Present(session, 80, kilometres: 5));
        Assert.All(await scene.LinesOf(session), l => Assert.Equal((LineState.Recorded, "RATE_MISSING"), (l.State, l.Reason)));

        await scene.PublishGrid();
        var lines = await scene.LinesOf(session);
        Assert.Equal((LineState.Calculated, 13_500L), (lines[0].State, lines[0].Amount.ToCents()!.Value));
        Assert.Equal((LineState.Cancelled, "NOTHING_DUE"), (lines[1].State, lines[1].Reason));
    }

    [Fact]
    public async Task Without_an_envelope_the_line_waits_and_commitments_weigh_on_it_once_it_is_there()
    {
        var scene = await fixture.NewScene(new SceneSettings { WithEnvelope = false });
        var person = await scene.NewPerson();
        var (held, convened) = (scene.NewSession(), scene.NewSession());
        await scene.Certify(held, person.Present(held, 80));
        await scene.Convene(convened, person);
        Assert.Equal((LineState.Recorded, "ENVELOPE_MISSING"), await Only(scene, held, l => (l.State, l.Reason)));
        Assert.Equal((LineState.Committed, "ENVELOPE_MISSING"), await Only(scene, convened, l => (l.State, l.Reason)));

        await scene.PutEnvelope(100_000);
        Assert.Equal((LineState.Calculated, ""), await Only(scene, held, l => (l.State, l.Reason)));
        Assert.Equal((LineState.Committed, ""), await Only(scene, convened, l => (l.State, l.Reason)));
        Assert.Equal(27_000, (await scene.Envelope()).Engaged.ToCents());
    }

    [Fact]
    public async Task Somebody_Membership_has_not_told_of_is_waited_for()
    {
        var scene = await fixture.NewScene();
        var person = await scene.NewPerson(known: false);
        var line = Assert.Single(await scene.Held(person));
        Assert.Equal("PROFESSIONAL_MISSING", line.Reason);
        await scene.TellProfessional(person);
        await MustBe(scene, line, LineState.Calculated, 13_500);
        Assert.Equal(person.Rpps, (await fixture.Said(line.Name))[^1].As<IndemnityCalculated>().Indemnity.Rpps);
    }

    [Fact]
    public async Task A_session_of_an_unknown_programme_waits_whole_and_is_then_settled()
    {
        var scene = await fixture.NewScene(new SceneSettings { WithProgramme = false });
        var person = await scene.NewPerson();
        var (held, convened) = (scene.NewSession(), scene.NewSession());
        await scene.Convene(held, person);
        await scene.Certify(held, person.Present(held, 80));
        await scene.Convene(convened, person);
        Assert.Empty(await scene.LinesOf(held));
        Assert.Empty(await fixture.Said(held.Name));

        await scene.TellProgramme();
        Assert.Equal(LineState.Calculated, await Only(scene, held, l => l.State));
        Assert.Equal(LineState.Committed, await Only(scene, convened, l => l.State));
        Assert.Single(await fixture.Said(held.Name));
        await scene.TellProgramme();
        Assert.Single(await fixture.Said(held.Name));
    }

    [Fact]
    public async Task Of_more_lines_than_are_taken_up_at_once_none_is_left()
    {
        var scene = await fixture.NewScene(new SceneSettings { WithGrid = false });
        var people = new List<Person>();
        for (var i = 0; i < 60; i++)
        {
            people.Add(await scene.NewPerson(payee: i > 0));
        }

        var sessions = Enumerable.Range(0, 10).Select(_ => scene.NewSession()).ToList();
        foreach (var session in sessions)
        {
            await scene.Certify(session, [.. people.Select(p => p.Present(session, 80))]);
        }

        await scene.PublishGrid();
        foreach (var session in sessions)
        {
            var lines = (await scene.LinesOf(session)).ToLookup(l => (l.State, l.Reason));
            Assert.Single(lines[(LineState.Recorded, "PAYEE_MISSING")]);
            Assert.Equal(59, lines[(LineState.Calculated, "")].Count());
        }
    }

    [Fact]
    public async Task Of_more_sessions_than_are_taken_up_at_once_none_is_left()
    {
        var scene = await fixture.NewScene(new SceneSettings { WithProgramme = false });
        var sessions = Enumerable.Range(0, 205).Select(_ => scene.NewSession(new DateOnly(2026, 9, 15))).ToList();
        foreach (var session in sessions)
        {
            // All at one time: nobody is at two of them.
            var person = await scene.NewPerson();
            await (sessions.IndexOf(session) % 2 == 0 ? scene.Convene(session, person) : scene.Certify(session, person.Present(session, 80)));
        }

        await scene.TellProgramme();
        var states = await fixture.Db.Read(
            tx => tx.Query<(int, long)>("select state, count(*) from indemnity_line where programme = @Programme group by state order by state", new { scene.Programme }),
            CancellationToken.None);
        Assert.Equal([((int)LineState.Committed, 103L), ((int)LineState.Calculated, 102L)], states);
    }

    [Fact]
    public async Task A_programme_that_indemnifies_nobody_has_no_lines_and_its_sessions_are_settled()
    {
        var scene = await fixture.NewScene(new SceneSettings { Indemnified = false });
        var person = await scene.NewPerson();
        var session = scene.NewSession();
        await scene.Convene(session, person);
        await scene.Certify(session, person.Present(session, 80));
        Assert.Empty(await scene.LinesOf(session));
        var settled = (await fixture.Said(session.Name)).Single().As<SessionSettled>();
        Assert.Equal((0, 0), (settled.CalculatedLines, settled.WaitingLines));
    }

    [Fact]
    public async Task Cancelled_frees_what_was_committed_and_moved_prices_it_for_the_new_day()
    {
        var scene = await fixture.NewScene();
        var person = await scene.NewPerson();
        var session = scene.NewSession();
        await scene.Convene(session, person);
        var moved = session with { Date = new DateOnly(2026, 11, 24) };
        await fixture.Deliver("scheduling", new SessionMoved
        {
            Session = moved.Name,
            Date = moved.Date.ToProto(),
            StartInstant = moved.StartTime.ToProto(),
            EndInstant = moved.StartTime.AddMinutes(60).ToProto(),
            Sequence = 1,
        }, session.Name, Scene.Start);
        Assert.Equal((new DateOnly(2026, 11, 24), 9_000L), await Only(scene, session, l => (l.SessionDate.ToDate()!.Value, l.Amount.ToCents()!.Value)));
        Assert.Equal(9_000, (await scene.Envelope()).Engaged.ToCents());

        await fixture.Deliver("scheduling", new SessionCancelled { Session = session.Name, Reason = "NO_READY_CASE" }, session.Name, Scene.Start);
        Assert.Equal((LineState.Cancelled, "SESSION_CANCELLED"), await Only(scene, session, l => (l.State, l.Reason)));
        Assert.Equal(0, (await scene.Envelope()).Engaged.ToCents());
    }

    [Fact]
    public async Task A_payee_created_while_sheets_are_certified_leaves_no_line_waiting()
    {
        // Sheets certified while the payee is created: whoever commits second must see the other.
        var scene = await fixture.NewScene();
        for (var round = 0; round < 10; round++)
        {
            var person = await scene.NewPerson(payee: false);
            var sessions = Enumerable.Range(0, 4).Select(_ => scene.NewSession()).ToList();
            await Task.WhenAll(sessions.Select(s => scene.Certify(s, person.Present(s, 80))).Append(scene.CreatePayee(person)));
            foreach (var session in sessions)
            {
                Assert.Equal(LineState.Calculated, await Only(scene, session, l => l.State));
            }
        }
    }

    private static async Task<T> Only<T>(Scene scene, SessionAt session, Func<IndemnityLine, T> look) =>
        look(Assert.Single(await scene.LinesOf(session)));

    private static async Task MustBe(Scene scene, IndemnityLine line, LineState state, long cents)
    {
        var now = (await scene.Service.ListLinesAsync(new ListLinesRequest { Session = line.Session }, Tokens.As(Finance.Officer))).Lines.Single(l => l.Name == line.Name);
        Assert.Equal((state, cents), (now.State, now.Amount.ToCents()!.Value));
    }

    private async Task<string> Story(IndemnityLine line) =>
        string.Join(' ', (await fixture.Said(line.Name)).Select(e => ServiceDefaults.Messaging.EventTypes.Find(e.EventType)!.Name));
}
