namespace Intervision.Intake;

/// <summary>Counts are told for whole quarters: periods that differ by a few days would tell of single cases.</summary>
internal static class Quarters
{
    /// <summary>Whether a quarter begins on this day.</summary>
    public static bool Begins(DateOnly? day) => day is { Day: 1, Month: 1 or 4 or 7 or 10 };
}
