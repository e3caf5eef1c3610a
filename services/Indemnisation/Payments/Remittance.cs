using System.Globalization;

namespace Intervision.Indemnisation.Payments;

/// <summary>What the payee reads on the bank statement: sessions by date and pôle, never a case. At most 140 characters.</summary>
internal static class Remittance
{
    private const int NamedPoles = 8;

    public static string Of(IReadOnlyList<Owed> lines)
    {
        var poles = lines.Select(l => l.Pole["poles/".Length..]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var sessions = lines.Select(l => l.Session).Distinct(StringComparer.Ordinal).Count();
        var (first, last) = (lines.Min(l => l.SessionDate), lines.Max(l => l.SessionDate));
        var where = poles.Count <= NamedPoles ? string.Join(' ', poles) : string.Create(CultureInfo.InvariantCulture, $"{poles.Count} POLES");
        var when = first == last ? Iso(first) : $"{Iso(first)} {Iso(last)}";
        var text = string.Create(CultureInfo.InvariantCulture, $"ITV {where} {when} SEANCES {sessions}");
        return SepaText.Of(text, maximum: 140);
    }

    private static string Iso(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
