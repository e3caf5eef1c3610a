using System.Diagnostics;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;

namespace Intervision.AppHost.Tests;

/// <summary>A console is bounded whatever is written to it and whoever reads it.</summary>
public sealed class ConsoleTests
{
    private static readonly ConsoleLimits Limits = new();

    [Fact]
    public void Who_never_reads_is_told_how_much_went_by()
    {
        var ring = new ConsoleRing(TimeProvider.System, Limits);
        Write(ring, Limits.Lines + 345);

        var first = ring.Read(after: 0, most: int.MaxValue);
        Assert.Equal((345, Limits.Lines, "line 346"), (first.Omitted, first.Lines.Count, first.Lines[0].Text));

        Write(ring, 3);
        var next = ring.Read(first.Lines[^1].Number, most: 2);
        Assert.Equal((1, 2), (next.Omitted, next.Lines.Count));
        Assert.Equal((0, 0), (ring.Read(next.Lines[^1].Number, most: 2).Omitted, ring.Read(next.Lines[^1].Number, most: 2).Lines.Count));
    }

    [Fact]
    public void Long_lines_count_by_their_length()
    {
        var ring = new ConsoleRing(TimeProvider.System, Limits);
        for (var i = 0; i < 100; i++)
        {
            ring.Write(new string('x', Limits.Characters / 10), isError: false);
        }

        Assert.Equal((10, 90), (ring.Read(0, int.MaxValue).Lines.Count, ring.Read(0, int.MaxValue).Omitted));
    }

    [Fact]
    public async Task Bounds_are_configured_and_what_is_kept_is_measured()
    {
        await using var app = Sample.Builder("Dashboard:Frontend:MaxConsoleLogCount=3", "Dashboard:Frontend:MaxConsoleLogCharacters=10").Build();
        await app.StartAsync();
        var logs = (ResourceLoggerService)app.Services.GetService(typeof(ResourceLoggerService))!;
        foreach (var line in (string[])["a", "b", "c", "d", "eeeeeeee"])
        {
            logs.Write("talker", line);
        }

        Assert.Equal(["c", "d", "eeeeeeee"], logs.Read("talker", 0, int.MaxValue).Lines.Select(l => l.Text));
        logs.Write("talker", "f");
        Assert.Equal(["d", "eeeeeeee", "f"], logs.Read("talker", 0, int.MaxValue).Lines.Select(l => l.Text));
        Assert.Equal((ConsoleLimits.Bytes(3, 10), ConsoleLimits.Bytes(3, 10)), logs.Memory());

        await using var refused = Sample.Builder("Dashboard:Frontend:MaxConsoleLogCount=many").Build();
        await Assert.ThrowsAsync<DistributedApplicationException>(() => refused.StartAsync());
    }

    [Fact]
    public async Task Lines_are_read_as_written_and_one_too_long_is_cut()
    {
        var read = await Read("é un\r\n\n" + new string('y', ConsoleReader.LongestLine + 7) + "\nlast");

        Assert.Equal(["é un", "", new string('y', ConsoleReader.LongestLine) + "… [7 octets coupés]", "last"], read);
    }

    [Fact]
    public async Task Beyond_the_pace_lines_are_counted_and_said()
    {
        const int Written = ConsoleReader.LinesPerSecond * 4;
        var read = await Read(string.Concat(Enumerable.Range(1, Written).Select(n => $"line {n}\n")));

        var kept = read.Count(l => l.StartsWith("line ", StringComparison.Ordinal));
        var omitted = read.Where(l => l.Contains("lignes omises", StringComparison.Ordinal)).Sum(l => int.Parse(l.Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture));
        Assert.InRange(kept, ConsoleReader.LinesPerSecond, Written - 1);
        Assert.Equal(Written, kept + omitted);
    }

    /// <summary>As fast as the machine writes, far beyond 100 MB/s: the app host stays small, its neighbours answer, the file stays bounded.</summary>
    [Fact]
    public async Task A_flood_harms_nobody()
    {
        var folder = Sample.DataFolder();
        var builder = Sample.BuilderOn(folder);
        builder.AddExecutable("flood", "sh", "/tmp", "-c", "exec yes 'one line of about one hundred bytes that says nothing at all and says it again and again and aga'");
        var sample = builder.AddSample("sample");
        await using var app = builder.Build();
        await app.StartAsync();
        await Sample.Healthy(app, "sample");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var logs = (ResourceLoggerService)app.Services.GetService(typeof(ResourceLoggerService))!;

        await Sample.Until(() => Omitted(logs) > 1_000_000, () => $"omitted: {Omitted(logs)}");

        var asked = Stopwatch.GetTimestamp();
        Assert.NotEqual(0, await Sample.PidOf(sample));
        Assert.InRange(Stopwatch.GetElapsedTime(asked).TotalSeconds, 0, 5);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 60_000_000);
        Assert.InRange(new FileInfo(Path.Combine(folder, "logs", "flood.log")).Length, 1, ConsoleFile.MostBytes + 10_000);
    }

    private static long Omitted(ResourceLoggerService logs) =>
        logs.Read("flood", 0, int.MaxValue).Lines.Where(l => l.Text.Contains("lignes omises", StringComparison.Ordinal))
            .Sum(l => long.Parse(l.Text.Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture));

    private static void Write(ConsoleRing ring, int lines)
    {
        for (var i = 1; i <= lines; i++)
        {
            ring.Write($"line {i}", isError: false);
        }
    }

    private static async Task<List<string>> Read(string written)
    {
        var lines = new List<string>();
        await new ConsoleReader(new MemoryStream(Encoding.UTF8.GetBytes(written)), lines.Add, TimeProvider.System).ReadAsync();
        return lines;
    }
}
