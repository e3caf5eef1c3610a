using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Net.Client;
using Intervision.Membership.V1;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Benchmarks.Directory;

/// <summary>Membership as it is started for real, in a process of its own, on a fresh database; without a broker.</summary>
internal sealed class MembershipProcess : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> said = [];
    private readonly int grpcPort = Ports.Free();
    private readonly int httpPort = Ports.Free();
    private readonly TestPostgres postgres;
    private readonly string database;
    private readonly (string Key, string Value)[] settings;
    private Process? process;
    private GrpcChannel? channel;

    private MembershipProcess(TestPostgres postgres, string database, (string Key, string Value)[] settings) =>
        (this.postgres, this.database, this.settings) = (postgres, database, settings);

    public MembershipService.MembershipServiceClient Directory => new(channel!);

    /// <summary>Connection string of the owner.</summary>
    public string Owner => postgres.Owner(database);

    public long PeakMemoryMiB
    {
        get
        {
            process!.Refresh();
            return process.PeakWorkingSet64 / (1024 * 1024);
        }
    }

    /// <param name="settings">More environment variables.</param>
    public static async Task<MembershipProcess> Start(TestPostgres postgres, string database, params (string Key, string Value)[] settings)
    {
        var membership = new MembershipProcess(postgres, database, settings);
        using (var migration = await membership.Run("migrate"))
        {
            await migration.WaitForExitAsync();
            membership.MustBe(migration.ExitCode == 0);
        }

        membership.process = await membership.Run();
        using var http = new HttpClient();
        await Eventually.IsTrue(() => membership.IsHealthy(http), "Membership is healthy");
        membership.channel = GrpcChannel.ForAddress($"http://127.0.0.1:{membership.grpcPort}");
        return membership;
    }

    public async ValueTask DisposeAsync()
    {
        channel?.Dispose();
        if (process is { } running)
        {
            running.Kill();
            await running.WaitForExitAsync();
            running.Dispose();
        }

        NpgsqlConnection.ClearAllPools();
        MustBe(!said.Any(line => line.Contains("Unexpected failure", StringComparison.Ordinal)));
    }

    private void MustBe(bool well)
    {
        if (!well)
        {
            throw new InvalidOperationException(string.Join('\n', said));
        }
    }

    private async Task<bool> IsHealthy(HttpClient http)
    {
        try
        {
            return (await http.GetAsync($"http://127.0.0.1:{httpPort}/health")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            MustBe(!process!.HasExited);
            return false;
        }
    }

    private Task<Process> Run(params string[] arguments)
    {
        var info = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Intervision.Membership.dll"), .. arguments])
        {
            WorkingDirectory = AppContext.BaseDirectory,
            Environment =
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
                ["Logging__LogLevel__Default"] = "Warning",
            },
        };
        foreach (var (key, value) in settings)
        {
            info.Environment[key] = value;
        }

        return ChildProcesses.Start(info, said.Enqueue);
    }
}
