using System.Diagnostics;
using Dapper;
using Intervision.Membership.Tests;
using Intervision.Membership.V1;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Benchmarks.Directory;

/// <summary>Importing 100,000 people by ImportFiles beside PostgreSQL's COPY of the same rows, and in how much memory.</summary>
/// <param name="CopySeconds">Binary COPY into professional and activity.</param>
/// <param name="ImportSeconds">From the first byte sent to the last result.</param>
internal sealed record DirectoryImport(double CopySeconds, double ImportSeconds, double RowsPerSecond, long PeakMiB20K, long PeakMiB100K)
{
    public const string Method =
        "Import: private PostgreSQL 15 (fsync on), Membership in its own process and the client on this machine's cores; 100,000 invented professionals and about 110,000 activities, "
        + "in a directory with the region's communes and 5,000 structures. COPY: binary, both tables in one transaction, into a database copied from the same template (same indexes, constraints, triggers), as the service's login; "
        + "import: people.csv and activities.csv by ImportFiles, from the first byte sent to the last result read, with validation, merge, events and history; a dry run of 2,000 people comes first, as warm-up. COPY and import take turns; medians of 3 rounds. "
        + "copyRatio = COPY seconds / import seconds. Memory: the service runs with a managed heap of at most 96 MiB (DOTNET_GCHeapHardLimit: it would die above), importing 20,000 and 100,000 people; the peak is of the whole process.";

    private const int People = 100_000;
    private const int Rounds = 3;
    private const long HeapLimit = 96 * 1024 * 1024;

    public double CopyRatio => CopySeconds / ImportSeconds;

    public static async Task<DirectoryImport> Measure(TestPostgres postgres)
    {
        var population = new Population(2);
        var communes = Region.Communes().Select(r => r.Commune.InseeCode).ToList();
        var organisations = population.Organisations(5_000, communes, [.. Region.Poles().Select(r => r.Pole.Name)]);
        var people = population.People(People, organisations);
        // About every tenth has two activities at once.
        foreach (var person in people.Where((p, i) => p.Activities.Count == 2 && i % 5 > 1))
        {
            person.Activities.RemoveAt(1);
        }

        await Template(postgres, organisations);
        var (copies, imports) = (new List<double>(), new List<double>());
        var rows = people.Count + people.Sum(p => p.Activities.Count);
        for (var round = 1; round <= Rounds; round++)
        {
            await CopyTemplate(postgres, $"copy_{round}");
            copies.Add((await CopyReference.Measure(postgres.App("membership", $"copy_{round}"), people)).TotalSeconds);
            imports.Add(await Import(postgres, $"import_{round}", people));
            Console.WriteLine($"import {round}: COPY {copies[^1]:0.00} s, import {imports[^1]:0.00} s, ratio {copies[^1] / imports[^1]:0.00}");
        }

        var (copy, import) = (Median(copies), Median(imports));
        var (small, large) = (await Peak(postgres, "memory_20k", people[..20_000]), await Peak(postgres, "memory_100k", people));
        Console.WriteLine($"import: peak {small} MiB for 20,000, {large} MiB for 100,000");
        return new DirectoryImport(copy, import, rows / import, small, large);
    }

    /// <summary>A database with communes and organisations, from which the others are copied.</summary>
    private static async Task Template(TestPostgres postgres, IReadOnlyList<Organisation> organisations)
    {
        await using (var membership = await MembershipProcess.Start(postgres, "import_template"))
        {
            var communes = await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "region", "communes.csv"));
            await membership.Import(dryRun: false, (DirectoryFile.Communes, communes), (DirectoryFile.Organisations, PopulationFiles.Organisations(organisations)));
            await using var connection = new NpgsqlConnection(membership.Owner);
            await connection.ExecuteAsync("vacuum analyze", commandTimeout: 0);
        }
    }

    private static async Task CopyTemplate(TestPostgres postgres, string database)
    {
        NpgsqlConnection.ClearAllPools();
        await using var connection = new NpgsqlConnection(postgres.Owner("postgres"));
        await connection.ExecuteAsync($"create database {database} template import_template", commandTimeout: 0);
        await connection.ExecuteAsync($"grant connect on database {database} to membership_app");
        await connection.ExecuteAsync("checkpoint;", commandTimeout: 0);
    }

    private static async Task<double> Import(TestPostgres postgres, string database, IReadOnlyList<Professional> people)
    {
        await CopyTemplate(postgres, database);
        await using var membership = await MembershipProcess.Start(postgres, database);
        var some = people.Take(2_000).ToList();
        await membership.Import(dryRun: true, (DirectoryFile.People, PopulationFiles.People(some)), (DirectoryFile.Activities, PopulationFiles.Activities(some)));
        var (peopleFile, activitiesFile) = (PopulationFiles.People(people), PopulationFiles.Activities(people));
        var clock = Stopwatch.StartNew();
        var summary = await membership.Import(dryRun: false, (DirectoryFile.People, peopleFile), (DirectoryFile.Activities, activitiesFile));
        MustBeAll(summary, people);
        return clock.Elapsed.TotalSeconds;
    }

    private static async Task<long> Peak(TestPostgres postgres, string database, IReadOnlyList<Professional> people)
    {
        await CopyTemplate(postgres, database);
        await using var membership = await MembershipProcess.Start(postgres, database, ("DOTNET_GCHeapHardLimit", $"0x{HeapLimit:X}"));
        var summary = await membership.Import(dryRun: false, (DirectoryFile.People, PopulationFiles.People(people)), (DirectoryFile.Activities, PopulationFiles.Activities(people)));
        MustBeAll(summary, people);
        return membership.PeakMemoryMiB;
    }

    private static void MustBeAll(ImportFilesResponse.Types.Summary summary, IReadOnlyList<Professional> people)
    {
        if (summary.Created != people.Count + people.Sum(p => p.Activities.Count))
        {
            throw new InvalidOperationException($"Not all were created: {summary}");
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
