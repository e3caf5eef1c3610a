using System.Collections.Frozen;
using Intervision.Membership.Identifiers;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Membership.Files;

/// <summary>The columns of one file, as <c>docs/directory-files.md</c> describes them.</summary>
internal sealed class FileFormat
{
    public static readonly FileFormat Communes = new(
        DirectoryFile.Communes, "communes.csv", "insee_code", ["insee_code", "name", "departement", "postal_codes", "population"]);

    public static readonly FileFormat Organisations = new(
        DirectoryFile.Organisations,
        "organisations.csv",
        "identifier",
        [
            "identifier_type", "identifier", "name", "kind", "commune_insee", "pole_code", "joined_date", "convention_signed_date",
            "convention_end_date", "video_capable",
        ],
        ["convention_start_date", "legal_frame", "operation", "missions", "identifier_source", "identifier_verified_date"]);

    public static readonly FileFormat Memberships = new(
        DirectoryFile.Memberships, "memberships.csv", "organisation_identifier", ["organisation_identifier", "programme_code", "from_date", "until_date"]);

    public static readonly FileFormat CptsTerritories = new(
        DirectoryFile.CptsTerritories, "cpts_territories.csv", "cpts_identifier", ["cpts_identifier", "insee_code"]);

    public static readonly FileFormat People = new(
        DirectoryFile.People,
        "people.csv",
        "person_id",
        ["person_id", "rpps", "family_name", "given_name", "mssante", "expert", "charter_accepted_date"],
        ["identifier_source", "identifier_verified_date"]);

    public static readonly FileFormat Activities = new(
        DirectoryFile.Activities,
        "activities.csv",
        "person_id",
        [
            "person_id", "profession_table", "profession_code", "savoir_faire", "mode_exercice", "organisation_identifier", "pole_code",
            "from_date", "until_date",
        ]);

    public static readonly FileFormat Poles = new(
        DirectoryFile.Poles,
        "poles.csv",
        "pole_code",
        [
            "pole_code", "name", "seat_commune_insee", "area", "programme", "rhythm", "weekday", "start_time", "duration_minutes", "modality",
            "referent_person_id", "host_identifier", "coordinator_email", "active_from_date",
        ],
        ["carrier_identifier", "other_host_identifiers", "coordinator_kind"]);

    public static readonly FileFormat PoleTerritories = new(
        DirectoryFile.PoleTerritories, "pole_territories.csv", "pole_code", ["pole_code", "insee_code"]);

    private static readonly FrozenDictionary<DirectoryFile, FileFormat> ByFile =
        new[] { Communes, Organisations, Memberships, CptsTerritories, People, Activities, Poles, PoleTerritories }.ToFrozenDictionary(f => f.File);

    private readonly FrozenDictionary<string, int> indexes;
    private readonly string[] required;

    private FileFormat(DirectoryFile file, string name, string key, string[] required, string[]? optional = null)
    {
        (File, Name, this.required, Columns) = (file, name, required, [.. required, .. optional ?? []]);
        indexes = Columns.Select((column, i) => (column, i)).ToFrozenDictionary(c => c.column, c => c.i, StringComparer.Ordinal);
        KeyIndex = indexes[key];
        NamesOrganisation = key.EndsWith("identifier", StringComparison.Ordinal);
    }

    /// <summary>All of them, in the order in which they lean on each other.</summary>
    public static IEnumerable<FileFormat> All => ByFile.Values.OrderBy(f => f.File);

    public DirectoryFile File { get; }

    /// <summary>E.g. people.csv.</summary>
    public string Name { get; }

    /// <summary>Required ones first, in the order of an export.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Where the key of the resource stands.</summary>
    public int KeyIndex { get; }

    private bool NamesOrganisation { get; }

    /// <summary>Null for a file that is none of the directory's.</summary>
    public static FileFormat? Find(DirectoryFile file) => ByFile.GetValueOrDefault(file);

    public static FileFormat Of(DirectoryFile file) => ByFile[file];

    public int IndexOf(string column) => indexes[column];

    /// <summary>The key as all files of a resource must say it, however it is written.</summary>
    public string CanonicalKey(string said) => NamesOrganisation ? Keys.Canonical(said) : said.Trim();

    /// <summary>Where each column stands in a file with this header; -1 for an optional one that is not there.</summary>
    /// <exception cref="RuleBroken">COLUMN_UNKNOWN, COLUMN_REPEATED, COLUMN_MISSING.</exception>
    public int[] Layout(IReadOnlyList<string> header)
    {
        var layout = Enumerable.Repeat(-1, Columns.Count).ToArray();
        for (var i = 0; i < header.Count; i++)
        {
            if (!indexes.TryGetValue(header[i].Trim(), out var column))
            {
                throw Invalid("COLUMN_UNKNOWN", $"{Name} : la colonne « {Short(header[i])} » n'est pas prévue. Colonnes : {string.Join(';', Columns)}");
            }

            if (layout[column] >= 0)
            {
                throw Invalid("COLUMN_REPEATED", $"{Name} : la colonne « {Columns[column]} » figure deux fois.");
            }

            layout[column] = i;
        }

        return required.FirstOrDefault(c => layout[indexes[c]] < 0) is { } missing
            ? throw Invalid("COLUMN_MISSING", $"{Name} : la colonne « {missing} » manque.")
            : layout;
    }

    private static RuleBroken Invalid(string reason, string french) => RuleBroken.Invalid("data", reason, french);

    private static string Short(string text) => text.Length <= 60 ? text : text[..60];
}
