using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using Grpc.Net.Client;
using Intervision.Membership.V1;
using Intervision.Tests.Support;
using Npgsql;
using Outcome = Intervision.Membership.V1.ImportDirectoryResponse.Types.Outcome;

namespace Intervision.Membership.Tests;

/// <summary>The program as it is started for real: the migrate command, then the service behind its own Kestrel endpoints.</summary>
public sealed class ProcessTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> said = [];
    private readonly int grpcPort = Ports.Free();
    private readonly int httpPort = Ports.Free();
    private string database = "";
    private TestPostgres postgres = null!;
    private Process? service;

    public async ValueTask InitializeAsync()
    {
        postgres = await TestPostgres.Shared();
        database = "membership_process";
        for (var i = 0; i < 2; i++)
        {
            using var migration = await Start("migrate");
            await migration.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(migration.ExitCode == 0, string.Join('\n', said));
        }

        service = await Start();
        using var http = new HttpClient();
        await Eventually.IsTrue(() => IsHealthy(http), "the service is healthy");
    }

    public async ValueTask DisposeAsync()
    {
        if (service is { } running)
        {
            running.Kill();
            await running.WaitForExitAsync();
            running.Dispose();
        }

        NpgsqlConnection.ClearAllPools();
    }

    [Fact]
    public async Task Takes_the_region_over_the_wire_and_bears_a_client_that_hangs_up()
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{grpcPort}");
        var directory = new MembershipService.MembershipServiceClient(channel);
        var rows = Region.Rows();
        rows[0].RequestId = Guid.CreateVersion7().ToString();
        using (var cut = directory.ImportDirectory(Tokens.As(Tokens.Coordinator(), MembershipFixture.Now)))
        {
            foreach (var row in rows.Take(300))
            {
                await cut.RequestStream.WriteAsync(row);
            }
        }

        var clock = Stopwatch.StartNew();
        using var call = directory.ImportDirectory(Tokens.As(Tokens.Coordinator(), MembershipFixture.Now));
        foreach (var row in rows)
        {
            await call.RequestStream.WriteAsync(row);
        }

        await call.RequestStream.CompleteAsync();
        var results = (await call).Results;
        output.WriteLine($"{rows.Count} rows in {clock.Elapsed.TotalSeconds:0.00} s, {service!.PeakWorkingSet64 / 1048576} MiB at most");
        Assert.Equal(rows.Count, results.Count);
        Assert.DoesNotContain(results, r => r.Outcome != Outcome.Created);
        var programmes = await directory.ListProgrammesAsync(new ListProgrammesRequest(), Tokens.As(Tokens.Coordinator()));
        Assert.Equal(2, programmes.Programmes.Count);
        await AnybodyReadsThePlaces(directory);
        await TheReadmesSampleAnswers();
        Assert.DoesNotContain(said, line => line.Contains("Unexpected failure", StringComparison.Ordinal) || line.Contains("fail:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Says_by_an_exit_code_whether_it_is_well()
    {
        Assert.Equal(0, await Healthy());
        service!.Kill();
        await service.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, await Healthy());

        async Task<int> Healthy()
        {
            using var check = await Start("healthy");
            await check.WaitForExitAsync(TestContext.Current.CancellationToken);
            return check.ExitCode;
        }
    }

    private async Task AnybodyReadsThePlaces(MembershipService.MembershipServiceClient directory)
    {
        var places = (await directory.ListPlacesAsync(new ListPlacesRequest())).Places;
        Assert.NotEmpty(places);
        using var http = new HttpClient();
        var page = await http.GetStringAsync($"http://127.0.0.1:{httpPort}/lieux");
        Assert.Equal(places.Count, page.Split("<th scope=\"row\">").Length - 1);
        using var onGrpc = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{grpcPort}/lieux")
        {
            Version = new Version(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await http.SendAsync(onGrpc)).StatusCode);
    }

    /// <summary>The JavaScript of README.md, as it stands there.</summary>
    private async Task TheReadmesSampleAnswers()
    {
        var root = typeof(ProcessTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;
        var readme = await File.ReadAllTextAsync(Path.Combine(root, "README.md"));
        var sample = readme.Split("```js\n")[1].Split("```")[0].Replace("localhost:5101", $"127.0.0.1:{grpcPort}", StringComparison.Ordinal);
        var printed = new ConcurrentQueue<string>();
        using var node = await ChildProcesses.Start(
            new ProcessStartInfo("node", ["-e", sample])
            {
                WorkingDirectory = root,
                Environment = { ["NODE_PATH"] = Path.Combine(root, "clients/node/node_modules"), ["TOKEN"] = Tokens.Mint(Tokens.Coordinator()) },
            },
            printed.Enqueue);
        await node.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Contains("poles/P12", string.Join('\n', printed));
    }

    private async Task<bool> IsHealthy(HttpClient http)
    {
        try
        {
            return (await http.GetAsync($"http://127.0.0.1:{httpPort}/health")).IsSuccessStatusCode;
        }
        catch (HttpRequestException) when (service!.HasExited == false)
        {
            return false;
        }
    }

    private async Task<Process> Start(params string[] arguments)
    {
        var dll = Path.Combine(AppContext.BaseDirectory, "Intervision.Membership.dll");
        var info = new ProcessStartInfo("dotnet", [dll, .. arguments]) { WorkingDirectory = AppContext.BaseDirectory };
        foreach (var (key, value) in new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ConnectionStrings__owner"] = postgres.Owner(database),
            ["ConnectionStrings__database"] = postgres.App("membership", database),
            ["Database__AppPassword"] = TestPostgres.AppPassword,
            ["Authentication__DevelopmentPublicKey"] = Tokens.PublicKey,
            ["Messaging__Enabled"] = "false",
            ["Kestrel__Endpoints__grpc__Url"] = $"http://127.0.0.1:{grpcPort}",
            ["Kestrel__Endpoints__grpc__Protocols"] = "Http2",
            ["Kestrel__Endpoints__http__Url"] = $"http://127.0.0.1:{httpPort}",
            ["Kestrel__Endpoints__http__Protocols"] = "Http1",
        })
        {
            info.Environment[key] = value;
        }

        return await ChildProcesses.Start(info, said.Enqueue);
    }
}
