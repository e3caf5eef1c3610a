using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Intervision.ServiceDefaults.Messaging;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests.FinanceEvents;

/// <summary>
/// docs/finance-events.md shows what is really said: each example is of a season played here, and every type has one. With
/// <c>APPROVE=1</c> the examples are rewritten.
/// </summary>
public sealed partial class FinanceEventsPageTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>, IAsyncLifetime
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    private IReadOnlyList<SaidEvent> said = [];

    public async ValueTask InitializeAsync()
    {
        await FinanceSeason.Play(await fixture.NewScene(FinanceSeason.Settings));
        said = await fixture.Db.Read(
            tx => tx.Query<SaidEvent>("select event_type, subject, stream_no, payload from outbox order by seq"), CancellationToken.None);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public void Every_type_that_is_said_has_an_example_that_was_said()
    {
        var file = Path.Combine(Root, "docs", "finance-events.md");
        var page = File.ReadAllText(file);
        var examples = Examples();
        var expected = Example().Replace(page, shown => examples.TryGetValue(shown.Groups["type"].Value, out var json) ? Block(shown.Groups["type"].Value, json) : "");
        var shown = Example().Matches(page).Select(m => m.Groups["type"].Value).ToList();
        if (Environment.GetEnvironmentVariable("APPROVE") == "1")
        {
            var missing = examples.Keys.Except(shown).Order(StringComparer.Ordinal).Select(type => "\n" + Block(type, examples[type]));
            File.WriteAllText(file, expected + string.Concat(missing));
            return;
        }

        Assert.Equal(examples.Keys.Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
        Assert.Equal(expected, page);
    }

    [Fact]
    public void Every_type_of_the_contract_is_named_on_the_page()
    {
        var page = File.ReadAllText(Path.Combine(Root, "docs", "finance-events.md"));
        // The facts of a line are part of events, not one.
        var types = EventTypes.All.Where(t => t.StartsWith("intervision.indemnisation.", StringComparison.Ordinal)).Select(t => t.Split('.')[2])
            .Where(t => t != "indemnity_facts").ToList();
        Assert.NotEmpty(types);
        Assert.All(types, type => Assert.Contains($"`{type}`", page, StringComparison.Ordinal));
    }

    /// <summary>Neither an account, nor who a person is, nor a case or its motive.</summary>
    [Fact]
    public void No_event_holds_an_account_a_name_or_a_case()
    {
        Assert.NotEmpty(said);
        foreach (var text in said.Select(s => Encoding.UTF8.GetString(s.Payload)))
        {
            Assert.DoesNotMatch("[A-Z]{2}[0-9]{2}[0-9A-Z ]{11,}", text);
            Assert.DoesNotMatch("SIT-|cases/|[mM]otive", text);
            Assert.DoesNotMatch("Hochart|lodie|Docteur|Association|ABCDFR2L", text);
        }
    }

    private static string Root => typeof(FinanceEventsPageTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    /// <summary>The first of each type, its random ids replaced by countable ones.</summary>
    private SortedDictionary<string, string> Examples()
    {
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        var examples = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var type in said.DistinctBy(s => s.EventType).OrderBy(s => s.EventType, StringComparer.Ordinal))
        {
            var json = JsonNode.Parse(type.Payload)!.ToJsonString(Readable);
            examples[type.EventType] = Uuid().Replace(json, id => ids.TryGetValue(id.Value, out var known) ? known : ids[id.Value] = $"019f2c40-0000-7000-8000-{ids.Count + 1:D12}");
        }

        return examples;
    }

    private static string Block(string type, string json) => $"<!-- exemple {type} -->\n\n`{type}`\n\n```json\n{json}\n```\n\n<!-- fin -->\n";

    [GeneratedRegex(@"<!-- exemple (?<type>[a-z0-9_.]+) -->\n.*?<!-- fin -->\n", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Example();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", RegexOptions.NonBacktracking)]
    private static partial Regex Uuid();
}
