using Intervision.Indemnisation.V1;

namespace Intervision.Indemnisation.Rates;

/// <summary>One rate of a grid, as computed with. Amounts in integer cents; 0 means no cap.</summary>
public sealed record Tariff
{
    public string RateGrid { get; init; } = "";

    /// <summary>Empty with an empty code: all professions.</summary>
    public string ProfessionTable { get; init; } = "";

    public string ProfessionCode { get; init; } = "";

    public Component Component { get; init; }

    public RateUnit Unit { get; init; }

    public long AmountCents { get; init; }

    public int MinimumMinutes { get; init; }

    public int PaidMinutesCap { get; init; }

    public int FreeKilometres { get; init; }

    public long CapCents { get; init; }
}
