using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.Lines;
using Intervision.Indemnisation.Rates;
using Intervision.Indemnisation.V1;

namespace Intervision.Indemnisation.Tests;

/// <summary>RECORDED → CALCULATED, CANCELLED, or waiting with the reason.</summary>
public sealed class CalculateTests
{
    private static readonly DateTimeOffset Now = new(2026, 9, 16, 8, 0, 0, TimeSpan.Zero);
    private static readonly Tariff Doctor = new()
    {
        RateGrid = "rateGrids/G", Component = Component.Participant, Unit = RateUnit.StartedQuarterHour, AmountCents = 2250, MinimumMinutes = 30, PaidMinutesCap = 90,
    };

    private static readonly Line Recorded = new()
    {
        Id = Guid.CreateVersion7(Now), State = LineState.Recorded, Component = Component.Participant, PresentMinutes = 80, FiscalYear = 2026, SessionDate = new DateOnly(2026, 9, 15),
    };

    private static readonly Identity Known = new("99700000013", Evidence.Types.Source.Directory, new DateOnly(2026, 1, 15));
    private static readonly Known All = new(Known, true, [Doctor], "payees/P", "envelopes/E", 1_000_000);

    public static TheoryData<Known, int, Component, LineState, string, long> Table => new()
    {
        { All, 80, Component.Participant, LineState.Calculated, "", 13_500 },
        { All with { Identity = Known with { Rpps = "" } }, 80, Component.Participant, LineState.Calculated, "", 13_500 },
        { All with { Identity = null }, 80, Component.Participant, LineState.Recorded, "PROFESSIONAL_MISSING", 13_500 },
        { All with { Tariffs = [], GridCoversDay = false }, 80, Component.Participant, LineState.Recorded, "RATE_MISSING", 0 },
        { All with { Tariffs = [] }, 80, Component.Participant, LineState.Recorded, "RATE_MISSING", 0 },
        { All with { Tariffs = [], GridCoversDay = false }, 80, Component.Travel, LineState.Recorded, "RATE_MISSING", 0 },
        { All with { Tariffs = [] }, 80, Component.Travel, LineState.Cancelled, "NOTHING_DUE", 0 },
        { All with { Tariffs = [] }, 80, Component.FacilitatorSupplement, LineState.Cancelled, "NOTHING_DUE", 0 },
        { All with { Payee = null }, 80, Component.Participant, LineState.Recorded, "PAYEE_MISSING", 13_500 },
        { All with { Envelope = null }, 80, Component.Participant, LineState.Recorded, "ENVELOPE_MISSING", 13_500 },
        { All, 25, Component.Participant, LineState.Cancelled, "BELOW_MINIMUM", 0 },
        { All with { Payee = null }, 25, Component.Participant, LineState.Cancelled, "BELOW_MINIMUM", 0 },
        { All with { AtAnotherTable = true }, 80, Component.Participant, LineState.Recorded, "PRESENCE_OVERLAP", 13_500 },
        { All with { EnvelopeCents = 5_000 }, 80, Component.Participant, LineState.Calculated, "CAP_ENVELOPE", 5_000 },
        { All with { EnvelopeCents = 0 }, 80, Component.Participant, LineState.Calculated, "CAP_ENVELOPE", 0 },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void What_is_known_decides(Known known, int minutes, Component component, LineState state, string reason, long cents)
    {
        var change = Calculate.Decide(Recorded with { PresentMinutes = minutes, Component = component }, known, new Caps(), new Used(0, 0, 0, 0), Now);
        Assert.Equal((state, reason, cents), (change.After.State, change.After.Reason, change.After.AmountCents));
        Assert.Equal(state != LineState.Cancelled, change.After.Live);
        var said = state switch
        {
            LineState.Calculated => typeof(IndemnityCalculated),
            LineState.Cancelled => typeof(IndemnityCancelled),
            _ => null,
        };
        Assert.Equal(said, change.Events.SingleOrDefault()?.Invoke().GetType());
    }

    [Fact]
    public void The_evidence_is_frozen_in_the_line()
    {
        var after = Calculate.Decide(Recorded, All, new Caps(), new Used(0, 0, 0, 0), Now).After;
        Assert.Equal(("99700000013", "payees/P", "rateGrids/G", "envelopes/E", 13_500L), (after.Rpps, after.Payee, after.RateGrid, after.Envelope, after.DueCents));
    }
}
