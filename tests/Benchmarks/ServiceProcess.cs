using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Net.Client;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Benchmarks;

/// <summary>A service as it is started for real, in a process of its own, on a fresh database.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> said = [];
    private readonly int grpcPort = Ports.Free();
    private readonly int httpPort = Ports.Free();
    private readonly TestPostgres postgres;
    private readonly string service;
    private readonly string database;
    private readonly (string Key, string Value)[] settings;
    private Process? process;

    private ServiceProcess(TestPostgres postgres, string service, string database, (string Key, string Value)[] settings) =>
        (this.postgres, this.service, this.database, this.settings) = (postgres, service, database, settings);

    public string Address => $"http://127.0.0.1:{grpcPort}";

    /// <summary>A connection of its own to the service.</summary>
    public GrpcChannel NewChannel() => GrpcChannel.ForAddress(Address);

    /// <summary>Connection string of the owner.</summary>
    public string Owner => postgres.Owner(database);

    public int Id => process!.Id;

    /// <summary>Since the process started.</summary>
    public long PeakMemoryMiB => Seen.PeakWorkingSet64 / (1024 * 1024);

    /// <summary>Now.</summary>
    public double MemoryMiB => Seen.WorkingSet64 / (1024.0 * 1024);

    private Process Seen
    {
        get
        {
            process!.Refresh();
            return process;
        }
    }

    /// <summary>Migrates, then fills the database if asked, then starts and waits until healthy.</summary>
    /// <param name="fill">Given the owner's connection string.</param>
    /// <param name="settings">Environment variables; without <c>ConnectionStrings__rabbitmq</c> it runs without a broker.</param>
    public static async Task<ServiceProcess> Start(
        TestPostgres postgres, string service, string database, Func<string, Task>? fill, params (string Key, string Value)[] settings)
    {
        var started = new ServiceProcess(postgres, service, database, settings);
        using (var migration = await started.Run("migrate"))
        {
            await migration.WaitForExitAsync();
            started.MustBe(migration.ExitCode == 0);
        }

        if (fill is not null)
        {
            await fill(started.Owner);
        }

        started.process = await started.Run();
        using var http = new HttpClient();
        await Eventually.IsTrue(() => started.IsHealthy(http), $"{service} is healthy");
        return started;
    }

    public async ValueTask DisposeAsync()
    {
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
        var assembly = $"Intervision.{char.ToUpperInvariant(service[0])}{service[1..]}.dll";
        var info = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, assembly), .. arguments])
        {
            WorkingDirectory = AppContext.BaseDirectory,
            Environment =
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
                ["ConnectionStrings__owner"] = postgres.Owner(database),
                ["ConnectionStrings__database"] = postgres.App(service, database),
                ["Database__AppPassword"] = TestPostgres.AppPassword,
                ["Authentication__DevelopmentPublicKey"] = Tokens.PublicKey,
                ["Messaging__Enabled"] = settings.Any(s => s.Key == "ConnectionStrings__rabbitmq") ? "true" : "false",
                ["Kestrel__Endpoints__grpc__Url"] = Address,
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
