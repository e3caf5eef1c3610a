using System.Globalization;
using Intervision.Indemnisation.Ledger;
using Intervision.Indemnisation.Reports.Files;
using Intervision.Indemnisation.V1;

namespace Intervision.Indemnisation.Reports.Books;

/// <summary>An entry of the ledger with its number, and what it books.</summary>
internal sealed class FecEntry
{
    public long Number { get; init; }

    /// <summary>Of the line or payment it books.</summary>
    public Guid Subject { get; init; }

    public EntryKind Kind { get; init; }

    public DateOnly EntryDate { get; init; }

    public string DebitAccount { get; init; } = "";

    public string DebitKey { get; init; } = "";

    public string CreditAccount { get; init; } = "";

    public string CreditKey { get; init; } = "";

    public long Cents { get; init; }

    /// <summary>Exact holder of the payee's account.</summary>
    public string HolderName { get; init; } = "";

    /// <summary>Of a line; null for a payment.</summary>
    public DateOnly? SessionDate { get; init; }

    public string Pole { get; init; } = "";

    public Component Component { get; init; }

    public bool IsCounter { get; init; }
}

/// <summary>
/// Lines of the FEC: the eighteen columns of LPF A47 A-1 VII, two lines an entry, debit first. Lettering is left empty: it would
/// make a line of a closed year change when its payment comes.
/// </summary>
internal static class Fec
{
    private static readonly string[] Columns =
    [
        "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib", "PieceRef",
        "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise",
    ];

    public static string Header(char separator) => string.Join(separator, Columns) + "\r\n";

    public static string Lines(FecEntry entry, char separator) =>
        Line(entry, separator, entry.DebitAccount, entry.DebitKey, entry.Cents, 0)
        + Line(entry, separator, entry.CreditAccount, entry.CreditKey, 0, entry.Cents);

    private static string Line(FecEntry entry, char separator, string account, string key, long debit, long credit)
    {
        var (code, label) = entry.Kind == EntryKind.LineApproved ? ("IND", "Indemnités") : ("BQ", "Banque");
        string[] cells =
        [
            code, label, entry.Number.ToString(CultureInfo.InvariantCulture), Date(entry.EntryDate), account, Label(account),
            key.Replace("payees/", "", StringComparison.Ordinal), key.Length == 0 ? "" : Plain(entry.HolderName), entry.Subject.ToString(),
            Date(entry.SessionDate ?? entry.EntryDate), Plain(About(entry)), French.Number(debit), French.Number(credit),
            "", "", Date(entry.EntryDate), "", "",
        ];
        return string.Join(separator, cells) + "\r\n";
    }

    private static string Date(DateOnly date) => date.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    private static string Label(string account) => account switch
    {
        "6226" => "Honoraires",
        "6251" => "Voyages et déplacements",
        "467" => "Autres comptes débiteurs ou créditeurs",
        _ => "Banque",
    };

    private static string About(FecEntry entry) => entry.Kind switch
    {
        EntryKind.PaymentIssued => "Virement SEPA émis",
        EntryKind.PaymentRejected => "Virement SEPA rejeté par la banque",
        _ => string.Create(CultureInfo.InvariantCulture, $"{What(entry)}, séance du {entry.SessionDate:dd/MM/yyyy}, {entry.Pole}"),
    };

    private static string What(FecEntry entry) => (entry.IsCounter ? "Régularisation : " : "Indemnité : ") + entry.Component switch
    {
        Component.FacilitatorSupplement => "supplément d'animation",
        Component.Travel => "déplacement",
        _ => "participation",
    };

    /// <summary>Neither separator nor end of line may stand in a cell.</summary>
    private static string Plain(string text) =>
        string.Concat(text.Select(c => char.IsControl(c) || c == '|' ? ' ' : c));
}
