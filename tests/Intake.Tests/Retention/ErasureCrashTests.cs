using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using Intervision.Intake.V1;
using Intervision.Tests.Support;

namespace Intervision.Intake.Tests.Retention;

/// <summary>The process is killed between two cases of a run.</summary>
public sealed class ErasureCrashTests(RetentionFixture service) : IClassFixture<RetentionFixture>
{
    [Fact]
    public async Task A_run_that_was_killed_has_erased_some_cases_whole_and_the_next_goes_on()
    {
        var names = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            names.Add((await service.Rejected()).Name);
        }

        var request = new EraseExpiredRequest { RequestId = IntakeFixture.NewId() };
        var headers = IntakeFixture.At(IntakeFixture.Coordinator, RetentionFixture.Months(4));
        using (var process = await Start("erasure.after_case", out var port))
        using (var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}"))
        {
            var intake = new IntakeService.IntakeServiceClient(channel);
            await Eventually.IsTrue(() => Answers(intake, process), "the service answers", TimeSpan.FromSeconds(60));
            await Assert.ThrowsAsync<RpcException>(async () => await intake.EraseExpiredAsync(request, headers));
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        }

        Assert.Equal(0, (await service.Verify()).Code);
        var left = new List<string>();
        foreach (var name in names)
        {
            // Whole or not at all: the case stands, or its line does.
            Assert.NotEqual(await service.Exists(name), await service.Line(name) is not null);
            left.AddRange(await service.Exists(name) ? [name] : []);
        }

        Assert.Equal(4, left.Count);
        // The same request again: nothing of the first was answered, so it goes on where that one stopped.
        var done = await service.Intake.EraseExpiredAsync(request, headers);
        Assert.Equal((4, false), (done.Erased, done.More));
        Assert.Equal(0, (await service.Verify()).Code);
        foreach (var name in names)
        {
            Assert.False(await service.Exists(name));
            Assert.Single(await service.Said(name), e => e.EventType.Contains("case_erased", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task The_command_says_by_its_exit_code_whether_anything_is_left()
    {
        var rejected = await service.Rejected();
        await service.Erase(RetentionFixture.Months(4));
        Assert.Equal(0, await ExitCode("verify-erasures"));
        await service.AsOwner($"insert into session_person values ('sessions/x', '{rejected.Name}', 'Expert')");
        Assert.Equal(1, await ExitCode("verify-erasures"));
        await service.AsOwner("delete from session_person where session = 'sessions/x'");
    }

    [Fact]
    public async Task A_limit_that_cannot_be_stops_the_start()
    {
        var said = new ConcurrentQueue<string>();
        using var process = await Start("", out _, said.Enqueue, "--Intake:Retention:CaseMonths", "3");
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.NotEqual(0, process.ExitCode);
        await Eventually.IsTrue(
            () => Task.FromResult(said.Any(l => l.Contains("Intake:Retention:CaseMonths : un nombre entier de 12 à 120 est attendu", StringComparison.Ordinal))), "the reason is said");
    }

    private async Task<int> ExitCode(string command)
    {
        using var process = await Start("", out _, null, command);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return process.ExitCode;
    }

    private Task<Process> Start(string crashPoint, out int port, Action<string>? line = null, params string[] arguments)
    {
        port = Ports.Free();
        var info = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Intervision.Intake.dll"), .. arguments]);
        foreach (var (key, value) in new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["DOTNET_ENVIRONMENT"] = "Development",
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ConnectionStrings__database"] = service.AppConnectionString,
            ["Authentication__DevelopmentPublicKey"] = Tokens.PublicKey,
            ["Messaging__Enabled"] = "false",
            ["Intake__MasterKey"] = RetentionFixture.Key,
            ["Kestrel__Endpoints__grpc__Url"] = $"http://127.0.0.1:{port}",
            ["Kestrel__Endpoints__grpc__Protocols"] = "Http2",
            ["Kestrel__Endpoints__http__Url"] = $"http://127.0.0.1:{Ports.Free()}",
            ["INTERVISION_CRASH_POINT"] = crashPoint,
        })
        {
            info.Environment[key] = value;
        }

        return ChildProcesses.Start(info, line);
    }

    private static async Task<bool> Answers(IntakeService.IntakeServiceClient intake, Process process)
    {
        Assert.False(process.HasExited, "the service runs");
        try
        {
            await intake.ReportRetentionAsync(new ReportRetentionRequest(), IntakeFixture.At(IntakeFixture.Coordinator));
            return true;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable)
        {
            return false;
        }
    }
}
