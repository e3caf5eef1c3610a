using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Net.Client;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Membership.Tests;

/// <summary>The ANS's own sample numbers fail their key: a sandbox takes them, Production never. In processes of their own, for the switch is the process's.</summary>
public sealed class RppsSandboxTests
{
    private const string Sample1 = "10003461033";
    private readonly ConcurrentQueue<string> said = [];
    private readonly int grpcPort = Ports.Free();

    [Fact]
    public async Task A_sandbox_takes_the_samples_and_says_so_once()
    {
        using var service = await Start("Development");
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{grpcPort}");
        var directory = new MembershipService.MembershipServiceClient(channel);
        await Eventually.IsTrue(async () => (await channel.ConnectAsync().ContinueWith(t => t.IsCompletedSuccessfully, TaskScheduler.Default)) && !service.HasExited, "the service listens");
        var who = Tokens.As(Tokens.Coordinator(), MembershipFixture.Now);
        var registered = await directory.RegisterProfessionalAsync(Request(Sample1), who);
        Assert.Equal(Sample1, registered.Professional.Rpps);
        Assert.Equal("RPPS_INVALID", (await Assert.ThrowsAsync<Grpc.Core.RpcException>(async () => await directory.RegisterProfessionalAsync(Request("1000346103"), who))).Reason());
        using var import = directory.ImportDirectory(who);
        await import.RequestStream.WriteAsync(new ImportDirectoryRequest
        {
            RequestId = Guid.CreateVersion7().ToString(), Professional = Sample.Professional("PER-1", "10005678901").With(p => p.Activities.Clear()),
        });
        await import.RequestStream.CompleteAsync();
        Assert.Equal(ImportDirectoryResponse.Types.Outcome.Created, Assert.Single((await import).Results).Outcome);
        Assert.Single(said, line => line.Contains("RPPS numbers whose key is wrong are accepted", StringComparison.Ordinal));
        service.Kill();
        await service.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Production_refuses_to_start_with_it()
    {
        using var service = await Start("Production");
        await service.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.NotEqual(0, service.ExitCode);
        Assert.Contains(said, line => line.Contains("Membership:RppsSandbox is set in Production: refusing to start", StringComparison.Ordinal));
    }

    private static RegisterProfessionalRequest Request(string rpps) => new()
    {
        RequestId = Guid.CreateVersion7().ToString(), Professional = new() { Rpps = rpps, FamilyName = "Exemple", GivenName = "Anne" },
    };

    private async Task<Process> Start(string environment)
    {
        var postgres = await TestPostgres.Shared();
        var database = await postgres.NewDatabase("membership", typeof(Program).Assembly);
        NpgsqlConnection.ClearAllPools();
        var info = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Intervision.Membership.dll")])
        {
            WorkingDirectory = AppContext.BaseDirectory,
            Environment =
            {
                ["ASPNETCORE_ENVIRONMENT"] = environment,
                ["Membership__RppsSandbox"] = "true",
                ["Authentication__Authority"] = "https://id.example.org",
                ["Authentication__Audience"] = "intervision",
                ["ConnectionStrings__database"] = postgres.App("membership", database),
                ["Messaging__Enabled"] = "false",
                ["Kestrel__Endpoints__grpc__Url"] = $"http://127.0.0.1:{grpcPort}",
                ["Kestrel__Endpoints__grpc__Protocols"] = "Http2",
                ["Kestrel__Endpoints__http__Url"] = $"http://127.0.0.1:{Ports.Free()}",
                ["Kestrel__Endpoints__http__Protocols"] = "Http1",
            },
        };
        info.Environment["Authentication__DevelopmentPublicKey"] = environment == "Development" ? Tokens.PublicKey : "";
        return await ChildProcesses.Start(info, said.Enqueue);
    }
}
