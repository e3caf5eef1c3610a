using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;
using Microsoft.Extensions.DependencyInjection;

namespace Intervision.AppHost.Tests;

/// <summary>Start, stop and restart at a person's word.</summary>
public sealed class CommandTests
{
    [Fact]
    public async Task A_stopped_service_stays_stopped_until_it_is_started()
    {
        var builder = Sample.Builder("AppHost:Restart:FirstDelay=0.01");
        var sample = builder.AddSample("sample");
        builder.AddSample("user").WithReference(sample);
        await using var app = builder.Build();
        await app.StartAsync();
        await Sample.Healthy(app, "sample");
        var first = await Sample.PidOf(sample);

        Assert.Null(await Command(app, "sample", "stop"));

        var stopped = await Sample.State(app, "sample", s => s.StoppedByHand);
        Assert.Equal(("Finished", 0), (stopped.State!.Text, stopped.Restarts));
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(first));
        Assert.Contains(Lines(app, "user"), l => l == "[apphost] sample est arrêté à la demande");

        Assert.Null(await Command(app, "sample", "start"));
        await Sample.State(app, "sample", s => s.IsHealthyAndReady && !s.StoppedByHand);
        Assert.NotEqual(first, await Sample.PidOf(sample));
    }

    [Fact]
    public async Task A_restart_is_a_new_process_and_no_crash()
    {
        var builder = Sample.Builder();
        var sample = builder.AddSample("sample");
        await using var app = builder.Build();
        await app.StartAsync();
        await Sample.Healthy(app, "sample");
        var first = await Sample.PidOf(sample);

        Assert.Null(await Command(app, "sample", "restart"));

        var again = await Sample.State(app, "sample", s => s.IsHealthyAndReady && s.ProcessId != first);
        Assert.Equal((0, false), (again.Restarts, again.StoppedByHand));
    }

    [Fact]
    public async Task What_fails_after_a_persons_start_stops_nothing_else()
    {
        var home = Directory.CreateDirectory(Path.Combine(Sample.DataFolder(), "home"));
        var builder = Sample.Builder();
        builder.AddSample("other");
        builder.AddExecutable("homeless", "sleep", home.FullName, "500");
        await using var app = builder.Build();
        await app.StartAsync();
        await Sample.Healthy(app, "other");
        await Sample.Healthy(app, "homeless");
        home.Delete();

        Assert.Null(await Command(app, "homeless", "restart"));
        var end = await Sample.State(app, "homeless", s => s.State?.Text == "FailedToStart");

        Assert.Contains("n'existe pas", end.Failure, StringComparison.Ordinal);
        Assert.Null(app.Services.GetRequiredService<Orchestrator>().Failure);
        await Sample.Healthy(app, "other");
    }

    [Theory]
    [InlineData("nobody", "stop", "« nobody » n'est pas une ressource que l'on démarre ou arrête.")]
    [InlineData("sample", "destroy", "« destroy » : commande inconnue.")]
    public async Task What_cannot_be_done_is_said(string resource, string command, string answer)
    {
        var builder = Sample.Builder();
        builder.AddSample("sample");
        await using var app = builder.Build();
        await app.StartAsync();

        Assert.Equal(answer, await Command(app, resource, command));
    }

    private static Task<string?> Command(DistributedApplication app, string resource, string command) =>
        app.Services.GetRequiredService<Orchestrator>().CommandAsync(resource, command);

    private static IEnumerable<string> Lines(DistributedApplication app, string resource) =>
        app.Services.GetRequiredService<ResourceLoggerService>().Read(resource, 0, int.MaxValue).Lines.Select(l => l.Text);
}
