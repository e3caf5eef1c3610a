using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Intervision.Scheduling.Tests.Ics;

/// <summary>What a calendar library that is not ours (ical.js, under Node) understands of an iCalendar object.</summary>
internal static class OtherParser
{
    private static readonly JsonSerializerOptions Names = new(JsonSerializerDefaults.Web);

    private static readonly string Folder = Path.Combine(
        typeof(OtherParser).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!, "tests/calendar-parser");

    /// <summary>One object, or several one after the other.</summary>
    public static async Task<IReadOnlyList<Calendar>> Read(string text)
    {
        Assert.True(System.IO.Directory.Exists(Path.Combine(Folder, "node_modules")), "run 'npm ci' in tests/calendar-parser first; ./test.sh does");
        var info = new ProcessStartInfo("node", [Path.Combine(Folder, "parse.js")])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, StandardInputEncoding = new UTF8Encoding(false), UseShellExecute = false,
        };
        using var process = Process.Start(info)!;
        var (said, wrong) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(text);
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(process.ExitCode == 0, await wrong);
        return JsonSerializer.Deserialize<List<Calendar>>(await said, Names)!;
    }

    internal sealed record Calendar(string Method, string Version, string Product, IReadOnlyList<string> Zones, IReadOnlyList<Event> Events);

    internal sealed record Event(
        string Uid, int Sequence, DateTimeOffset Stamp, DateTimeOffset Start, DateTimeOffset End, string? Zone, string Summary, string? Description, string? Location,
        string Status, string Class, string? Organizer, IReadOnlyList<Attendee> Attendees, IReadOnlyList<string> Properties);

    internal sealed record Attendee(string Address, string? Partstat, string? Rsvp);
}
