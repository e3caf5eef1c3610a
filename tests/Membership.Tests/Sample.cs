using System.Globalization;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Tests;

/// <summary>Small right rows; a test breaks what it is about.</summary>
internal static class Sample
{
    public const string Host = "590000014";

    public static Google.Type.Date Date(string iso) => DateOnly.ParseExact(iso, "yyyy-MM-dd", CultureInfo.InvariantCulture).ToProto();

    public static Commune Lille() => Commune("59350", "Lille", "59000", "59800");

    public static Commune Commune(string code, string name, params string[] postalCodes) =>
        new() { InseeCode = code, DisplayName = name, Departement = code[..2], PostalCodes = { postalCodes }, Population = 1000 };

    public static Organisation Organisation(string identifier = Host, string type = "FINESS", string kind = "CSAPA") => new()
    {
        Name = "organisations/" + identifier,
        IdentifierType = type,
        Identifier = identifier,
        DisplayName = "CSAPA Lille",
        Kind = kind,
        Commune = "59350",
        Pole = "poles/P01",
        JoinedDate = Date("2025-03-16"),
        Convention = new Convention { SignedDate = Date("2025-03-16"), EndDate = Date("2028-03-15") },
    };

    public static Professional Professional(string id = "PER-1", string rpps = "99700001235") => new()
    {
        Name = "professionals/" + id,
        Rpps = rpps,
        FamilyName = "Lefèvre",
        GivenName = "Zoé",
        Mssante = "zoe.lefevre@medecin.mssante.fr",
        CharterAcceptedDate = Date("2025-03-16"),
        Activities = { Activity("2020-01-01") },
    };

    public static Activity Activity(
        string from, string? until = null, Mode mode = Mode.Liberal, string organisation = Host, string code = "10") => new()
    {
        ProfessionTable = "TRE_G15",
        ProfessionCode = code,
        SavoirFaire = code == "10" ? "SM54" : "",
        Mode = mode,
        Organisation = "organisations/" + organisation,
        Pole = "poles/P01",
        FromDate = Date(from),
        UntilDate = until is null ? null : Date(until),
    };

    public static Pole Pole(string code = "P01") => new()
    {
        Name = "poles/" + code,
        DisplayName = "Pôle Lille",
        Programme = "programmes/ADDICTIONS",
        SeatCommune = "59350",
        Area = "NPDC",
        Rhythm = Rhythm.Monthly,
        Weekday = Weekday.Friday,
        StartTime = new Google.Type.TimeOfDay { Hours = 12, Minutes = 15 },
        DurationMinutes = 90,
        Modality = Modality.Hybrid,
        Referent = "professionals/PER-1",
        Host = "organisations/" + Host,
        CoordinatorEmail = "coordination.p01@example.org",
        ActiveFromDate = Date("2018-09-01"),
        Communes = { "59350" },
    };

    public static ImportDirectoryRequest Row(this Commune commune, string label = "commune") => new() { RowLabel = label, Commune = commune };

    public static ImportDirectoryRequest Row(this Organisation organisation, string label = "organisation") =>
        new() { RowLabel = label, Organisation = organisation };

    public static ImportDirectoryRequest Row(this Professional professional, string label = "professional") =>
        new() { RowLabel = label, Professional = professional };

    public static ImportDirectoryRequest Row(this Pole pole, string label = "pole") => new() { RowLabel = label, Pole = pole };

    /// <summary>Applies a change to a row, for tables of broken rows.</summary>
    public static T With<T>(this T row, Action<T> change)
    {
        change(row);
        return row;
    }
}
