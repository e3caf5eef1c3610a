using Intervision.Indemnisation.V1;

namespace Intervision.Indemnisation.Rates;

/// <summary>One rate of a grid, as computed with. Amounts in integer cents; 0 means no cap.</summary>
public record Tariff
{
    public string RateGrid { get; init; } = "";

    /// <summary>Empty with an empty code: all professions.</summary>
    public string ProfessionTable { get; init; } = "";

    public string ProfessionCode { get; init; } = "";

    /// <summary>Unspecified: any role.</summary>
    public RateRole Role { get; init; }

    public Component Component { get; init; }

    public RateUnit Unit { get; init; }

    public long AmountCents { get; init; }

    public int MinimumMinutes { get; init; }

    public int PaidMinutesCap { get; init; }

    public int FreeKilometres { get; init; }

    public long CapCents { get; init; }

    /// <summary>The key that two grids must not both pay on one day.</summary>
    internal (string, string, RateRole, Component) Key => (ProfessionTable, ProfessionCode, Role, Component);

    internal static Tariff Of(string grid, Rate rate) => new()
    {
        RateGrid = grid,
        ProfessionTable = rate.ProfessionTable,
        ProfessionCode = rate.ProfessionCode,
        Role = rate.Role,
        Component = rate.Component,
        Unit = rate.Unit,
        AmountCents = rate.AmountCents,
        MinimumMinutes = rate.MinimumMinutes,
        PaidMinutesCap = rate.PaidMinutesCap,
        FreeKilometres = rate.FreeKilometres,
        CapCents = rate.CapCents,
    };

    internal Rate ToProto() => new()
    {
        ProfessionTable = ProfessionTable,
        ProfessionCode = ProfessionCode,
        Role = Role,
        Component = Component,
        Unit = Unit,
        AmountCents = AmountCents,
        MinimumMinutes = MinimumMinutes,
        PaidMinutesCap = PaidMinutesCap,
        FreeKilometres = FreeKilometres,
        CapCents = CapCents,
    };
}

/// <summary>With what it is a rate of.</summary>
public sealed record DatedTariff : Tariff
{
    public string Programme { get; init; } = "";

    public DateOnly ValidFromDate { get; init; }

    /// <summary>Exclusive.</summary>
    public DateOnly ValidUntilDate { get; init; }
}
