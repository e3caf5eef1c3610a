using System.Globalization;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Tests;

/// <summary>The sample region's files as import rows, in the order an import wants them.</summary>
internal static class Region
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "region");

    public static List<ImportDirectoryRequest> Rows() => [.. Communes(), .. Organisations(), .. People(), .. Poles()];

    public static IEnumerable<ImportDirectoryRequest> Communes() => Read("communes.csv").Select(r => new ImportDirectoryRequest
    {
        RowLabel = r["#"],
        Commune = new Commune
        {
            InseeCode = r["insee_code"],
            DisplayName = r["name"],
            Departement = r["departement"],
            PostalCodes = { r["postal_codes"].Split(' ', StringSplitOptions.RemoveEmptyEntries) },
            Population = int.Parse(r["population"], CultureInfo.InvariantCulture),
        },
    });

    public static IEnumerable<ImportDirectoryRequest> Organisations()
    {
        var territories = Read("cpts_territories.csv").ToLookup(r => r["cpts_identifier"], r => r["insee_code"], StringComparer.Ordinal);
        return Read("organisations.csv").Select(r => new ImportDirectoryRequest
        {
            RowLabel = r["#"],
            Organisation = new Organisation
            {
                Name = "organisations/" + r["identifier"],
                IdentifierType = r["identifier_type"],
                Identifier = r["identifier"],
                DisplayName = r["name"],
                Kind = r["kind"],
                Commune = r["commune_insee"],
                Pole = Named("poles/", r["pole_code"]),
                JoinedDate = Date(r["joined_date"]),
                VideoCapable = r["video_capable"] == "1",
                TerritoryCommunes = { territories[r["identifier"]] },
                Convention = r["convention_signed_date"].Length == 0
                    ? null
                    : new Convention { SignedDate = Date(r["convention_signed_date"]), EndDate = Date(r["convention_end_date"]) },
            },
        });
    }

    public static IEnumerable<ImportDirectoryRequest> People()
    {
        var activities = Read("activities.csv").ToLookup(r => r["person_id"], ToActivity, StringComparer.Ordinal);
        return Read("people.csv").Select(r => new ImportDirectoryRequest
        {
            RowLabel = r["#"],
            Professional = new Professional
            {
                Name = "professionals/" + r["person_id"],
                Rpps = r["rpps"],
                FamilyName = r["family_name"],
                GivenName = r["given_name"],
                Mssante = r["mssante"],
                Expert = r["expert"] == "1",
                CharterAcceptedDate = Date(r["charter_accepted_date"]),
                Activities = { activities[r["person_id"]] },
            },
        });
    }

    public static IEnumerable<ImportDirectoryRequest> Poles()
    {
        var territories = Read("pole_territories.csv").ToLookup(r => r["pole_code"], r => r["insee_code"], StringComparer.Ordinal);
        return Read("poles.csv").Select(r => new ImportDirectoryRequest
        {
            RowLabel = r["#"],
            Pole = new Pole
            {
                Name = "poles/" + r["pole_code"],
                DisplayName = r["name"],
                Programme = "programmes/" + r["programme"],
                SeatCommune = r["seat_commune_insee"],
                Area = r["area"],
                Rhythm = Enum.Parse<Rhythm>(r["rhythm"].Replace("_", "", StringComparison.Ordinal), ignoreCase: true),
                Weekday = Enum.Parse<Weekday>(r["weekday"], ignoreCase: true),
                StartTime = TimeOnly.Parse(r["start_time"], CultureInfo.InvariantCulture).ToProto(),
                DurationMinutes = int.Parse(r["duration_minutes"], CultureInfo.InvariantCulture),
                Modality = Enum.Parse<Modality>(r["modality"].Replace("_", "", StringComparison.Ordinal), ignoreCase: true),
                Referent = Named("professionals/", r["referent_person_id"]),
                Host = Named("organisations/", r["host_identifier"]),
                CoordinatorEmail = r["coordinator_email"],
                ActiveFromDate = Date(r["active_from_date"]),
                Communes = { territories[r["pole_code"]] },
            },
        });
    }

    private static Activity ToActivity(Dictionary<string, string> r) => new()
    {
        ProfessionTable = r["profession_table"],
        ProfessionCode = r["profession_code"],
        SavoirFaire = r["savoir_faire"],
        Mode = r["mode_exercice"] switch { "S" => Mode.Salaried, "L" => Mode.Liberal, _ => Mode.Volunteer },
        Organisation = "organisations/" + r["organisation_identifier"],
        Pole = Named("poles/", r["pole_code"]),
        FromDate = Date(r["from_date"]),
        UntilDate = Date(r["until_date"]),
    };

    private static string Named(string collection, string id) => id.Length == 0 ? "" : collection + id;

    private static Google.Type.Date? Date(string text) =>
        text.Length == 0 ? null : DateOnly.Parse(text, CultureInfo.InvariantCulture).ToProto();

    /// <summary>Rows by column name; "#" is file and line.</summary>
    private static IEnumerable<Dictionary<string, string>> Read(string file)
    {
        var lines = File.ReadAllLines(Path.Combine(Folder, file));
        var columns = lines[0].Split(';');
        return lines.Skip(1).Select((line, i) =>
        {
            var row = columns.Zip(line.Split(';')).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
            row["#"] = $"{file}:{i + 2}";
            return row;
        });
    }
}
