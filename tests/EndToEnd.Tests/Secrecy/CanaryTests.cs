namespace Intervision.EndToEnd.Tests.Secrecy;

/// <summary>
/// No clinical text or identifying input in logs, traces, events, errors, tables or files: every text of a season bears a
/// word of its own, accepted or refused, and that word is looked for everywhere.
/// </summary>
public sealed class CanaryTests(SecretSeason season) : IClassFixture<SecretSeason>
{
    /// <summary>Published texts are public: they stand in their table, and in what the server notes of it for its planner.</summary>
    private static readonly string[] Library = ["intake public.library_entry", "intake pg_catalog.pg_statistic"];

    [Fact]
    public void No_text_of_anybody_stands_anywhere_in_clear() =>
        Assert.True(season.Of(season.Canaries.Secret).Count == 0, Told(season.Of(season.Canaries.Secret)));

    [Fact]
    public void What_is_published_stands_in_the_library_and_nowhere_else()
    {
        var found = season.Of(season.Canaries.Public);
        Assert.Contains(found, f => f.Place == Library[0]);
        var elsewhere = found.Where(f => !Library.Contains(f.Place) && !f.Place.StartsWith("file postgres/", StringComparison.Ordinal)).ToList();
        Assert.True(elsewhere.Count == 0, Told(elsewhere));
    }

    [Theory]
    [InlineData("otlp traces")]
    [InlineData("otlp logs")]
    [InlineData("otlp metrics")]
    [InlineData("events", 2)]
    [InlineData("membership public.planted", 3)]
    [InlineData("intake public.planted", 3)]
    [InlineData("scheduling public.planted", 3)]
    [InlineData("indemnisation public.planted", 3)]
    [InlineData("file logs/planted")]
    [InlineData("file mail/intake/planted")]
    [InlineData("file payments/planted")]
    [InlineData("file demo/planted")]
    public void What_the_test_planted_is_found(string place, int times = 1) =>
        Assert.Equal(times, season.Of(season.Canaries.Planted).Count(f => f.Place == place));

    [Fact]
    public void What_the_test_planted_is_found_in_the_servers_own_files() =>
        Assert.Contains(season.Of(season.Canaries.Planted), f => f.Place.StartsWith("file postgres/data/pg_wal/", StringComparison.Ordinal));

    [Theory]
    [InlineData("membership")]
    [InlineData("intake")]
    [InlineData("scheduling")]
    [InlineData("indemnisation")]
    public void Every_service_was_listened_to(string service)
    {
        Assert.All((string[])["traces", "logs", "metrics"], signal => Assert.True(season.Telemetry.Has(signal, "service.name", service), signal));
        Assert.Contains($"file logs/{service}.log", season.Searched);
        Assert.All((string[])["request_log", "outbox", "inbox_parked", "mail_queue"], table => Assert.Contains($"{service} public.{table}", season.Searched));
        Assert.Contains(season.Searched, place => place.StartsWith($"{service} public.published_event_", StringComparison.Ordinal));
    }

    [Fact]
    public void Calls_mails_payments_and_refusals_were_among_what_was_searched()
    {
        Assert.True(season.Telemetry.Has("traces", "SubmitCase"));
        Assert.Contains("error IDENTIFYING_TEXT", season.Searched);
        Assert.Contains("answer SubmitCaseResponse", season.Searched);
        Assert.Contains("intake public.clinical_text", season.Searched);
        Assert.Contains(season.Searched, p => p.StartsWith("file mail/", StringComparison.Ordinal) && p.EndsWith(".eml", StringComparison.Ordinal));
        Assert.Contains(season.Searched, p => p.StartsWith("file payments/", StringComparison.Ordinal) && p.EndsWith(".xml", StringComparison.Ordinal));
    }

    private static string Told(IReadOnlyList<Found> found) =>
        string.Join('\n', found.GroupBy(f => f.Place, StringComparer.Ordinal).Select(g => $"{g.Key} ({g.Count()}): {g.First().Context}"));
}
