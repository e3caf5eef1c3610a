using System.Globalization;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Library;

/// <summary>Full-text search in French for anybody: accents and endings do not matter, the best come first.</summary>
internal sealed class SearchLibrary(Db db, PageTokens tokens, ReadingRoom room)
{
    public const int MaximumQuery = 200;
    private const int MaximumFilter = 64;

    public Task<SearchLibraryResponse> Handle(SearchLibraryRequest request, Call call) => Handle(request, call.Cancellation);

    public async Task<SearchLibraryResponse> Handle(SearchLibraryRequest request, CancellationToken cancellation)
    {
        Validate(request);
        var size = PageTokens.Size(request.PageSize);
        var filter = $"library|{string.Join('|', Filters(request).Select(f => $"{f.Value.Length}:{f.Value}"))}|{request.Query}";
        var after = (await tokens.Open(filter, request.PageToken, cancellation))?.Split('/');
        var rows = await room.Enter(() => db.Read(tx => SearchSql.Search(tx, request, after, size + 1), cancellation), cancellation);
        var response = new SearchLibraryResponse();
        response.Hits.Add(rows.Take(size).Select(HitOf));
        if (rows.Count > size)
        {
            response.NextPageToken = await tokens.Seal(filter, SearchSql.Position(request, rows[size - 1]), cancellation);
        }

        return response;
    }

    /// <exception cref="RuleBroken">QUERY_TOO_LONG, FILTER_INVALID.</exception>
    internal static void Validate(SearchLibraryRequest request)
    {
        var v = new Violations();
        v.Check(request.Query.EnumerateRunes().Count() <= MaximumQuery, "query", "QUERY_TOO_LONG", "La recherche compte 200 caractères au plus.");
        foreach (var (field, value) in Filters(request))
        {
            v.Check(
                value.Length <= MaximumFilter && (field != "quarter" || value.Length == 0 || Quarters.Parse(value) is not null),
                field, "FILTER_INVALID", "Ce critère n'en est pas un.");
        }

        v.ThrowIfAny();
    }

    private static (string Field, string Value)[] Filters(SearchLibraryRequest r) =>
    [
        ("motive", r.Motive), ("product", r.Product), ("age_band", r.AgeBand), ("area", r.Area), ("orientation", r.Orientation), ("quarter", r.Quarter),
    ];

    private static SearchLibraryResponse.Types.Hit HitOf(EntryRow row)
    {
        var hit = new SearchLibraryResponse.Types.Hit { Name = LibraryEntries.NameOf(row.Id), Class = row.Class, Quarter = Quarters.Text(row.PublishQuarter) };
        hit.Title.Add(Pieces.Of(row.Title));
        hit.Snippet.Add(Pieces.Of(row.Snippet));
        hit.Orientations.Add(row.Orientations);
        return hit;
    }
}

/// <summary>The SQL of the search: only the conditions that were asked for, so that each plan is the one it needs.</summary>
internal static class SearchSql
{
    private const int SnippetLength = 240;

    public static Task<IReadOnlyList<EntryRow>> Search(Tx tx, SearchLibraryRequest request, string[]? after, int limit)
    {
        var (sql, parameters) = Of(request, after, limit);
        return tx.Query<EntryRow>(sql, parameters);
    }

    public static string Position(SearchLibraryRequest request, EntryRow last) => HasWords(request)
        ? string.Create(CultureInfo.InvariantCulture, $"{last.Rank:R}/{last.Id}")
        : string.Create(CultureInfo.InvariantCulture, $"{last.PublishQuarter:yyyy-MM-dd}/{last.Id}");

    internal static (string Sql, object Parameters) Of(SearchLibraryRequest request, string[]? after, int limit)
    {
        var words = HasWords(request);
        var conditions = new List<string>();
        Add(words, "words @@ q");
        Add(request.Motive.Length > 0, "motive = @Motive");
        Add(request.Product.Length > 0, "product = @Product");
        Add(request.AgeBand.Length > 0, "age_band = @AgeBand");
        Add(request.Area.Length > 0, "area = @Area");
        Add(request.Orientation.Length > 0, "@Orientation = any (orientations)");
        Add(request.Quarter.Length > 0, "publish_quarter = @quarter");
        Add(after is not null, words ? "(ts_rank_cd(words, q), @id) < (@rank::real, id)" : "(publish_quarter, @id) < (@day, id)");
        var where = conditions.Count == 0 ? "" : $"where {string.Join(" and ", conditions)}";
        return (words ? Ranked(where) : Browsed(where), new
        {
            request.Query, request.Motive, request.Product, request.AgeBand, request.Area, request.Orientation,
            quarter = Quarters.Parse(request.Quarter),
            rank = words && after is not null ? float.Parse(after[0], CultureInfo.InvariantCulture) : 0,
            day = !words && after is not null ? DateOnly.ParseExact(after[0], "yyyy-MM-dd", CultureInfo.InvariantCulture) : DateOnly.MaxValue,
            id = after is null ? Guid.Empty : Guid.Parse(after[1]),
            limit,
        });

        void Add(bool asked, string condition)
        {
            if (asked)
            {
                conditions.Add(condition);
            }
        }
    }

    /// <summary>Passages are cut out of the page only: that costs more than finding it.</summary>
    private static string Ranked(string where) =>
        $"""
        select id, orientations, age_band, area, product, motive, publish_quarter, rank,
          ts_headline('library_french', title, q, 'HighlightAll=true,{Marks}') as title,
          ts_headline('library_french', question || E'\n' || situation || E'\n' || orientation, q, 'MaxFragments=2,MaxWords=25,MinWords=8,FragmentDelimiter=" … ",{Marks}') as snippet
        from (
          select e.*, q, ts_rank_cd(words, q) as rank
          from library_entry e, websearch_to_tsquery('library_french', @Query) as q
          {where}
          order by rank desc, id limit @limit) found
        order by rank desc, id
        """;

    private static string Browsed(string where) =>
        $"""
        select id, title, orientations, age_band, area, product, motive, publish_quarter,
          left(situation, {SnippetLength}) || case when char_length(situation) > {SnippetLength} then '…' else '' end as snippet
        from library_entry {where}
        order by publish_quarter desc, id limit @limit
        """;

    private static readonly string Marks = $"StartSel=\"{Pieces.Begin}\",StopSel=\"{Pieces.End}\"";

    private static bool HasWords(SearchLibraryRequest request) => !string.IsNullOrWhiteSpace(request.Query);
}
