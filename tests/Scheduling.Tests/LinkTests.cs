using FsCheck;
using FsCheck.Fluent;
using Grpc.Core;
using Intervision.Intake.Events.V1;
using Intervision.Scheduling.Links;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

using TableItem = Intervision.Scheduling.Sessions.Item;

namespace Intervision.Scheduling.Tests;

/// <summary>Who met whom, counted and nothing else.</summary>
public sealed class LinkTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    [Fact]
    public async Task Pairs_that_sat_at_the_same_situation_are_counted_new_once_and_outlive_the_case()
    {
        var stage = await new Stage(fixture).Set();
        await stage.Certified();
        // Référent, expert and requester were at the item; the physician signed the sheet only.
        Assert.Equal((3, 3), await Count(stage, 9, 9));
        await fixture.Deliver("intake", new CaseErased { Case = stage.Case(1) }, stage.Case(1), Stage.Start.AddDays(900));
        Assert.Equal((3, 3), await Count(stage, 9, 12));
        Assert.Null(await Count(stage, 10, 12));
    }

    [Fact]
    public async Task A_correction_in_force_changes_what_is_counted_by_what_it_changes()
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.Certified();
        // The physician was forgotten at the item: four structures, six pairs.
        var line = stage.Line(stage.Physician, SessionRole.AttendingPhysician);
        line.Cases.Add(stage.Case(1));
        session = await Correct(session, stage.Physician, line, "CASES_WRONG");
        Assert.Equal((6, 6), await Count(stage, 9, 9));
        // The expert was not there at all: three structures again.
        session = await Correct(session, stage.Expert, null, "PERSON_ABSENT");
        Assert.Equal((3, 3), await Count(stage, 9, 9));
        // What changes no structure and no item changes nothing.
        line = line.Clone();
        line.Kilometres = 3;
        session = await Correct(session, stage.Physician, line, "KILOMETRES_WRONG");
        Assert.Equal((3, 3), await Count(stage, 9, 9));
        line = line.Clone();
        line.Cases.Clear();
        session = await Correct(session, stage.Physician, line, "CASES_WRONG");
        session = await Correct(session, stage.Requester, null, "PERSON_ABSENT");
        Assert.Null(await Count(stage, 9, 9));
        Assert.Equal(0, await fixture.Db.Read(tx => tx.Single<long>("select count(*) from structure_link where pole = @Pole", new { stage.Pole }), CancellationToken.None));

        async Task<Session> Correct(Session at, string who, AttendanceLine? to, string reason) => (await stage.Day().CorrectAttendanceAsync(
            new CorrectAttendanceRequest { RequestId = Stage.NewRequest(), Name = at.Name, Etag = at.Etag, Professional = who, Line = to, Reason = reason }, stage.AsCoordinator(SessionDayVerbs.Afterwards))).Session;
    }

    [Fact]
    public async Task A_correction_that_waits_for_a_second_signature_counts_once_it_is_signed()
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.Certified();
        var line = stage.Line(stage.Physician, SessionRole.AttendingPhysician);
        line.Cases.Add(stage.Case(1));
        session = (await stage.Day().CorrectAttendanceAsync(stage.Correcting(session, line, "CASES_WRONG"), Tokens.As(Tokens.Referent(stage.Physician, stage.Pole), SessionDayVerbs.Afterwards))).Session;
        Assert.Equal((3, 3), await Count(stage, 9, 9));
        await stage.Day().CountersignCorrectionAsync(
            new CountersignCorrectionRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Professional = stage.Physician, Revision = 2 }, stage.AsCoordinator(SessionDayVerbs.Afterwards));
        Assert.Equal((6, 6), await Count(stage, 9, 9));
    }

    [Fact]
    public async Task Who_was_at_an_item_and_is_not_on_the_sheet_is_a_warning_until_it_is_mended()
    {
        const string Missing = "Présents à une situation, mais pas sur la feuille : ";
        var stage = await new Stage(fixture).Set();
        var session = await stage.Opened(1);
        session = (await stage.Client.CloseItemAsync(stage.Discussing(session, 1), stage.AsCoordinator(Stage.Start.AddMinutes(30)))).Session;
        var sheet = stage.Sheet(session);
        sheet.Lines.Remove(sheet.Lines.Single(l => l.Professional == stage.Requester));
        session = (await stage.Client.RecordAttendanceAsync(sheet, stage.AsCoordinator(Stage.Start.AddMinutes(40)))).Session;
        Assert.DoesNotContain(session.Warnings, w => w.StartsWith(Missing, StringComparison.Ordinal));
        session = (await stage.Client.CloseSessionAsync(new CloseSessionRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag }, stage.AsCoordinator(Stage.Start.AddMinutes(60)))).Session;
        Assert.Contains($"{Missing}{stage.Requester}.", session.Warnings);
        session = (await stage.Certify(session, stage.Coordinator)).Session;
        Assert.Contains($"{Missing}{stage.Requester}.", session.Warnings);
        session = (await stage.Day().CorrectAttendanceAsync(stage.Correcting(session, stage.Line(stage.Requester, SessionRole.Requester), "PERSON_FORGOTTEN"), stage.AsCoordinator(SessionDayVerbs.Afterwards))).Session;
        Assert.DoesNotContain(session.Warnings, w => w.StartsWith(Missing, StringComparison.Ordinal));
    }

    [Fact]
    public void One_structure_on_the_sheet_is_a_warning_of_its_item()
    {
        var item = new TableItem(Sessions.A.Case(1), 1, AgendaItem.Types.State.Discussed, Present: ["professionals/F", "professionals/G"]);
        var held = Sessions.A.Meeting(SessionState.Held) with { Items = [item], Attendance = [Sessions.A.Line("F", Sessions.A.Capacity("1")), Sessions.A.Line("G", Sessions.A.Capacity("1"))] };
        Assert.Equal(["D'après la feuille, une seule structure était là pour la situation n° 1."], Scheduling.Attendance.SheetGaps.Of(held));
        Assert.Empty(Scheduling.Attendance.SheetGaps.Of(held with { Attendance = [Sessions.A.Line("F", Sessions.A.Capacity("1")), Sessions.A.Line("G", Sessions.A.Capacity("2"))] }));
    }

    [Fact]
    public async Task An_auditor_sees_whole_years_that_are_over_and_no_small_number()
    {
        var stage = await new Stage(fixture).Set();
        await stage.Certified();
        var auditor = Tokens.Of(Roles.Auditor, "auditor@ars");
        await Refused.With(StatusCode.InvalidArgument, "WHOLE_YEAR_ONLY", () => Ask(9, 9, auditor, new DateTimeOffset(2027, 2, 1, 0, 0, 0, TimeSpan.Zero)));
        await Refused.With(StatusCode.InvalidArgument, "WHOLE_YEAR_ONLY", () => Ask(1, 12, auditor, new DateTimeOffset(2026, 12, 31, 12, 0, 0, TimeSpan.Zero)));
        await Refused.With(StatusCode.InvalidArgument, "PERIOD_INVALID", () => Ask(12, 1, stage.Coordinator, Stage.Start));
        var counted = await Ask(1, 12, auditor, new DateTimeOffset(2027, 2, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.Contains(counted.Poles, p => p.Pole == stage.Pole && !p.HasPairs && !p.HasNewPairs);
        Assert.DoesNotContain(counted.Poles.Append(counted.Total), p => p is { HasPairs: true, Pairs: > 0 and < 5 } or { HasNewPairs: true, NewPairs: > 0 and < 5 });
    }

    /// <summary>Neither a small number nor one that the others and the sum would tell.</summary>
    [Fact]
    public void No_small_number_is_shown_nor_alone_in_being_kept_back() =>
        Prop.ForAll(
            Gen.Choose(0, 12).Two().ListOf(6).ToArbitrary(),
            drawn =>
            {
                var rows = drawn.Select(d => new LinkRow { Pairs = Math.Max(d.Item1, d.Item2), NewPairs = Math.Min(d.Item1, d.Item2) }).ToList();
                var shown = SmallLinks.Of(rows);
                Assert.DoesNotContain(shown, s => s.Pairs is > 0 and < 5 || s.NewPairs is > 0 and < 5);
                Assert.DoesNotContain(shown, s => s is { Pairs: { } pairs, NewPairs: { } fresh } && pairs - fresh is > 0 and < 5);
                MustNotTell([.. rows.Select(r => r.Pairs)], [.. shown.Select(s => s.Pairs)]);
                MustNotTell([.. rows.Select(r => r.NewPairs)], [.. shown.Select(s => s.NewPairs)]);
            }).QuickCheckThrowOnFailure();

    private static void MustNotTell(IReadOnlyList<int> cells, IReadOnlyList<int?> shown)
    {
        var hidden = Enumerable.Range(0, cells.Count).Where(i => shown[i] is null).ToList();
        var all = hidden.Count == cells.Count;
        Assert.True(hidden.Count == 0 || all || (hidden.Count >= 2 && hidden.Sum(i => cells[i]) >= 5), $"{string.Join(' ', cells)} → {string.Join(' ', shown.Select(s => s ?? -1))}");
    }

    private async Task<(int, int)?> Count(Stage stage, int from, int to) =>
        (await Ask(from, to, stage.Coordinator, Stage.Start.AddDays(1))).Poles.SingleOrDefault(p => p.Pole == stage.Pole) is { } found ? (found.Pairs, found.NewPairs) : null;

    private AsyncUnaryCall<CountLinksResponse> Ask(int from, int to, DevelopmentClaims who, DateTimeOffset now) =>
        new SessionDayService.SessionDayServiceClient(fixture.Invoker).CountLinksAsync(
            new CountLinksRequest { Programme = Directory.Addictions, FromMonth = new DateOnly(2026, from, 1).ToProto(), ToMonth = new DateOnly(2026, to, 1).ToProto() }, Tokens.As(who, now));
}
