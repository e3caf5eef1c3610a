using System.Text;
using Microsoft.AspNetCore.Http;

namespace Intervision.Dashboard.Pages;

internal enum Section
{
    None,
    Overview,
    Resources,
    Consoles,
    Logs,
    Traces,
    Metrics,
    Usage,
}

/// <summary>What every page has around it.</summary>
internal static class Layout
{
    /// <param name="refresh">How often a page that is looked at asks for its living parts again; null: it stays as it is.</param>
    public static IResult Page(Visitor visitor, Section section, string title, Html content, TimeSpan? refresh = null, int status = 200)
    {
        var words = visitor.Words;
        return Document(visitor, title, status, Html.Of($"""
            <a class="skip" href="#main">{words.SkipToContent}</a>
            <header class="top">
              <a class="brand" href="/"><img src="{Assets.Icon}" alt="" width="24" height="24"> Intervision</a>
              <nav aria-label="{words.Pages}">{Tabs(words).Select(tab => Tab(tab, section))}</nav>
              <form class="search" action="/search" role="search">
                <label class="sr" for="search">{words.SearchEverywhere}</label>
                <input id="search" name="q" type="search" placeholder="{words.SearchEverywhere}" value="{(section == Section.None ? visitor["q"] : null)}">
              </form>
            </header>
            <main id="main" tabindex="-1"{Refresh(refresh)}>{content}</main>
            <footer>
              <a href="/usage">{words.Usage}</a>
              <a href="/language?to={words.OtherLanguage}&amp;back={Uri.EscapeDataString(visitor.PathAndQuery)}" hreflang="{words.OtherLanguage}" lang="{words.OtherLanguage}">{words.OtherLanguageName}</a>
              <button type="button" class="plain" data-help>{words.Keyboard} <kbd>?</kbd></button>
              <form method="post" action="/logout"><button class="plain">{words.LogOut}</button></form>
            </footer>
            {Help(words)}
            """));
    }

    /// <summary>Without navigation: before the login.</summary>
    public static IResult Bare(Visitor visitor, string title, int status, Html content, string? goTo = null) =>
        Document(visitor, title, status, Html.Of($"""<main id="main" class="bare">{content}</main>"""), goTo);

    private static IResult Document(Visitor visitor, string title, int status, Html body, string? goTo = null) => Results.Content(
        Html.Of($"""
            <!doctype html>
            <html lang="{visitor.Words.Code}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            {(goTo is null ? Html.Nothing : Html.Of($"""<meta http-equiv="refresh" content="0;url={goTo}">"""))}
            <title>{title} · Intervision</title>
            <link rel="icon" href="{Assets.Icon}">
            <link rel="stylesheet" href="{Assets.Style}">
            <script defer src="{Assets.Script}"></script>
            </head>
            <body>
            {body}
            </body>
            </html>
            """).ToString(), "text/html", Encoding.UTF8, status);

    private static (Section Section, string Address, string Name, string? Key)[] Tabs(Texts.Words words) =>
    [
        (Section.Overview, "/", words.Overview, null),
        (Section.Resources, "/resources", words.Resources, "r"),
        (Section.Consoles, "/consoles", words.Consoles, "c"),
        (Section.Logs, "/logs", words.Logs, "s"),
        (Section.Traces, "/traces", words.Traces, "t"),
        (Section.Metrics, "/metrics", words.Metrics, "m"),
    ];

    private static Html Tab((Section Section, string Address, string Name, string? Key) tab, Section current) =>
        Html.Of($"""<a href="{tab.Address}"{Key(tab.Key)}{Current(tab.Section == current)}>{tab.Name}</a>""");

    private static Html Key(string? key) => key is null ? Html.Nothing : Html.Of($" data-key=\"{key}\" aria-keyshortcuts=\"{key}\"");

    private static Html Current(bool current) => current ? Html.Of($" aria-current=\"page\"") : Html.Nothing;

    private static Html Refresh(TimeSpan? refresh) => refresh is { } every ? Html.Of($" data-refresh=\"{(int)every.TotalMilliseconds}\"") : Html.Nothing;

    private static Html Help(Texts.Words words) => Html.Of($"""
        <dialog id="help" aria-labelledby="help-title">
          <h2 id="help-title">{words.Keyboard}</h2>
          <dl class="keys">
            <dt><kbd>R</kbd></dt><dd>{words.Resources}</dd>
            <dt><kbd>C</kbd></dt><dd>{words.Consoles}</dd>
            <dt><kbd>S</kbd></dt><dd>{words.Logs}</dd>
            <dt><kbd>T</kbd></dt><dd>{words.Traces}</dd>
            <dt><kbd>M</kbd></dt><dd>{words.Metrics}</dd>
            <dt><kbd>/</kbd></dt><dd>{words.SearchEverywhere}</dd>
            <dt><kbd>?</kbd></dt><dd>{words.Keyboard}</dd>
          </dl>
          <form method="dialog"><button autofocus>{words.Close}</button></form>
        </dialog>
        """);
}
