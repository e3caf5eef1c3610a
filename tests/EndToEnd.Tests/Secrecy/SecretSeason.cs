using System.Text;
using Intervision.Intake.V1;
using Intervision.Tests.Support;
using Case = Intervision.Intake.V1.Case;

namespace Intervision.EndToEnd.Tests.Secrecy;

/// <summary>
/// A small season in which every question bears a canary, then everything else that people can write or send; then all that
/// the suite has said or kept is searched. The one suite of its tests, which only look at what was found.
/// </summary>
public sealed class SecretSeason : IAsyncLifetime
{
    private readonly string region = Directory.CreateTempSubdirectory("intervision-canaries-").FullName;
    private readonly Dictionary<Canary, List<Found>> found = [];

    internal Canaries Canaries { get; } = new();

    internal HashSet<string> Searched { get; } = new(StringComparer.Ordinal);

    /// <summary>A case that was deposited, written and approved after the season.</summary>
    internal string Code { get; private set; } = "";

    internal Telemetry Telemetry { get; } = new();

    internal IReadOnlyList<Found> Of(Canary canary) => found.GetValueOrDefault(canary, []);

    public async ValueTask InitializeAsync()
    {
        var source = Path.Combine(RunningSuite.Root, "data", "region");
        RegionCut.Write(source, region, new HashSet<string>(["P07", "L01"], StringComparer.Ordinal));
        MarkQuestions("requests.csv", "seasonquestion");
        MarkQuestions("requests_invalid.csv", "seasonrefused");
        await Telemetry.Start();
        await using var suite = await RunningSuite.Start(Telemetry.Environment);
        await using var tap = await EventTap.Bind(suite.Broker);
        var (code, output) = await suite.Run(suite.PlayArguments(region));
        Assert.True(code == 0, $"exit code {code}: {output}");
        Search([("output of the demo", Encoding.UTF8.GetBytes(output))]);
        await Speak(suite, tap);
        await Plant(suite, tap);
        Search(tap.Heard());
        Search(await Tables.Of(suite.Postgres));
        await suite.Stop();
        Search([("output of the app host", Encoding.UTF8.GetBytes(suite.Said))]);
        Search(Telemetry.Received());
        Search(Files.Below(suite.Folder));
    }

    public async ValueTask DisposeAsync()
    {
        await Telemetry.DisposeAsync();
        Directory.Delete(region, recursive: true);
    }

    private async Task Speak(RunningSuite suite, EventTap tap)
    {
        using var voices = new Voices(suite);
        var speeches = new Speeches(voices, Canaries);
        Code = (await speeches.WholeSheet()).Name;
        await speeches.RefusedDeposits();
        await speeches.Garbage();
        await speeches.Emails();
        await speeches.Alert();
        var decided = await Decided(voices);
        await speeches.Library(decided.Case, decided.Question, decided.Orientation);
        Search(voices.Answers);
        await Eventually.IsTrue(
            async () => tap.Has("case_ready", Code) && await Tables.Outgoing(suite.Postgres) == 0, "all that was said is on its way no more", TimeSpan.FromSeconds(30));
    }

    /// <summary>One of the season's own, of a requester who is not the référent, with what it asked.</summary>
    private async Task<(Case Case, string Question, string Orientation)> Decided(Voices voices)
    {
        var request = new ListCasesRequest { PageSize = 1000, Pole = Voices.Pole, States = { CaseState.ReportedBack } };
        var cases = (await voices.Intake.ListCasesAsync(request, voices.As(Voices.Coordinator))).Cases;
        var one = cases.First(c => c.Requester.Length > 0 && c.Requester != Voices.Referent.Subject);
        var follow = await voices.Intake.GetFollowUpAsync(new GetFollowUpRequest { Case = one.Name }, voices.As(Voices.Coordinator));
        return (one, $"… {Canaries.Secret["seasonquestion"]} ?", follow.Intervisions[0].Decisions[0].Orientation);
    }

    private async Task Plant(RunningSuite suite, EventTap tap)
    {
        var words = Canaries.Planted["everywhere"];
        await Tables.Plant(suite.Postgres, words);
        await tap.Publish("planted.header", words, "{}");
        await tap.Publish("planted.body", "", words);
        await Eventually.IsTrue(() => Task.FromResult(tap.Has("planted.body")), "what was planted among the events came back");
        foreach (var signal in (string[])["traces", "logs", "metrics"])
        {
            await Telemetry.Send(signal, words);
        }

        foreach (var folder in (string[])["logs", "mail/intake", "payments", "demo"])
        {
            await File.WriteAllTextAsync(Path.Combine(suite.Folder, folder, "planted"), words);
        }
    }

    /// <summary>At the end of each question, before its mark.</summary>
    private void MarkQuestions(string file, string kind)
    {
        var path = Path.Combine(region, file);
        var lines = File.ReadAllLines(path);
        var column = Array.IndexOf(lines[0].Split(';'), "question");
        File.WriteAllLines(path, lines.Select((line, i) =>
        {
            var fields = line.Split(';');
            fields[column] = i == 0 ? fields[column] : $"{fields[column].TrimEnd(' ', '?')} avec {Canaries.Secret[kind]} ?";
            return string.Join(';', fields);
        }), new UTF8Encoding(false));
    }

    private void Search(IEnumerable<(string Place, ReadOnlyMemory<byte> Bytes)> places)
    {
        foreach (var (place, bytes) in places)
        {
            Searched.Add(place);
            foreach (var canary in (Canary[])[Canaries.Secret, Canaries.Public, Canaries.Planted])
            {
                if (!found.TryGetValue(canary, out var list))
                {
                    found[canary] = list = [];
                }

                list.AddRange(canary.In(bytes).Select(context => new Found(place, context)));
            }
        }
    }
}

/// <summary>A word where it stands, with what stands around it.</summary>
internal sealed record Found(string Place, string Context);
