using Grpc.Core;
using Intervision.Membership.Tests;
using Intervision.Membership.V1;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Benchmarks.Directory;

/// <summary>What reading costs beside nothing else: where a commune's pôle is, who somebody is, and finding people.</summary>
internal sealed record DirectoryReads(Percentiles Resolve, Percentiles Get, Percentiles Search)
{
    public const string Method =
        "Reads: private PostgreSQL 15 (fsync on), Membership in its own process and the caller on this machine's cores, one HTTP/2 connection; the region's 3,782 communes, 21 pôles, organisations and people, "
        + "and 100,000 invented professionals with 5,000 structures, all imported by RPC, then analysed. Open loop paced by a thread of its own, latency from the intended instant of the call: "
        + "ResolvePole (random commune, one in four without a pôle) and GetProfessional (random) 500/s for 20 s each, one after the other, after 10 s of warm-up each; "
        + "SearchProfessionals 20/s for 30 s: an even mix of whole names, names without accents, names with one typing error, beginnings of 2 to 6 letters, RPPS, structure, profession (common and rare, on a date), pôle, name with pôle or profession; pages of 50.";

    private const int People = 100_000;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);

    public static async Task<DirectoryReads> Measure(TestPostgres postgres)
    {
        await using var membership = await MembershipProcess.Start(postgres, "directory_reads");
        var directory = membership.Directory;
        var headers = Tokens.As(Tokens.Coordinator());
        var people = await Fill(membership, headers);
        var communes = Region.Communes().Select(r => r.Commune.InseeCode).ToList();
        var random = new Random(7);
        var anyone = Enumerable.Range(0, 20_000).Select(_ => people[random.Next(people.Count)].Name).ToList();
        var anywhere = Enumerable.Range(0, 20_000).Select(_ => communes[random.Next(communes.Count)]).ToList();

        var resolve = Percentiles.Of(await OpenLoop.Measure(500, WarmUp, TimeSpan.FromSeconds(20), async n =>
            await directory.ResolvePoleAsync(new ResolvePoleRequest { Programme = "programmes/ADDICTIONS", Commune = anywhere[n] }, headers)));
        Console.WriteLine($"ResolvePole          {resolve}");
        var get = Percentiles.Of(await OpenLoop.Measure(500, WarmUp, TimeSpan.FromSeconds(20), async n =>
            await directory.GetProfessionalAsync(new GetProfessionalRequest { Name = anyone[n] }, headers)));
        Console.WriteLine($"GetProfessional      {get}");
        return new DirectoryReads(resolve, get, await MeasureSearch(directory, headers, new SearchMix(people)));
    }

    private static async Task<Percentiles> MeasureSearch(MembershipService.MembershipServiceClient directory, Metadata headers, SearchMix mix)
    {
        var latencies = await OpenLoop.Measure(20, WarmUp, TimeSpan.FromSeconds(30), async n =>
        {
            var answer = await directory.SearchProfessionalsAsync(mix[n].Request, headers);
            mix.Check(n, answer);
        });
        var skipped = (int)(20 * WarmUp.TotalSeconds);
        foreach (var kind in latencies.Select((latency, i) => (mix[i + skipped].Kind, latency)).GroupBy(l => l.Kind, l => l.latency, StringComparer.Ordinal))
        {
            Console.WriteLine($"Search {kind.Key,-18} {Percentiles.Of(kind)}");
        }

        var search = Percentiles.Of(latencies);
        Console.WriteLine($"SearchProfessionals  {search}");
        return search;
    }

    /// <summary>The region, then the invented people.</summary>
    private static async Task<List<Professional>> Fill(MembershipProcess membership, Metadata headers)
    {
        var population = new Population(1);
        var region = Region.Rows();
        var organisations = population.Organisations(
            5_000, [.. Region.Communes().Select(r => r.Commune.InseeCode)], [.. Region.Poles().Select(r => r.Pole.Name)]);
        var people = population.People(People, organisations);
        IEnumerable<ImportDirectoryRequest> rows =
            [.. region, .. organisations.Select(o => new ImportDirectoryRequest { Organisation = o }), .. people.Select(p => new ImportDirectoryRequest { Professional = p })];
        foreach (var some in rows.Chunk(10_000))
        {
            await Import(membership, headers, some);
        }

        await using var connection = new NpgsqlConnection(membership.Owner);
        await connection.OpenAsync();
        // As autovacuum does a minute after an import.
        await using var analyse = new NpgsqlCommand("vacuum analyze", connection) { CommandTimeout = 0 };
        await analyse.ExecuteNonQueryAsync();
        return people;
    }

    private static async Task Import(MembershipProcess membership, Metadata headers, IReadOnlyList<ImportDirectoryRequest> rows)
    {
        rows[0].RequestId = Guid.CreateVersion7().ToString();
        using var call = membership.Directory.ImportDirectory(headers);
        foreach (var row in rows)
        {
            await call.RequestStream.WriteAsync(row);
        }

        await call.RequestStream.CompleteAsync();
        var refused = (await call).Results.FirstOrDefault(r => r.Outcome != ImportDirectoryResponse.Types.Outcome.Created);
        if (refused is not null)
        {
            throw new InvalidOperationException($"{refused}");
        }
    }
}
