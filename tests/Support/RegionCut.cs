using System.Text;

namespace Intervision.Tests.Support;

/// <summary>
/// A smaller region cut out of the sample one: some pôles, the people, structures and communes that they and their
/// requests need. Written anew for each test run, so that the sample files stay the only ones.
/// </summary>
public sealed class RegionCut
{
    private readonly string from;
    private readonly string to;

    private RegionCut(string from, string to) => (this.from, this.to) = (from, to);

    /// <returns>How many valid and invalid requests are in it.</returns>
    public static (int Valid, int Invalid) Write(string from, string to, IReadOnlySet<string> poles)
    {
        Directory.CreateDirectory(to);
        return new RegionCut(from, to).Write(poles);
    }

    private (int Valid, int Invalid) Write(IReadOnlySet<string> poles)
    {
        var territory = Copy("pole_territories.csv", r => poles.Contains(r["pole_code"]));
        var communes = territory.Select(r => r["insee_code"]).ToHashSet(StringComparer.Ordinal);
        bool IsHere(Row r) => r["pole_code"].Length > 0 ? poles.Contains(r["pole_code"]) : communes.Contains(r["commune_insee"]);
        var valid = Copy("requests.csv", IsHere);
        var invalid = Copy("requests_invalid.csv", r => r["pole_code"].Length == 0 || poles.Contains(r["pole_code"]));
        var requests = valid.Concat(invalid).ToList();
        Copy("poles.csv", r => poles.Contains(r["pole_code"]));

        var people = requests.SelectMany(r => r["actor_person_ids"].Split(' ').Append(r["requester_person_id"]).Append(r["attending_physician_person_id"]))
            .Concat(Read("activities.csv").Where(r => poles.Contains(r["pole_code"])).Select(r => r["person_id"]))
            .ToHashSet(StringComparer.Ordinal);
        Copy("people.csv", r => people.Contains(r["person_id"]));
        var activities = Copy("activities.csv", r => people.Contains(r["person_id"]));
        Copy("payees.csv", r => r["person_ids"].Split(' ').All(people.Contains));

        var cpts = requests.Select(r => r["cpts_identifier"]).ToHashSet(StringComparer.Ordinal);
        var organisations = activities.Select(r => r["organisation_identifier"])
            .Concat(Read("poles.csv").Where(r => poles.Contains(r["pole_code"])).Select(r => r["host_identifier"]))
            .Concat(cpts).ToHashSet(StringComparer.Ordinal);
        var kept = Copy("organisations.csv", r => organisations.Contains(r["identifier"]));
        Copy("memberships.csv", r => organisations.Contains(r["organisation_identifier"]));
        var cptsTerritory = Copy("cpts_territories.csv", r => cpts.Contains(r["cpts_identifier"]));

        communes.UnionWith(cptsTerritory.Select(r => r["insee_code"]));
        communes.UnionWith(kept.Select(r => r["commune_insee"]));
        communes.UnionWith(requests.Select(r => r["commune_insee"]));
        communes.UnionWith(Read("poles.csv").Select(r => r["seat_commune_insee"]));
        Copy("communes.csv", r => communes.Contains(r["insee_code"]));
        foreach (var whole in (string[])["debtor.csv", "envelopes.csv", "rate_grids.csv", "reference_lists.csv", "public_holidays.csv", "school_holidays_zone_b.csv"])
        {
            Copy(whole, _ => true);
        }

        return (valid.Count, invalid.Count);
    }

    private List<Row> Copy(string file, Func<Row, bool> keep)
    {
        var kept = Read(file).Where(keep).ToList();
        var header = File.ReadLines(Path.Combine(from, file)).First();
        File.WriteAllLines(Path.Combine(to, file), [header, .. kept.Select(r => r.Line)], new UTF8Encoding(false));
        return kept;
    }

    private IEnumerable<Row> Read(string file)
    {
        var lines = File.ReadAllLines(Path.Combine(from, file));
        var columns = lines[0].Split(';').Select((name, i) => (name, i)).ToDictionary(c => c.name, c => c.i, StringComparer.Ordinal);
        return lines.Skip(1).Select(line => new Row(line, columns, line.Split(';')));
    }

    private sealed record Row(string Line, Dictionary<string, int> Columns, string[] Fields)
    {
        public string this[string column] => Fields[Columns[column]];
    }
}
