using System.Globalization;
using Intervision.Dashboard.Texts;
using Microsoft.AspNetCore.Http;

namespace Intervision.Dashboard.Pages;

/// <summary>Who asks for a page: in which language, from which address, with which query.</summary>
internal sealed class Visitor
{
    public const string LanguageCookie = "intervision-dashboard-language";
    private readonly HttpContext _http;

    private Visitor(HttpContext http)
    {
        _http = http;
        Words = Chosen(http.Request);
    }

    public Words Words { get; }

    /// <summary>Some addresses are open to all: not everything there is.</summary>
    public bool IsLoggedIn => _http.Items[nameof(IsLoggedIn)] is true;

    public CancellationToken Cancelled => _http.RequestAborted;
    public string PathAndQuery => _http.Request.Path.Value + _http.Request.QueryString.Value;

    /// <summary>Where the visitor wants to go on, when that is a path of this site: « //elsewhere » and « /\elsewhere » are addresses of others.</summary>
    public string? Back => this["back"] is { } path && path[0] == '/' && (path.Length == 1 || path[1] is not ('/' or '\\')) && !path.Any(char.IsControl) ? path : null;

    public static Visitor Of(HttpContext http) => new(http);

    public static void Admit(HttpContext http, bool isLoggedIn) => http.Items[nameof(IsLoggedIn)] = isLoggedIn;

    /// <summary>A parameter of the address, without blanks around it; null when it is absent or empty.</summary>
    public string? this[string name] => _http.Request.Query[name].ToString().Trim() is { Length: > 0 } text ? text : null;

    public IEnumerable<string> Names => _http.Request.Query.Keys;

    public IReadOnlyList<string> All(string name) => [.. _http.Request.Query[name].OfType<string>().Where(v => v.Length > 0)];

    public long? Number(string name) =>
        long.TryParse(this[name], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    public double? Decimal(string name) =>
        double.TryParse(this[name]?.Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    /// <summary>How far back to look, at most a month; null: not restricted.</summary>
    public TimeSpan? Range => Number("minutes") is { } minutes ? TimeSpan.FromMinutes(Math.Clamp(minutes, 1, 60 * 24 * 31)) : null;

    /// <summary>This address with some parameters changed; an empty value takes the parameter away.</summary>
    public string With(params (string Name, string? Value)[] changes)
    {
        var kept = _http.Request.Query
            .Where(q => !changes.Any(c => c.Name == q.Key))
            .SelectMany(q => q.Value.Select(v => (q.Key, Value: v)))
            .Concat(changes.Select(c => (c.Name, c.Value)))
            .Where(q => !string.IsNullOrEmpty(q.Value));
        var query = string.Join('&', kept.Select(q => $"{Uri.EscapeDataString(q.Item1)}={Uri.EscapeDataString(q.Item2!)}"));
        return query.Length == 0 ? _http.Request.Path.Value! : $"{_http.Request.Path.Value}?{query}";
    }

    private static Words Chosen(HttpRequest request) =>
        request.Cookies[LanguageCookie] switch
        {
            "fr" => French.Words,
            "en" => English.Words,
            _ => request.GetTypedHeaders().AcceptLanguage
                    .OrderByDescending(l => l.Quality ?? 1)
                    .Select(l => l.Value.Value?.Split('-')[0])
                    .FirstOrDefault(l => l is "fr" or "en") == "en" ? English.Words : French.Words,
        };
}
