using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using Intervision.Indemnisation.V1;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Indemnisation.Tests;

/// <summary>MESSAGING §E: the process dies with the file written and the run not released.</summary>
public sealed class CrashTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    [Fact]
    public async Task A_file_written_before_the_crash_is_written_again_byte_for_byte()
    {
        var scene = await fixture.NewScene();
        await scene.Approve(await scene.Held(await scene.NewPerson()));
        var run = await scene.ApprovedRun();
        var release = new ReleasePaymentRunRequest { RequestId = Scene.NewId(), Name = run.Name, Etag = run.Etag };
        await using (var service = await ServiceProcess.Start(fixture, "payment_file.after_write_before_release"))
        {
            var died = await Assert.ThrowsAsync<RpcException>(async () => await service.Client.ReleasePaymentRunAsync(release, Tokens.As(Finance.Releaser, Scene.Later)));
            Assert.NotEqual(StatusCode.OK, died.StatusCode);
            await service.Exited;
        }

        var path = Assert.Single(System.IO.Directory.GetFiles(fixture.PaymentFolder));
        var written = await File.ReadAllBytesAsync(path);
        var before = (await fixture.Service.GetPaymentRunAsync(new GetPaymentRunRequest { Name = run.Name }, Tokens.As(Finance.Releaser))).PaymentRun;
        Assert.Equal(run, before);

        // After the day of execution, and with another debtor: neither changes what was reserved.
        await scene.Service.PutDebtorAsync(
            new PutDebtorRequest { RequestId = Scene.NewId(), HolderName = "Autre débiteur", Iban = "FR7699999000021234567890137" }, Tokens.As(Finance.Approver, Scene.Later));
        var released = (await fixture.Service.ReleasePaymentRunAsync(release, Tokens.As(Finance.Releaser, Scene.Later.AddDays(9)))).PaymentRun;
        Assert.Equal(path, released.FilePath);
        Assert.Equal(written, await File.ReadAllBytesAsync(path));
        Assert.Single(await fixture.Said(released.Name));
        Assert.True((await scene.Reconcile()).Reconciled);
    }

    /// <summary>The real service in a process of its own, on the fixture's database.</summary>
    private sealed class ServiceProcess : IAsyncDisposable
    {
        private readonly Process process;
        private readonly GrpcChannel channel;

        private ServiceProcess(Process process, int port)
        {
            this.process = process;
            channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");
        }

        public IndemnisationService.IndemnisationServiceClient Client => new(channel);

        public Task Exited => process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));

        public static async Task<ServiceProcess> Start(IndemnisationFixture fixture, string crashPoint)
        {
            var (grpc, http) = (Ports.Free(), Ports.Free());
            var connection = new NpgsqlConnectionStringBuilder(fixture.OwnerConnectionString) { Username = "indemnisation_app", Password = TestPostgres.AppPassword };
            var info = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Intervision.Indemnisation.dll")]);
            foreach (var (key, value) in new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["DOTNET_ENVIRONMENT"] = "Development",
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
                ["ConnectionStrings__database"] = connection.ConnectionString,
                ["Authentication__DevelopmentPublicKey"] = Tokens.PublicKey,
                ["Messaging__Enabled"] = "false",
                ["Indemnisation__PaymentFolder"] = fixture.PaymentFolder,
                ["Kestrel__Endpoints__grpc__Url"] = $"http://127.0.0.1:{grpc}",
                ["Kestrel__Endpoints__grpc__Protocols"] = "Http2",
                ["Kestrel__Endpoints__http__Url"] = $"http://127.0.0.1:{http}",
                ["INTERVISION_CRASH_POINT"] = crashPoint,
            })
            {
                info.Environment[key] = value;
            }

            var service = new ServiceProcess(await ChildProcesses.Start(info), grpc);
            await Eventually.IsTrue(service.Answers, "the service answers", TimeSpan.FromSeconds(60));
            return service;
        }

        public async ValueTask DisposeAsync()
        {
            channel.Dispose();
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await Exited;
            }

            process.Dispose();
        }

        private async Task<bool> Answers()
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"The service ended with code {process.ExitCode}.");
            }

            try
            {
                await Client.ListPayeesAsync(new ListPayeesRequest(), Tokens.As(Finance.Officer));
                return true;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable)
            {
                return false;
            }
        }
    }
}
