using Grpc.Core;
using Intervision.Intake.Events.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using CorrectionState = Intervision.Scheduling.V1.AttendanceCorrection.Types.State;

namespace Intervision.Scheduling.Tests.Attendance;

/// <summary>A certified sheet is corrected by counter-entries, and nobody corrects one's own money alone.</summary>
public sealed class CorrectionTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    [Fact]
    public async Task A_correction_counters_the_certified_line_which_stays_and_says_the_whole_new_one()
    {
        var stage = await new Stage(fixture).Set();
        var certified = await stage.Certified();
        var line = stage.Line(stage.Physician, SessionRole.AttendingPhysician);
        (line.OutTime, line.Kilometres) = (Stage.Start.AddMinutes(45).ToProto(), 20);
        line.Cases.Add(stage.Case(1));
        var corrected = await Correct(stage, certified, line, "TIME_WRONG");
        Assert.Equal((2, CorrectionState.InForce), (corrected.Correction.Revision, corrected.Correction.State));
        Assert.Equal((12, 20), (corrected.Correction.Before.Kilometres, corrected.Correction.After.Kilometres));
        Assert.Equal(20, corrected.Session.Attendance.Single(l => l.Professional == stage.Physician).Kilometres);
        Assert.Equal(SessionState.AttendanceCertified, corrected.Session.State);
        Assert.Equal(corrected.Session, await stage.Get(certified.Name));
        var said = (await fixture.Said(certified.Name))[^1].As<AttendanceCorrected>();
        Assert.Equal((stage.Physician, 2, 20, "L", "TIME_WRONG"), (said.Professional, said.Revision, said.Line.Kilometres, said.Line.Capacity.Mode, said.Reason));
        Assert.Empty(said.Line.Cases);
        var entries = await fixture.Db.Read(
            tx => tx.Query<(int Sign, int Kilometres)>(
                "select sign, kilometres from attendance_entry where session_id = @id order by sign", new { id = Guid.Parse(certified.Name["sessions/".Length..]) }),
            CancellationToken.None);
        Assert.Equal([(-1, 12), (1, 20)], entries);
    }

    [Fact]
    public async Task Corrections_follow_each_other_and_a_settled_session_is_corrected_too()
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.Certified();
        await fixture.Deliver("indemnisation", new Indemnisation.Events.V1.SessionSettled { Session = session.Name }, session.Name, Stage.Start.AddHours(2.5));
        session = await stage.Get(session.Name);
        Assert.Equal(SessionState.Settled, session.State);
        var removed = await stage.Day().CorrectAttendanceAsync(
            new CorrectAttendanceRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Professional = stage.Physician, Reason = "PERSON_ABSENT" },
            stage.AsCoordinator(SessionDayVerbs.Afterwards));
        Assert.DoesNotContain(removed.Session.Attendance, l => l.Professional == stage.Physician);
        Assert.Null((await fixture.Said(session.Name))[^1].As<AttendanceCorrected>().Line);
        var back = await Correct(stage, removed.Session, stage.Line(stage.Physician, SessionRole.AttendingPhysician), "PERSON_FORGOTTEN");
        Assert.Equal(3, back.Correction.Revision);
        Assert.Null(back.Correction.Before);
        var added = await Correct(stage, back.Session, stage.Line(stage.Pharmacist, SessionRole.Actor), "PERSON_FORGOTTEN");
        Assert.Equal(2, added.Correction.Revision);
        var page = await stage.Day().ListCorrectionsAsync(new ListCorrectionsRequest { Name = session.Name, PageSize = 2 }, stage.AsCoordinator(SessionDayVerbs.Afterwards));
        var rest = await stage.Day().ListCorrectionsAsync(
            new ListCorrectionsRequest { Name = session.Name, PageSize = 2, PageToken = page.NextPageToken }, stage.AsCoordinator(SessionDayVerbs.Afterwards));
        Assert.Equal(3, page.Corrections.Concat(rest.Corrections).Distinct().Count());
        Assert.Empty(rest.NextPageToken);
    }

    [Fact]
    public async Task Ones_own_indemnity_waits_for_somebody_else()
    {
        var stage = await new Stage(fixture).Set();
        var pending = await stage.OwnCorrectionPending();
        var events = (await fixture.Said(pending.Name)).Count;
        Assert.Equal(12, pending.Attendance.Single(l => l.Professional == stage.Physician).Kilometres);
        await Refuses("CORRECTION_PENDING", Correct(stage, pending, stage.Line(stage.Physician, SessionRole.Actor), "ROLE_WRONG"));
        await Refuses("SECOND_PERSON_REQUIRED", Countersign(stage, pending, Tokens.Referent(stage.Physician, stage.Pole)));
        var signed = await Countersign(stage, pending, Tokens.HostCoordinator("host@pole", stage.Pole));
        Assert.Equal([stage.Physician, "host@pole"], signed.Correction.Certifiers);
        Assert.Equal(40, signed.Session.Attendance.Single(l => l.Professional == stage.Physician).Kilometres);
        var said = (await fixture.Said(pending.Name)).Skip(events);
        Assert.Equal([stage.Physician, "host@pole"], Assert.Single(said).As<AttendanceCorrected>().Certifiers);
        await Refuses("CORRECTION_NOT_PENDING", Countersign(stage, signed.Session, stage.Coordinator));
    }

    [Fact]
    public async Task A_refused_correction_never_was_and_another_may_follow()
    {
        var stage = await new Stage(fixture).Set();
        var pending = await stage.OwnCorrectionPending();
        var events = (await fixture.Said(pending.Name)).Count;
        // Its author takes it back.
        var refused = await Countersign(stage, pending, Tokens.Referent(stage.Physician, stage.Pole), refuse: true);
        Assert.Equal(CorrectionState.Refused, refused.Correction.State);
        Assert.Equal(12, refused.Session.Attendance.Single(l => l.Professional == stage.Physician).Kilometres);
        Assert.Equal(events, (await fixture.Said(pending.Name)).Count);
        var line = stage.Line(stage.Physician, SessionRole.AttendingPhysician);
        line.Kilometres = 30;
        Assert.Equal(3, (await Correct(stage, refused.Session, line, "KILOMETRES_WRONG")).Correction.Revision);
    }

    [Fact]
    public async Task What_is_not_certified_is_not_corrected_and_what_is_right_neither()
    {
        var stage = await new Stage(fixture).Set();
        var held = await stage.Held();
        await Refuses("STATE_FORBIDS", Correct(stage, held, stage.Line(stage.Physician, SessionRole.Actor), "ROLE_WRONG"));
        var certified = (await stage.Certify(held, stage.Coordinator)).Session;
        await Refuses("NOTHING_TO_CORRECT", Correct(stage, certified, stage.Line(stage.Physician, SessionRole.AttendingPhysician), "TIME_WRONG"));
        await Refuses("UNKNOWN_REASON", Correct(stage, certified, stage.Line(stage.Physician, SessionRole.Actor), "Erreur de saisie"), StatusCode.InvalidArgument);
        var late = stage.Line(stage.Physician, SessionRole.AttendingPhysician);
        late.OutTime = Stage.Start.AddHours(9).ToProto();
        await Refuses("TIME_OUTSIDE_SESSION", Correct(stage, certified, late, "TIME_WRONG"), StatusCode.InvalidArgument);
    }

    [Fact]
    public async Task The_presence_at_items_is_corrected_and_outlives_the_name_of_the_case()
    {
        var stage = await new Stage(fixture).Set();
        var certified = await stage.Certified();
        var line = stage.Line(stage.Requester, SessionRole.Requester);
        line.Cases.Add(stage.Case(1));
        var corrected = await Correct(stage, certified, line, "CASES_WRONG");
        Assert.Equal([stage.Case(1)], corrected.Session.Attendance.Single(l => l.Professional == stage.Requester).Cases);
        await fixture.Deliver("intake", new CaseErased { Case = stage.Case(1) }, stage.Case(1), Stage.Start.AddDays(900));
        Assert.Equal([""], (await stage.Get(certified.Name)).Attendance.Single(l => l.Professional == stage.Requester).Cases);
    }

    private static async Task<CorrectAttendanceResponse> Correct(Stage stage, Session session, AttendanceLine line, string reason) =>
        await stage.Day().CorrectAttendanceAsync(stage.Correcting(session, line, reason), stage.AsCoordinator(SessionDayVerbs.Afterwards));

    private static async Task<CountersignCorrectionResponse> Countersign(Stage stage, Session session, ServiceDefaults.Security.DevelopmentClaims who, bool refuse = false) =>
        await stage.Day().CountersignCorrectionAsync(
            new CountersignCorrectionRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Professional = stage.Physician, Revision = 2, Refuse = refuse },
            stage.As(who, SessionDayVerbs.Afterwards));

    private static async Task Refuses<T>(string reason, Task<T> call, StatusCode code = StatusCode.FailedPrecondition)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal((code, reason), (refused.StatusCode, refused.Reason()));
        Assert.False(string.IsNullOrWhiteSpace(refused.FrenchMessage()));
    }
}
