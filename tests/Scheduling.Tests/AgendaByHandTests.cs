using Grpc.Core;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using ItemState = Intervision.Scheduling.V1.AgendaItem.Types.State;
using Outcome = Intervision.Scheduling.V1.ItemReview.Types.Outcome;

namespace Intervision.Scheduling.Tests;

/// <summary>The agenda as people change it.</summary>
public sealed class AgendaByHandTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    [Fact]
    public async Task Of_two_coordinators_placing_the_same_case_one_wins_and_the_other_is_told()
    {
        for (var round = 0; round < 5; round++)
        {
            var stage = await new Stage(fixture).Set();
            var sessions = await stage.Plan();
            await stage.Ready(1);
            var outcomes = await Task.WhenAll(sessions.Take(3).Select(s => Outcomes(() => stage.PlaceByHand(s, 1))));
            Assert.Single(outcomes, o => o == "OK");
            Assert.Equal(2, outcomes.Count(o => o == "FailedPrecondition/CASE_ON_OPEN_AGENDA"));
            var agendas = await Task.WhenAll(sessions.Select(s => stage.Get(s.Name)));
            Assert.Single(agendas.SelectMany(s => s.Items));
        }
    }

    [Fact]
    public async Task A_case_placed_by_hand_is_said_leaves_the_waiting_list_and_the_database_holds_the_rule_too()
    {
        var stage = await new Stage(fixture).Set();
        var sessions = await stage.Plan();
        await stage.Ready(1);
        var placed = await stage.PlaceByHand(sessions[1], 1);
        Assert.Empty(placed.Warnings);
        var item = Assert.Single(placed.Session.Items);
        Assert.Equal((stage.Case(1), 1, ItemState.Scheduled, 1), (item.Case, item.Position, item.State, item.Rank));
        var said = (await fixture.Said(sessions[1].Name))[^1].As<CaseScheduled>();
        Assert.Equal((stage.Case(1), sessions[1].Date), (said.Case, said.Date));
        Assert.Equal(0, (await stage.Place()).StillWaiting);
    }

    [Fact]
    public async Task Somebody_of_another_pole_learns_nothing_of_a_case()
    {
        var (own, other) = (await new Stage(fixture).Set(), await new Stage(fixture).Set());
        var session = (await own.Plan())[0];
        await other.Ready(1);
        async Task<string> Try(string name, DevelopmentClaimsOf who) => await Outcomes(() => own.Agenda().PlaceCaseAsync(
            new PlaceCaseRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Case = name },
            Tokens.As(who == DevelopmentClaimsOf.Pole ? Tokens.HostCoordinator("host@pole", own.Pole) : own.Coordinator, Stage.Summer)).ResponseAsync);
        Assert.Equal("FailedPrecondition/CASE_NOT_READY", await Try(other.Case(1), DevelopmentClaimsOf.Pole));
        Assert.Equal("FailedPrecondition/CASE_NOT_READY", await Try("cases/SIT-0000-NONE", DevelopmentClaimsOf.Pole));
        Assert.Equal("FailedPrecondition/CASE_OF_OTHER_POLE", await Try(other.Case(1), DevelopmentClaimsOf.Region));
        await own.Ready(2, programme: Directory.Precarite);
        Assert.Equal("FailedPrecondition/CASE_OF_OTHER_PROGRAMME", await Try(own.Case(2), DevelopmentClaimsOf.Region));
    }

    private enum DevelopmentClaimsOf
    {
        Region,
        Pole,
    }

    [Fact]
    public async Task More_than_three_and_more_than_the_time_are_warnings_and_more_than_the_programme_allows_is_refused()
    {
        var stage = await new Stage(fixture).Set(minutes: 90);
        var session = (await stage.Plan())[0];
        var reasons = new List<string>();
        for (var n = 1; n <= 5; n++)
        {
            await stage.Ready(n);
            var placed = await stage.PlaceByHand(session, n);
            session = placed.Session;
            reasons.Add(string.Join('+', placed.Warnings.Select(w => w.Reason)));
        }

        Assert.Equal(["", "", "", "MORE_THAN_THREE+TIME_SHORT", "MORE_THAN_THREE+TIME_SHORT"], reasons);
        await stage.Ready(6);
        await Refused.With(StatusCode.FailedPrecondition, "AGENDA_FULL", () => stage.Agenda().PlaceCaseAsync(stage.Placing(session, 6), stage.AsCoordinator(Stage.Summer)));
    }

    [Fact]
    public async Task A_frozen_agenda_takes_an_urgent_case_with_a_reason_and_loses_one_with_a_reason()
    {
        var stage = await new Stage(fixture).Set(minutes: 90);
        var frozen = await stage.Frozen(2);
        var later = Stage.Start.AddDays(-8);
        await stage.Ready(3);
        await Refused.With(StatusCode.FailedPrecondition, "AGENDA_FROZEN", () => stage.Agenda().PlaceCaseAsync(stage.Placing(frozen, 3, "PATIENT_AT_RISK"), stage.AsCoordinator(later)));
        await stage.Ready(3, urgent: true);
        await Refused.With(StatusCode.InvalidArgument, "REASON_MISSING", () => stage.Agenda().PlaceCaseAsync(stage.Placing(frozen, 3), stage.AsCoordinator(later)));
        await Refused.With(StatusCode.InvalidArgument, "UNKNOWN_REASON", () => stage.Agenda().PlaceCaseAsync(stage.Placing(frozen, 3, "parce que"), stage.AsCoordinator(later)));
        var with = (await stage.PlaceByHand(frozen, 3, "PATIENT_AT_RISK", later)).Session;
        Assert.Equal("PATIENT_AT_RISK", with.Items[2].AddedReason);

        var off = new TakeCaseOffRequest { RequestId = Stage.NewRequest(), Name = with.Name, Etag = with.Etag, Case = stage.Case(1) };
        await Refused.With(StatusCode.InvalidArgument, "REASON_MISSING", () => stage.Agenda().TakeCaseOffAsync(off, stage.AsCoordinator(later)));
        off.Reason = "MORE_URGENT_CASE";
        var without = (await stage.Agenda().TakeCaseOffAsync(off, stage.AsCoordinator(later))).Session;
        Assert.Equal((ItemState.Removed, "MORE_URGENT_CASE"), (without.Items[0].State, without.Items[0].Reason));
        Assert.Equal("MORE_URGENT_CASE", (await fixture.Said(with.Name))[^1].As<CaseUnscheduled>().Reason);
        Assert.Equal([stage.Case(1)], (await stage.Client.ListWaitingCasesAsync(new ListWaitingCasesRequest { Pole = stage.Pole }, stage.AsCoordinator(later))).Cases.Select(c => c.Case));
    }

    [Fact]
    public async Task A_day_the_requester_did_not_offer_is_a_warning()
    {
        var stage = await new Stage(fixture).Set();
        var session = (await stage.Plan())[0];
        await Offer(Availability.Types.HalfDay.Morning);
        Assert.Equal("DATE_NOT_OFFERED", Assert.Single((await stage.PlaceByHand(session, 1)).Warnings).Reason);
        await Offer(Availability.Types.HalfDay.Noon, 2);
        Assert.DoesNotContain((await stage.PlaceByHand(await stage.Get(session.Name), 2)).Warnings, w => w.Reason == "DATE_NOT_OFFERED");
        // Once all the days offered are over, they say nothing of this one.
        await Offer(Availability.Types.HalfDay.Noon, 3);
        var later = (await stage.Plan())[2];
        Assert.Equal("AVAILABILITIES_PAST", Assert.Single((await stage.PlaceByHand(later, 3, now: Stage.Start.AddDays(1))).Warnings).Reason);

        Task Offer(Availability.Types.HalfDay part, int n = 1) => fixture.Deliver(
            "intake",
            new CaseReady
            {
                Case = stage.Case(n), Programme = Directory.Addictions, Pole = stage.Pole, Requester = stage.Requester, AttendingPhysician = stage.Physician,
                SubmitTime = Stage.Summer.ToProto(), Availabilities = { new Availability { Date = session.Date, HalfDay = part } },
            },
            stage.Case(n),
            Stage.Summer);
    }

    [Fact]
    public async Task A_case_moves_at_once_and_never_waits_between()
    {
        var stage = await new Stage(fixture).Set();
        var from = await stage.Planned(2);
        var to = (await stage.Plan())[1];
        var moved = await stage.Agenda().MoveCaseAsync(
            new MoveCaseRequest { RequestId = Stage.NewRequest(), Name = from.Name, Etag = from.Etag, Case = stage.Case(1), ToSession = to.Name, ToEtag = to.Etag, Reason = "PEOPLE_UNAVAILABLE" },
            stage.AsCoordinator(Stage.Summer));
        Assert.Equal("MOVED", moved.Session.Items[0].Reason);
        Assert.Equal(stage.Case(1), Assert.Single(moved.ToSession.Items).Case);
        Assert.Equal(0, (await stage.Place()).StillWaiting);
        Assert.Equal("MOVED", (await fixture.Said(from.Name))[^1].As<CaseUnscheduled>().Reason);
        Assert.Equal(stage.Case(1), (await fixture.Said(to.Name))[^1].As<CaseScheduled>().Case);
        // The other session's version guards too.
        await Refused.With(StatusCode.Aborted, "ETAG_MISMATCH", () => stage.Agenda().MoveCaseAsync(
            new MoveCaseRequest { RequestId = Stage.NewRequest(), Name = from.Name, Etag = moved.Session.Etag, Case = stage.Case(2), ToSession = to.Name, ToEtag = to.Etag, Reason = "PEOPLE_UNAVAILABLE" },
            stage.AsCoordinator(Stage.Summer)));
    }

    [Fact]
    public async Task Two_sessions_exchange_their_cases_at_once_without_losing_any()
    {
        var stage = await new Stage(fixture).Set();
        var one = await stage.Planned(2);
        await stage.Ready(3);
        await stage.Place();
        var two = await stage.Get((await stage.Plan())[1].Name);
        Assert.Equal(stage.Case(3), Assert.Single(two.Items).Case);
        await Task.WhenAll(Outcomes(() => Move(one, two, 1)), Outcomes(() => Move(two, one, 3)), Outcomes(() => Move(one, two, 2)));
        var agendas = new[] { await stage.Get(one.Name), await stage.Get(two.Name) }.SelectMany(s => s.Items).Where(i => i.State == ItemState.Scheduled).Select(i => i.Case);
        Assert.Equal([stage.Case(1), stage.Case(2), stage.Case(3)], agendas.Order(StringComparer.Ordinal));

        async Task<MoveCaseResponse> Move(Session from, Session to, int n) => await stage.Agenda().MoveCaseAsync(
            new MoveCaseRequest { RequestId = Stage.NewRequest(), Name = from.Name, Etag = from.Etag, Case = stage.Case(n), ToSession = to.Name, ToEtag = to.Etag, Reason = "PEOPLE_UNAVAILABLE" },
            stage.AsCoordinator(Stage.Summer));
    }

    [Fact]
    public async Task The_order_changes_and_names_every_situation_once()
    {
        var stage = await new Stage(fixture).Set(minutes: 90);
        var session = await stage.Planned(3);
        foreach (var wrong in new[] { new[] { 1, 2 }, [1, 2, 2], [1, 2, 4], [1, 2, 3, 3] })
        {
            await Refused.With(StatusCode.InvalidArgument, "ORDER_INCOMPLETE", () => Reorder(wrong));
        }

        var reordered = (await Reorder(3, 1, 2)).Session;
        Assert.Equal([stage.Case(3), stage.Case(1), stage.Case(2)], reordered.Items.Select(i => i.Case));
        Assert.Equal([1, 2, 3], reordered.Items.Select(i => i.Position));
        Assert.Equal(reordered, await stage.Get(session.Name));

        AsyncUnaryCall<ReorderAgendaResponse> Reorder(params int[] order) => stage.Agenda().ReorderAgendaAsync(
            new ReorderAgendaRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Cases = { order.Select(stage.Case) } }, stage.AsCoordinator(Stage.Summer));
    }

    [Fact]
    public async Task Each_intervision_of_a_case_has_its_rank()
    {
        var stage = await new Stage(fixture).Set();
        var held = await stage.Held();
        Assert.Equal(1, Assert.Single(held.Items).Rank);
        await stage.Ready(1, said: Stage.Start.AddDays(1));
        var next = (await stage.Plan())[1];
        var again = (await stage.PlaceByHand(next, 1, now: Stage.Start.AddDays(1))).Session;
        Assert.Equal(2, Assert.Single(again.Items).Rank);
        Assert.Equal(again, await stage.Get(next.Name));
    }

    [Fact]
    public async Task An_urgent_case_on_a_convened_session_brings_its_people_and_says_so()
    {
        var stage = await new Stage(fixture).Set(minutes: 90);
        var convened = await stage.Convened(1);
        await fixture.Deliver(
            "intake",
            new CaseReady { Case = stage.Case(2), Programme = Directory.Addictions, Pole = stage.Pole, Requester = stage.Pharmacist, AttendingPhysician = stage.Physician, Urgent = true, SubmitTime = Stage.Summer.ToProto() },
            stage.Case(2),
            Stage.Summer);
        var with = (await stage.PlaceByHand(convened, 2, "SITUATION_WORSENED", Stage.Start.AddDays(-2))).Session;
        Assert.Equal(SessionState.Convened, with.State);
        Assert.Equal([stage.Case(1), stage.Case(2)], with.Invitations.Single(i => i.Professional == stage.Physician).Cases);
        Assert.Equal(SessionRole.Requester, with.Invitations.Single(i => i.Professional == stage.Pharmacist).Role);
        Assert.Empty(with.Invitations.Single(i => i.Professional == stage.Referent).Cases);
        var said = (await fixture.Said(with.Name))[^1].As<SessionConvened>();
        Assert.Equal(with.Invitations.Select(i => i.Professional), said.People.Select(p => p.Professional));
    }

    [Fact]
    public async Task No_attending_physician_needs_a_reason_before_the_invitations()
    {
        var stage = await new Stage(fixture).Set();
        var frozen = await stage.Frozen(1);
        await stage.WithoutPhysician(1);
        await Refused.With(StatusCode.FailedPrecondition, "PHYSICIAN_REASON_MISSING", () => stage.Client.ConveneSessionAsync(stage.Convening(frozen), stage.AsCoordinator(Stage.Start.AddDays(-7))));
        var recorded = (await stage.Agenda().RecordAbsentPhysicianAsync(
            new RecordAbsentPhysicianRequest { RequestId = Stage.NewRequest(), Name = frozen.Name, Etag = frozen.Etag, Case = stage.Case(1), Absence = AttendingPhysicianAbsence.PatientRefuses },
            stage.AsCoordinator(Stage.Start.AddDays(-7)))).Session;
        // Said again without a reason, what was recorded here stands.
        await stage.WithoutPhysician(1);
        Assert.Equal(SessionState.Convened, (await stage.Client.ConveneSessionAsync(stage.Convening(recorded), stage.AsCoordinator(Stage.Start.AddDays(-7)))).Session.State);
    }

    [Fact]
    public async Task A_reason_that_Intake_says_is_enough_and_a_physician_who_is_named_needs_none()
    {
        var stage = await new Stage(fixture).Set();
        var frozen = await stage.Frozen(1);
        await Refused.With(StatusCode.FailedPrecondition, "PHYSICIAN_IS_NAMED", () => stage.Agenda().RecordAbsentPhysicianAsync(
            new RecordAbsentPhysicianRequest { RequestId = Stage.NewRequest(), Name = frozen.Name, Etag = frozen.Etag, Case = stage.Case(1), Absence = AttendingPhysicianAbsence.Unreachable },
            stage.AsCoordinator(Stage.Start.AddDays(-7))));
        await stage.WithoutPhysician(1, AttendingPhysicianAbsence.NoAttendingPhysician);
        Assert.Equal(SessionState.Convened, (await stage.Client.ConveneSessionAsync(stage.Convening(frozen), stage.AsCoordinator(Stage.Start.AddDays(-7)))).Session.State);
    }

    [Fact]
    public async Task What_was_not_passed_in_review_is_a_warning_where_the_programme_requires_the_meeting()
    {
        var stage = await new Stage(fixture).Set(Directory.Precarite, minutes: 90);
        var session = await stage.Frozen(3, Directory.Precarite);
        session = await stage.Review(session, 1, new ItemReview { Outcome = Outcome.Ready });
        session = await stage.Review(session, 2, new ItemReview { Outcome = Outcome.Postponed, Reason = "INFORMATION_MISSING" });
        Assert.Equal((ItemState.Removed, "INFORMATION_MISSING", Outcome.Postponed), (session.Items[1].State, session.Items[1].Reason, session.Items[1].Review.Outcome));
        Assert.Equal("INFORMATION_MISSING", (await fixture.Said(session.Name))[^1].As<CaseUnscheduled>().Reason);
        session = (await stage.Client.HoldPreparatoryMeetingAsync(
            new HoldPreparatoryMeetingRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, MeetingDate = new DateOnly(2026, 8, 27).ToProto() },
            stage.AsCoordinator(Stage.Start.AddDays(-4)))).Session;
        Assert.Equal("Situations non passées en revue à la réunion préparatoire : n° 3.", session.Warnings[^1]);
        Assert.Equal([stage.Case(2)], (await stage.Client.ListWaitingCasesAsync(new ListWaitingCasesRequest { Pole = stage.Pole }, stage.AsCoordinator(Stage.Start))).Cases.Select(c => c.Case));
    }

    [Fact]
    public async Task Whoever_the_review_asks_for_is_missed_at_the_convening()
    {
        var stage = await new Stage(fixture).Set(minutes: 90);
        var session = await stage.Frozen(2);
        session = await stage.Review(session, 1, new ItemReview { Outcome = Outcome.NeedsSomebody, NeedsFunction = "CMP" });
        // Somebody invited already is not missed.
        session = await stage.Review(session, 2, new ItemReview { Outcome = Outcome.NeedsSomebody, NeedsProfessional = stage.Physician });
        var convened = (await stage.Client.ConveneSessionAsync(stage.Convening(session), stage.AsCoordinator(Stage.Start.AddDays(-3)))).Session;
        Assert.Equal("La réunion préparatoire demande pour la situation n° 1 : CMP.", convened.Warnings[^1]);
    }

    [Theory]
    [InlineData(Outcome.Unspecified, "", "", "", "OUTCOME_MISSING")]
    [InlineData(Outcome.Postponed, "", "", "", "REASON_MISSING")]
    [InlineData(Outcome.Postponed, "PLUS_TARD", "", "", "UNKNOWN_REASON")]
    [InlineData(Outcome.NeedsSomebody, "", "", "", "NEED_MISSING")]
    [InlineData(Outcome.NeedsSomebody, "", "Le voisin", "", "UNKNOWN_FUNCTION")]
    [InlineData(Outcome.NeedsSomebody, "", "", "Dr Martin", "PROFESSIONAL_NAME_INVALID")]
    public async Task A_review_says_what_goes_with_it(Outcome outcome, string reason, string function, string person, string refusal)
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.Frozen(1);
        var review = new ItemReview { Outcome = outcome, Reason = reason, NeedsFunction = function, NeedsProfessional = person };
        var refused = await Assert.ThrowsAsync<RpcException>(() => stage.Review(session, 1, review));
        Assert.Equal((StatusCode.InvalidArgument, refusal), (refused.StatusCode, refused.Reason()));
    }

    private static async Task<string> Outcomes<T>(Func<Task<T>> call)
    {
        try
        {
            await call();
            return "OK";
        }
        catch (RpcException refused)
        {
            return $"{refused.StatusCode}/{refused.Reason()}";
        }
    }
}
