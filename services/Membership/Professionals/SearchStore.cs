using System.Globalization;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Professionals;

/// <summary>A person found, with the place in the order of the answer.</summary>
internal sealed class FoundRow : ProfessionalRow
{
    /// <summary>Summed over the typed words: 0 for a word of the name, 1 for its beginning, 2 for a typing error.</summary>
    public int Far { get; init; }

    public string SearchName { get; init; } = "";
}

/// <summary>SQL of searching people. Only what was asked stands in the statement, so that each kind of search has a plan of its own.</summary>
internal static class SearchStore
{
    public static string PositionOf(FoundRow row) => string.Create(CultureInfo.InvariantCulture, $"{row.Far}\n{row.SearchName}\n{row.ProfessionalId}");

    public static async Task<IReadOnlyList<FoundRow>> Page(Tx tx, Sought sought, string? after, int limit)
    {
        var at = after?.Split('\n');
        var parameters = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["rpps"] = sought.Rpps,
            ["organisation"] = sought.Organisation,
            ["professionTable"] = sought.ProfessionTable,
            ["professionCode"] = sought.ProfessionCode,
            ["pole"] = sought.Pole,
            ["onDate"] = sought.OnDate,
            ["cpts"] = sought.Cpts,
            ["today"] = sought.Today,
            ["afterFar"] = at is null ? null : int.Parse(at[0], CultureInfo.InvariantCulture),
            ["afterName"] = at?[1],
            ["afterId"] = at?[2],
            ["limit"] = limit,
        };
        for (var i = 0; i < sought.Words.Count; i++)
        {
            parameters[$"word{i}"] = sought.Words[i];
            parameters[$"keys{i}"] = await NearWords.KeysOf(tx, sought.Words[i]);
        }

        return await tx.Query<FoundRow>(sought.Words.Count > 0 ? ByName(sought, at) : ById(sought, at), parameters);
    }

    private static string ByName(Sought sought, string[]? at) =>
        $"""
        select * from (
          select {ProfessionalStore.Columns}, search_name, {string.Join(" + ", sought.Words.Select((_, i) => Far(i)))} as far
          from professional p
          where {All([.. sought.Words.Select((_, i) => $"name_keys(search_name) && @keys{i}::text[] collate \"C\""), .. OfPerson(sought)])}) found
        where {(at is null ? "true" : "(far, search_name collate \"C\", professional_id) > (@afterFar, @afterName, @afterId)")}
        order by far, search_name collate "C", professional_id limit @limit
        """;

    private static string Far(int i) =>
        $"case when strpos(' ' || search_name || ' ', ' ' || @word{i} || ' ') > 0 then 0 when strpos(' ' || search_name, ' ' || @word{i}) > 0 then 1 else 2 end";

    private static string ById(Sought sought, string[]? at) =>
        $"""
        select {ProfessionalStore.Columns}, 0 as far, '' as search_name from professional p
        where {All([.. OfPerson(sought), .. at is null ? Array.Empty<string>() : ["professional_id > @afterId"]])}
        order by professional_id limit @limit
        """;

    private static IEnumerable<string> OfPerson(Sought sought)
    {
        if (sought.Rpps is not null)
        {
            yield return "rpps = @rpps";
        }

        var activity = OfActivity(sought).ToList();
        if (activity.Count > 0)
        {
            yield return $"exists (select from activity a where a.professional_id = p.professional_id and {All(activity)})";
        }

        if (sought.Cpts is not null)
        {
            yield return CptsBounds.Professional;
        }
    }

    /// <summary>One activity must be all of these at once.</summary>
    private static IEnumerable<string> OfActivity(Sought sought)
    {
        if (sought.Organisation is not null)
        {
            yield return "a.organisation = @organisation";
        }

        if (sought.ProfessionCode is not null)
        {
            yield return "a.profession_table = @professionTable and a.profession_code = @professionCode";
        }

        if (sought.Pole is not null)
        {
            yield return "a.pole = @pole";
        }

        if (sought.OnDate is not null)
        {
            yield return "a.from_date <= @onDate and (a.until_date is null or a.until_date > @onDate)";
        }
    }

    private static string All(IReadOnlyList<string> conditions) => conditions.Count == 0 ? "true" : string.Join("\n    and ", conditions);
}
