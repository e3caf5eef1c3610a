using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.Lines;
using Intervision.Indemnisation.Rates;
using Intervision.Indemnisation.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;

namespace Intervision.Indemnisation.Tests;

/// <summary>Decisions on invitations and on the signed sheet, without a database.</summary>
public sealed class SheetTests
{
    private static readonly Scene Pure = new(null!, 1, new SceneSettings());
    private static readonly SessionAt Session = Pure.NewSession();
    private static readonly DateTimeOffset Now = Session.EndTime;
    private static readonly Person Doctor = new("professionals/A", "99700000013", "10", "payees/A", "");
    private static readonly Person Other = new("professionals/B", "99700000021", "21", "payees/B", "");

    private static readonly Day Rates = OnDay(
    [
        new Tariff { RateGrid = "rateGrids/G", ProfessionTable = "TRE_G15", ProfessionCode = "10", Component = Component.Participant, Unit = RateUnit.StartedQuarterHour, AmountCents = 2250, MinimumMinutes = 30, PaidMinutesCap = 90 },
        new Tariff { RateGrid = "rateGrids/G", Component = Component.FacilitatorSupplement, Unit = RateUnit.Flat, AmountCents = 4500 },
        new Tariff { RateGrid = "rateGrids/G", Component = Component.Travel, Unit = RateUnit.Kilometre, AmountCents = 35, FreeKilometres = 10 },
    ]);

    private static readonly Day NoGrid = OnDay([]);

    [Fact]
    public void Only_those_invited_in_a_liberal_capacity_are_committed()
    {
        var salaried = Other.Capacity.Clone();
        salaried.Mode = "S";
        var said = Pure.ConvenedOf(Session, Doctor);
        said.People.Add(new SessionConvened.Types.InvitedPerson { Professional = Other.Name, Capacity = salaried });
        said.People.Add(new SessionConvened.Types.InvitedPerson { Professional = "professionals/UNSAID" });
        var change = Assert.Single(Commit(said, []));
        Assert.Equal((Doctor.Name, LineState.Committed, 13_500L, ""), (change.After.Professional, change.After.State, change.After.AmountCents, change.After.Reason));
        Assert.IsType<IndemnityCommitted>(Assert.Single(change.Events)());
    }

    [Fact]
    public void Convened_again_the_same_changes_nothing_and_who_is_no_longer_invited_is_freed()
    {
        var line = Assert.Single(Commit(Pure.ConvenedOf(Session, Doctor), [])).After;
        Assert.Empty(Commit(Pure.ConvenedOf(Session, Doctor), [line]));
        var changes = Commit(Pure.ConvenedOf(Session), [line]);
        Assert.Equal((LineState.Cancelled, "NOT_INVITED"), (Assert.Single(changes).After.State, changes[0].After.Reason));
    }

    [Fact]
    public void Without_a_rate_or_an_envelope_the_commitment_says_so()
    {
        Assert.Equal("RATE_MISSING", Assert.Single(Commit(Pure.ConvenedOf(Session, Other), [])).After.Reason);
        var said = Pure.ConvenedOf(Session, Doctor);
        var change = Assert.Single(CommitSession.Decide(said, [], new Dictionary<string, string>(), Rates.Rates, envelope: null, () => Guid.CreateVersion7(), Now));
        Assert.Equal(("ENVELOPE_MISSING", 13_500L), (change.After.Reason, change.After.AmountCents));
    }

    [Fact]
    public void A_committed_line_becomes_the_recorded_one()
    {
        var committed = Assert.Single(Commit(Pure.ConvenedOf(Session, Doctor), [])).After;
        var change = Assert.Single(Decide(Pure.SheetOf(Session, Doctor.Present(Session, 45)), [committed]));
        Assert.Equal((committed.Id, LineState.Recorded, 45, 6_750L), (change.After.Id, change.After.State, change.After.PresentMinutes, change.After.AmountCents));
    }

    [Fact]
    public void Absent_in_another_capacity_or_paid_by_another_funder_is_cancelled_with_its_reason()
    {
        var committed = Assert.Single(Commit(Pure.ConvenedOf(Session, Doctor), [])).After;
        Assert.Equal("ABSENT", Assert.Single(Decide(Pure.SheetOf(Session), [committed])).After.Reason);

        var salaried = Doctor.Present(Session, 80);
        salaried.Capacity.Mode = "S";
        Assert.Equal("NOT_LIBERAL", Assert.Single(Decide(Pure.SheetOf(Session, salaried), [committed])).After.Reason);

        var funded = Assert.Single(Decide(Pure.SheetOf(Session, Doctor.Present(Session, 80, declared: false)), [committed]));
        Assert.Equal((LineState.Cancelled, "OTHER_FUNDER"), (funded.After.State, funded.After.Reason));
        Assert.Equal([typeof(IndemnityRecorded), typeof(IndemnityCancelled)], funded.Events.Select(e => e().GetType()));
    }

    [Theory]
    [InlineData(SessionRole.Facilitator, 34, false, true, "Participant FacilitatorSupplement Travel")]
    [InlineData(SessionRole.Expert, 34, false, true, "Participant Travel")]
    [InlineData(SessionRole.Expert, 34, true, true, "Participant")]
    [InlineData(SessionRole.Expert, 10, false, true, "Participant")]
    [InlineData(SessionRole.Facilitator, 5, false, false, "Participant FacilitatorSupplement Travel")]
    public void One_line_per_component_that_may_be_due(SessionRole role, int kilometres, bool video, bool grid, string components)
    {
        var sheet = Pure.SheetOf(Session, Doctor.Present(Session, 80, role, kilometres, video));
        var changes = Sheet.Decide(sheet, [], grid ? Rates : NoGrid, () => Guid.CreateVersion7(), Now);
        Assert.Equal(components, string.Join(' ', changes.Select(c => c.After.Component)));
    }

    [Fact]
    public void Somebody_who_left_and_came_back_has_one_line_of_all_minutes()
    {
        var back = Doctor.Present(Session, 90);
        back.InTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(Session.StartTime.AddMinutes(60));
        var change = Assert.Single(Decide(Pure.SheetOf(Session, Doctor.Present(Session, 20), back), []));
        Assert.Equal(50, change.After.PresentMinutes);
    }

    private static Day OnDay(IReadOnlyList<Tariff> tariffs) => new(new RatesOfDay(tariffs), [], YearClosed: false);

    private static IReadOnlyList<Change> Commit(SessionConvened said, IReadOnlyList<Line> live) =>
        CommitSession.Decide(said, live, new Dictionary<string, string>(), Rates.Rates, "envelopes/E", () => Guid.CreateVersion7(), Now);

    private static IReadOnlyList<Change> Decide(AttendanceCertified sheet, IReadOnlyList<Line> live) =>
        Sheet.Decide(sheet, live, Rates, () => Guid.CreateVersion7(), Now);
}
