using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Spectre.Console;

namespace Intervision.Demo;

/// <summary><c>wait</c>: until every resource of the app host is ready, or one has failed, or the app host is gone.</summary>
internal static class WaitForSuite
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>One resource as the app host's page tells it.</summary>
    private sealed record Resource(string Name, string State, bool Ready, int? ExitCode, int? ProcessId, bool Failed)
    {
        public bool IsBelow(int host)
        {
            var id = ProcessId ?? 0;
            while (id > 1 && id != host)
            {
                id = ParentOf(id);
            }

            return id == host;
        }

        public bool HasFailed => Failed && !Ready && State is "FailedToStart" or "Exited";

        public bool IsFine => Ready || (State == "Finished" && ExitCode == 0) || State == "Active";
    }

    public static async Task<int> Run(string page, int? processId, IAnsiConsole console)
    {
        var clock = Stopwatch.StartNew();
        using var http = new HttpClient { BaseAddress = new Uri(page), Timeout = TimeSpan.FromSeconds(5) };
        IReadOnlyList<Resource> seen = [];
        while (clock.Elapsed < Limit)
        {
            if (processId is { } id && !IsAlive(id))
            {
                // It has said why on its own standard error.
                return 3;
            }

            seen = await Ask(http) ?? seen;
            if (processId is { } host && !seen.Any(r => r.IsBelow(host)))
            {
                // Another app host answers on this page's port, or ours has not started anything yet.
                seen = [];
            }

            if (seen.FirstOrDefault(r => r.HasFailed) is { } failed)
            {
                console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[red]{failed.Name} n'a pas pu démarrer : sa page du tableau de bord ({page}) dit pourquoi.[/]");
                return 3;
            }

            if (seen.Count > 0 && seen.All(r => r.IsFine))
            {
                console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"Tout répond après {clock.Elapsed.TotalSeconds:0.0} s.");
                return 0;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200));
        }

        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"[red]Toujours pas prêt après {Limit.TotalMinutes:0} minutes : {string.Join(", ", seen.Where(r => !r.IsFine).Select(r => $"{r.Name} ({r.State})"))}[/]");
        return 3;
    }

    /// <summary>Null while the page does not answer.</summary>
    private static async Task<List<Resource>?> Ask(HttpClient http)
    {
        try
        {
            return await http.GetFromJsonAsync<List<Resource>>("api/resources");
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    /// <summary>0 when the process is gone.</summary>
    private static int ParentOf(int id)
    {
        try
        {
            // pid (name) state parent …; the name may hold anything but ends at the last parenthesis.
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 4)..].Split(' ')[0], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static bool IsAlive(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            // A process that ended and was not waited for yet is still listed.
            return !process.HasExited && !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or IOException)
        {
            return false;
        }
    }
}
