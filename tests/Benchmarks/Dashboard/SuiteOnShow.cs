using Intervision.Dashboard.Resources;

namespace Intervision.Benchmarks.Dashboard;

/// <summary>The suite's resources as the app host shows them: two servers, four databases, four migrations, four services.</summary>
internal sealed class SuiteOnShow : IResourceSource
{
    private static readonly string[] Services = ["membership", "intake", "scheduling", "indemnisation"];
    private static readonly DateTimeOffset Started = TimeProvider.System.GetUtcNow();

    private readonly IReadOnlyList<ShownResource> all =
    [
        Running("postgres", "PostgresServer"), Running("rabbitmq", "RabbitMQServer"),
        .. Services.Select(s => Running($"{s}-db", "PostgresDatabase", "postgres")),
        .. Services.Select(s => Running($"{s}-migration", "Project", $"{s}-db") with { State = "Finished", ExitCode = 0, Health = null, Ready = false, Checks = [], Commands = ["start"] }),
        .. Services.Select((s, i) => Running(s, "Project", [$"{s}-db", $"{s}-migration", "rabbitmq", .. Services.Where(o => o != s)]) with
        {
            Endpoints = [new("grpc", $"http://localhost:510{i + 1}"), new("http", $"http://localhost:511{i + 1}")],
            Environment = [.. Enumerable.Range(0, 40).Select(v => new ShownVariable($"VARIABLE_{v}", "value", v % 5 == 0))],
        }),
    ];

    public ValueTask<IReadOnlyList<ShownResource>> All() => ValueTask.FromResult(all);

    public ConsoleLines? Console(string resource, long after, int most) => null;

    public (long Bytes, long Most) ConsoleMemory() => default;

    public Task<string?> Command(string resource, string command) => Task.FromResult<string?>(null);

    private static ShownResource Running(string name, string type, params string[] uses) => new(
        name, name, type, "Running", "Healthy", true, null, 4711, 0, Started, null, false, [], [], uses, [new("ready", "Healthy", null)], ["restart", "stop"]);
}
