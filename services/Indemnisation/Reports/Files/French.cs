using System.Globalization;

namespace Intervision.Indemnisation.Reports.Files;

/// <summary>An amount in a cell: a number that a spreadsheet adds up, never text.</summary>
internal readonly record struct Cents(long Value)
{
    /// <returns>Null, an empty cell, when there is none.</returns>
    public static Cents? Of(long? cents) => cents is { } value ? new Cents(value) : null;
}

/// <summary>Numbers and dates as people in France write them.</summary>
internal static class French
{
    private static readonly CultureInfo Culture = CultureInfo.GetCultureInfo("fr-FR");

    /// <summary><c>-1234,56</c>: no grouping, which a spreadsheet might not take for a number.</summary>
    public static string Number(long cents) => (cents / 100m).ToString("0.00", Culture);

    /// <summary><c>1 234,56 €</c>, with spaces that do not break.</summary>
    public static string Euros(long cents) => $"{(cents / 100m).ToString("N2", Culture)}\u00a0€";

    /// <summary><c>31/12/2026</c>.</summary>
    public static string Date(DateOnly date) => date.ToString("dd/MM/yyyy", CultureInfo.InvariantCulture);
}
