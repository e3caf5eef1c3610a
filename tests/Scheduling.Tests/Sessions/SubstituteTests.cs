using Grpc.Core;
using Intervision.Membership.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Scheduling.Tests.Sessions;

/// <summary>Somebody declines or is ill after people were convened.</summary>
public sealed class SubstituteTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    [Fact]
    public async Task Another_facilitator_takes_the_place_and_the_first_keeps_the_invitation_to_own_cases()
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.Convened();
        var after = (await Facilitator(stage, session, stage.Physician)).Session;
        Assert.Equal((stage.Physician, stage.Expert, 0), (after.Facilitator, after.Expert, after.Sequence));
        Assert.DoesNotContain(after.Invitations, i => i.Professional == stage.Referent);
        Assert.Equal((SessionRole.Facilitator, 0), after.Invitations.Single(i => i.Professional == stage.Physician) is var now ? (now.Role, now.Cases.Count) : default);
        var back = (await Facilitator(stage, after, stage.Referent)).Session;
        Assert.Equal((SessionRole.AttendingPhysician, 2), back.Invitations.Single(i => i.Professional == stage.Physician) is var then ? (then.Role, then.Cases.Count) : default);
        var said = (await fixture.Said(session.Name)).Where(e => e.EventType.Contains("session_convened", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, said.Count);
        Assert.Equal(stage.Physician, said[1].As<SessionConvened>().People.Single(p => p.Role == SessionRole.Facilitator).Professional);
        Assert.Equal(session.Warnings, back.Warnings);
        await Refused.With(StatusCode.FailedPrecondition, "NOTHING_CHANGES", () => Facilitator(stage, back, stage.Referent));
        await Refused.With(StatusCode.FailedPrecondition, "UNKNOWN_PROFESSIONAL", () => Facilitator(stage, back, "professionals/Nobody"));
        await Refused.With(StatusCode.InvalidArgument, "FACILITATOR_MISSING", () => Facilitator(stage, back, ""));
    }

    [Fact]
    public async Task Another_expert_or_none_with_a_reason()
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.Convened();
        await Refused.With(StatusCode.FailedPrecondition, "NOT_AN_EXPERT", () => Expert(stage, session, stage.Pharmacist));
        await Refused.With(StatusCode.FailedPrecondition, "EXPERT_REQUIRED", () => Expert(stage, session, ""));
        await Refused.With(StatusCode.InvalidArgument, "TEXT_TOO_LONG", () => Expert(stage, session, "", new string('x', 501)));
        var without = (await Expert(stage, session, "", "Malade, sans remplaçant")).Session;
        Assert.Equal("", without.Expert);
        Assert.Contains("Séance sans expert.", without.Warnings);
        var second = $"{stage.Expert}b";
        await Directory.Person(fixture, second, expert: true, activities: Directory.Activity(stage.Host));
        var after = (await Expert(stage, without, second)).Session;
        Assert.Equal(second, after.Expert);
        Assert.DoesNotContain("Séance sans expert.", after.Warnings);
        Assert.DoesNotContain(after.Invitations, i => i.Professional == stage.Expert);
    }

    [Fact]
    public async Task Whoever_is_to_lead_is_named_before_people_are_convened_and_once_it_is_open_nobody_is_replaced()
    {
        var stage = await new Stage(fixture).Set();
        var frozen = await stage.Frozen();
        await Refused.With(StatusCode.FailedPrecondition, "STATE_FORBIDS", () => Expert(stage, frozen, stage.Expert));
        var named = (await Facilitator(stage, frozen, stage.Physician)).Session;
        Assert.Equal((stage.Physician, 0), (named.Facilitator, named.Invitations.Count));
        await Refused.With(StatusCode.FailedPrecondition, "NOTHING_CHANGES", () => Facilitator(stage, named, stage.Physician));
        var convened = (await stage.Client.ConveneSessionAsync(stage.Convening(named), stage.AsCoordinator(Stage.Start))).Session;
        Assert.Equal((stage.Physician, stage.Expert), (convened.Facilitator, convened.Expert));
        var other = await new Stage(fixture).Set();
        var opened = await other.Opened();
        await Refused.With(StatusCode.FailedPrecondition, "STATE_FORBIDS", () => Expert(other, opened, "", "Malade"));
    }

    [Fact]
    public async Task Who_is_taken_elsewhere_at_that_time_cannot_take_the_place_whatever_the_code_says()
    {
        var (one, two) = (await new Stage(fixture).Set(), await new Stage(fixture).Set());
        var (first, second) = (await one.Convened(), await two.Convened());
        await Refused.With(StatusCode.FailedPrecondition, "DOUBLE_BOOKING_EXPERT", () => Expert(one, first, two.Expert));
        await Refused.With(StatusCode.FailedPrecondition, "DOUBLE_BOOKING_FACILITATOR", () => Facilitator(two, second, one.Referent));
        Assert.Equal(first, await one.Get(first.Name));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => fixture.Db.InTransaction(
            tx => tx.Execute("update booking set resource = @a where resource = @b", new { a = one.Expert, b = two.Expert }), CancellationToken.None));
        Assert.Equal(PostgresErrorCodes.ExclusionViolation, refused.SqlState);
    }

    [Fact]
    public async Task Substitutes_are_free_at_that_time_the_nearest_first_and_it_is_said_why()
    {
        var (stage, elsewhere) = (await new Stage(fixture).Set(), await new Stage(fixture).Set());
        var session = await stage.Convened();
        var busy = await elsewhere.Convened();
        string[] names = [.. "abcde".Select(c => $"{stage.Expert}{c}")];
        await Directory.Person(fixture, names[0], expert: true, activities: Directory.Activity("organisations/FAR"));
        await Directory.Person(fixture, names[1], expert: true, charter: false, activities: Directory.Activity(stage.Host));
        await Directory.Person(fixture, names[2], expert: true, activities: Directory.Activity(stage.Host, until: new DateOnly(2026, 8, 1)));
        await Directory.Person(fixture, names[3], expert: false, activities: Directory.Activity(stage.Host));
        await Directory.Person(fixture, names[4], expert: true, activities: Directory.Activity("organisations/FAR"));
        await Db("with held as (insert into session (id, pole, programme, state, date, start_time, duration_minutes, start_instant, end_instant, modality, host, facilitator, expert, capacity, planned_date, version, change_time) "
            + "values (gen_random_uuid(), @Pole, 'programmes/ADDICTIONS', 'HELD', '2026-03-03', '12:15', 60, '2026-03-03 11:15Z', '2026-03-03 12:15Z', 'HYBRID', @Host, @Referent, @who, 2, '2026-03-03', 1, '2026-03-03 13:00Z') returning *) "
            + "insert into booking (session_id, resource, during) select id, taken, tstzrange(start_instant, end_instant) from held cross join lateral (values (host), (facilitator), (expert)) as v (taken)",
            new { stage.Pole, stage.Host, stage.Referent, who = names[4] });

        var found = (await Propose(stage, session, SessionRole.Expert)).Substitutes;
        Assert.Equal([names[4], names[1], names[0]], found.Select(s => s.Professional).Where(names.Contains));
        Assert.Equal((1, "KNOWS_THE_POLE"), found.Single(s => s.Professional == names[4]) is var known ? (known.PastSessions, string.Join(' ', known.Reasons)) : default);
        Assert.Equal(("OF_THE_HOST", "Charte non acceptée."), found.Single(s => s.Professional == names[1]) is var near ? (string.Join(' ', near.Reasons), string.Join(' ', near.Warnings)) : default);
        Assert.DoesNotContain(found, s => s.Professional == busy.Expert || s.Professional == session.Expert);

        // Référents of the programme lead too; the one who leads elsewhere at that time does not.
        await Directory.Person(fixture, names[2], activities: Directory.Activity(stage.Host));
        await Directory.Say(fixture, $"{stage.Pole}b", new Membership.Events.V1.PoleChanged { Pole = Directory.Pole($"{stage.Pole}b", stage.Host, names[2]) });
        var leaders = (await Propose(stage, session, SessionRole.Facilitator)).Substitutes;
        Assert.Equal("OF_THE_HOST REFERENT_IN_THE_PROGRAMME", string.Join(' ', leaders.Single(s => s.Professional == names[2]).Reasons));
        Assert.DoesNotContain(leaders, s => s.Professional == busy.Facilitator || s.Professional == session.Facilitator);
        await Refused.With(StatusCode.InvalidArgument, "ROLE_NOT_SUBSTITUTED", () => Propose(stage, session, SessionRole.Actor));
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => fixture.Seasons.ProposeSubstitutesAsync(
            new ProposeSubstitutesRequest { Name = session.Name, Role = SessionRole.Expert }, stage.As(Tokens.Professional(stage.Expert), Stage.Start)));
    }

    [Fact]
    public async Task Who_has_declined_the_session_as_it_stands_is_not_proposed()
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.Convened();
        await Directory.Person(fixture, stage.Requester, expert: true, mailbox: stage.MailboxOf(stage.Requester), activities: Directory.Activity(stage.Host));
        Assert.Contains((await Propose(stage, session, SessionRole.Expert)).Substitutes, s => s.Professional == stage.Requester);
        var answers = new Replies.Answering(stage);
        await answers.Says(stage.Requester, session.Name, Answer.No);
        Assert.DoesNotContain((await Propose(stage, session, SessionRole.Expert)).Substitutes, s => s.Professional == stage.Requester);
        // Another date, another answer.
        await answers.Move(session.Name, 1);
        Assert.Contains((await Propose(stage, session, SessionRole.Expert)).Substitutes, s => s.Professional == stage.Requester);
    }

    [Fact]
    public void Who_knows_the_pole_comes_before_who_is_near()
    {
        ProposeSubstitutes.Candidate[] candidates =
        [
            new() { Professional = "e" }, new() { Professional = "d", CharterAccepted = true }, new() { Professional = "c", OfTheHost = true },
            new() { Professional = "b", PastSessions = 3 }, new() { Professional = "f", PastSessions = 1, OfTheHost = true }, new() { Professional = "a", LeadsThePole = true },
        ];
        Assert.Equal("abfcde", string.Concat(ProposeSubstitutes.Ranked(candidates).Select(c => c.Professional)));
    }

    private AsyncUnaryCall<SetFacilitatorResponse> Facilitator(Stage stage, Session session, string who) => fixture.Seasons.SetFacilitatorAsync(
        new SetFacilitatorRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Facilitator = who }, stage.AsCoordinator(Stage.Start));

    private AsyncUnaryCall<SetExpertResponse> Expert(Stage stage, Session session, string who, string waiver = "") => fixture.Seasons.SetExpertAsync(
        new SetExpertRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Expert = who, ExpertWaiverReason = waiver }, stage.AsCoordinator(Stage.Start));

    private AsyncUnaryCall<ProposeSubstitutesResponse> Propose(Stage stage, Session session, SessionRole role) => fixture.Seasons.ProposeSubstitutesAsync(
        new ProposeSubstitutesRequest { Name = session.Name, Role = role }, stage.AsCoordinator(Stage.Start));

    private Task Db(string sql, object parameters) => fixture.Db.InTransaction(tx => tx.Execute(sql, parameters), CancellationToken.None);
}
