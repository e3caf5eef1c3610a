using System.Collections.Concurrent;
using Intervision.Dashboard.Resources;

namespace Intervision.Dashboard.Tests.Support;

/// <summary>A system of four resources that a test changes as it likes.</summary>
internal sealed class FakeResources : IResourceSource
{
    public static readonly DateTimeOffset Started = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);
    private readonly ConcurrentDictionary<string, List<ConsoleLine>> _lines = new(StringComparer.Ordinal);

    public List<ShownResource> Shown { get; } =
    [
        Resource("postgres", "PostgresServer"),
        Resource("intake-migration", "Project", "postgres") with { State = "Finished", ExitCode = 0, Health = null, Ready = false, Commands = ["start"] },
        Resource("intake", "Project", "postgres", "intake-migration") with
        {
            Endpoints = [new("http", "http://localhost:5112"), new("grpc", "http://localhost:5102")],
            Environment = [new("ASPNETCORE_ENVIRONMENT", "Development", false), new("ConnectionStrings__database", "••••••", true)],
        },
        Resource("scheduling", "Project", "intake", "postgres"),
    ];

    public ConcurrentQueue<(string Resource, string Command)> Commands { get; } = new();
    public string? Refusal { get; set; }

    /// <summary>How many times it was asked for all of them: each page does, once or more.</summary>
    public int Asked { get; private set; }

    public static ShownResource Resource(string name, string type, params string[] uses) => new(
        name, name, type, "Running", "Healthy", true, null, 4711, 0, Started, null, false, [], [], uses, [new("ready", "Healthy", null)], ["restart", "stop"]);

    public void Change(string name, Func<ShownResource, ShownResource> change)
    {
        lock (Shown)
        {
            Shown[Shown.FindIndex(r => r.Name == name)] = change(Shown.Single(r => r.Name == name));
        }
    }

    public void Say(string resource, string text, bool isError = false) => Say(resource, 1, text, isError);

    /// <summary>All at once, in the same instant.</summary>
    public void Say(string resource, int times, string text, bool isError = false)
    {
        var now = TimeProvider.System.GetUtcNow();
        var lines = _lines.GetOrAdd(resource, _ => []);
        lock (lines)
        {
            for (var i = 0; i < times; i++)
            {
                lines.Add(new ConsoleLine(lines.Count + 1, now, text, isError));
            }
        }
    }

    public ValueTask<IReadOnlyList<ShownResource>> All()
    {
        lock (Shown)
        {
            Asked++;
            return ValueTask.FromResult<IReadOnlyList<ShownResource>>([.. Shown]);
        }
    }

    public ConsoleLines? Console(string resource, long after, int most)
    {
        var lines = _lines.GetOrAdd(resource, _ => []);
        lock (lines)
        {
            var next = lines.Skip((int)after).ToList();
            var kept = next.TakeLast(most).ToList();
            return new ConsoleLines(kept, next.Count - kept.Count);
        }
    }

    public (long Bytes, long Most) ConsoleMemory() => (1_500_000, 8_640_000);

    public Task<string?> Command(string resource, string command)
    {
        Commands.Enqueue((resource, command));
        return Task.FromResult(Refusal);
    }
}
