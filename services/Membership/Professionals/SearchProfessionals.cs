using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Professionals;

/// <summary>What a search asks for, checked. Null or empty: not asked.</summary>
/// <param name="Words">Of the typed name.</param>
/// <param name="Cpts">Identifier of the CPTS whose territory bounds what is found on <paramref name="Today"/>.</param>
internal sealed record Sought(
    IReadOnlyList<string> Words,
    string? Rpps,
    string? Organisation,
    string? ProfessionTable,
    string? ProfessionCode,
    string? Pole,
    DateOnly? OnDate,
    string? Cpts,
    DateOnly Today);

/// <summary>SearchProfessionals: the nearest names first when a name was typed, else by resource name.</summary>
internal sealed class SearchProfessionals(Db db, Paging paging)
{
    public const int LongestQuery = 100;
    public const int MostWords = 8;

    public async Task<SearchProfessionalsResponse> Handle(SearchProfessionalsRequest request, Call call)
    {
        var cpts = BoundOf(call.Caller);
        var sought = Check(request, cpts, Paris.DateOf(call.Now));
        var filter = request.Clone();
        (filter.PageSize, filter.PageToken) = (0, "");
        var page = await paging.Page(
            call, request.PageSize, request.PageToken, $"{filter}\n{cpts}", (tx, after, limit) => SearchStore.Page(tx, sought, after, limit), SearchStore.PositionOf);
        var people = await db.Read(tx => ProfessionalStore.Complete(tx, page.Items, sought.Today, sought.OnDate), call.Cancellation);
        return new SearchProfessionalsResponse { Professionals = { people }, NextPageToken = page.NextToken };
    }

    /// <summary>Pure.</summary>
    /// <exception cref="RuleBroken">QUERY_TOO_SHORT, QUERY_TOO_LONG, RPPS_INVALID, NAME_INVALID, PROFESSION_INVALID, ON_DATE_INVALID.</exception>
    internal static Sought Check(SearchProfessionalsRequest request, string? cpts, DateOnly today)
    {
        var said = new Violations();
        var words = WordsOf(request.Query);
        var rpps = Identifiers.Keys.Canonical(request.Rpps);
        said.Check(request.Query.Length == 0 || words.Count > 0, "query", "QUERY_TOO_SHORT", "Il faut au moins deux lettres d'un nom ou d'un prénom.");
        said.Check(
            request.Query.Length <= LongestQuery && words.Count <= MostWords, "query", "QUERY_TOO_LONG", $"Au plus {LongestQuery} caractères et {MostWords} mots.");
        said.Check(rpps.Length == 0 || Identifiers.Keys.AreDigits(rpps, 11), "rpps", "RPPS_INVALID", "Un numéro RPPS a onze chiffres.");
        said.Check(
            (request.ProfessionTable.Length == 0) == (request.ProfessionCode.Length == 0),
            "profession_table",
            "PROFESSION_INVALID",
            "Une profession se donne par sa table et son code.");
        said.Check(request.OnDate is null || request.OnDate.ToDate() is not null, "on_date", "ON_DATE_INVALID", "La date demandée n'est pas une date.");
        said.ThrowIfAny();
        return new Sought(
            words,
            OrNull(rpps),
            request.Organisation.Length == 0 ? null : Names.MustBe(Names.Organisations, request.Organisation, "organisation"),
            OrNull(request.ProfessionTable),
            OrNull(request.ProfessionCode),
            request.Pole.Length == 0 ? null : Names.MustBe(Names.Poles, request.Pole, "pole"),
            request.OnDate.ToDate(),
            cpts,
            today);
    }

    /// <summary>One letter (« d'Hondt ») would narrow nothing.</summary>
    private static List<string> WordsOf(string query) =>
        [.. SearchName.Of(query).Split(' ').Where(w => w.Length >= 2).Distinct(StringComparer.Ordinal)];

    private static string? OrNull(string said) => said.Length == 0 ? null : said;

    /// <summary>The territory bounds whoever is let in as a CPTS only, whatever else the token says.</summary>
    private static string? BoundOf(Caller caller) =>
        caller.HasAny(ReadProfessionals.Readers) ? null : Names.IdOf(Names.Organisations, caller.Cpts ?? "") ?? throw RuleBroken.Denied();
}
