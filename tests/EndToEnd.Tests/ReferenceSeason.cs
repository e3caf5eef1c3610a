using System.Text.Json.Nodes;
using Intervision.Tests.Support;

namespace Intervision.EndToEnd.Tests;

/// <summary>The season without any accident, played twice on the same data: once for all classes that compare theirs with it.</summary>
public sealed class ReferenceSeason : IAsyncLifetime
{
    private static readonly Lazy<Task<Season>> Shared = new(PlayTwice);

    public string Region { get; private set; } = "";

    public int ValidRequests { get; private set; }

    public int InvalidRequests { get; private set; }

    public JsonObject Table { get; private set; } = [];

    public JsonObject PlayedAgain { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        var season = await Shared.Value;
        (Region, ValidRequests, InvalidRequests) = (season.Region, season.ValidRequests, season.InvalidRequests);
        (Table, PlayedAgain) = (JsonNode.Parse(season.Table)!.AsObject(), JsonNode.Parse(season.PlayedAgain)!.AsObject());
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<Season> PlayTwice()
    {
        var folder = Directory.CreateTempSubdirectory("intervision-region-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        // A hybrid pôle, one by video, one on demand, and the other programme.
        var region = Path.Combine(folder, "region");
        var (valid, invalid) = RegionCut.Write(
            Path.Combine(RunningSuite.Root, "data", "region"), region, new HashSet<string>(["P01", "P07", "P11", "P15", "L01"], StringComparer.Ordinal));
        await using var suite = await RunningSuite.Start();
        return new Season(region, valid, invalid, (await suite.Play(region)).ToJsonString(), (await suite.Play(region)).ToJsonString());
    }

    /// <summary>Tables as text: classes read them at the same time.</summary>
    private sealed record Season(string Region, int ValidRequests, int InvalidRequests, string Table, string PlayedAgain);
}
