using System.Diagnostics;
using Aspire.Hosting.Processes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Intervision.AppHost.Tests;

/// <summary>What the original does not do: a process that ended by itself is started again.</summary>
public sealed class RestartTests
{
    [Fact]
    public async Task A_killed_service_is_started_again_each_time()
    {
        var builder = Sample.Builder("AppHost:Restart:FirstDelay=0.1");
        var sample = builder.AddSample("sample");
        await using var app = builder.Build();
        await app.StartAsync();
        await Sample.Healthy(app, "sample");

        for (var crash = 1; crash <= 2; crash++)
        {
            var pid = await Sample.PidOf(sample);
            Process.GetProcessById(pid).Kill();
            await Sample.State(app, "sample", s => s.Restarts == crash && s.IsHealthyAndReady);
            Assert.NotEqual(pid, await Sample.PidOf(sample));
        }
    }

    [Fact]
    public async Task A_killed_service_stays_down_when_so_configured()
    {
        var builder = Sample.Builder("AppHost:Restart:Enabled=false");
        var sample = builder.AddSample("sample");
        await using var app = builder.Build();
        await app.StartAsync();
        await Sample.Healthy(app, "sample");

        Process.GetProcessById(await Sample.PidOf(sample)).Kill();

        var end = await Sample.State(app, "sample", s => s.IsTerminal);
        Assert.Equal(("Finished", 137), (end.State!.Text, end.ExitCode));
    }

    [Fact]
    public async Task A_program_that_never_works_is_given_up_with_its_last_words()
    {
        var builder = Sample.Builder("AppHost:Restart:FirstDelay=0.01", "AppHost:Restart:Attempts=3", "AppHost:StopOnFailure=false");
        builder.Services.AddHealthChecks().AddCheck("never", () => HealthCheckResult.Unhealthy());
        builder.AddExecutable("broken", "sh", "/tmp", "-c", "echo no such table >&2; exit 7").WithHealthCheck("never");
        await using var app = builder.Build();
        await app.StartAsync();

        var end = await Sample.State(app, "broken", s => s.IsTerminal);

        Assert.Equal("« broken » s'est arrêté 3 fois sans jamais fonctionner (code 7). Dernier message : no such table", end.Failure);
        Assert.Equal("FailedToStart", end.State!.Text);
    }

    [Fact]
    public async Task A_program_without_endpoints_may_end_well()
    {
        var builder = Sample.Builder();
        builder.AddExecutable("once", "true", "/tmp");
        await using var app = builder.Build();
        await app.StartAsync();

        var end = await Sample.State(app, "once", s => s.IsTerminal);

        Assert.Equal(("Finished", 0, 0), (end.State!.Text, end.ExitCode, end.Restarts));
    }

    [Fact]
    public void The_delay_doubles_up_to_its_limit()
    {
        var policy = new RestartPolicy(true, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(30), 5);
        Assert.Equal([0.5, 1, 2, 4, 8, 16, 30, 30], Enumerable.Range(1, 8).Select(n => policy.Delay(n).TotalSeconds));
    }
}
