using System.Collections.Concurrent;
using System.Diagnostics;

namespace Intervision.AppHost.Tests;

/// <summary>Waiting and stopping.</summary>
public sealed class LifecycleTests
{
    [Fact]
    public async Task A_service_waits_for_its_migration_and_for_the_service_it_names()
    {
        var builder = Sample.Builder();
        var ready = new ConcurrentQueue<string>();
        var first = builder.AddSample("first").WaitForCompletion(builder.AddMigration("migration"));
        var second = builder.AddSample("second").WaitFor(first);
        foreach (var service in (IResourceBuilder<ProjectResource>[])[first, second])
        {
            service.OnResourceReady((resource, _, _) =>
            {
                ready.Enqueue(resource.Name);
                return Task.CompletedTask;
            });
        }
        await using var app = builder.Build();
        await app.StartAsync();

        await Sample.State(app, "second", s => s.State?.Text == KnownResourceStates.Waiting);
        await Sample.Healthy(app, "second");

        Assert.Equal(["first", "second"], ready);
        Assert.True(app.ResourceNotifications.TryGetCurrentState("migration", out var migration));
        Assert.Equal(("Finished", 0), (migration.Snapshot.State!.Text, migration.Snapshot.ExitCode));
    }

    [Fact]
    public async Task Services_stop_before_what_they_wait_for()
    {
        var log = Path.Combine(Sample.DataFolder(), "stops");
        var builder = Sample.Builder();
        var bottom = builder.AddSample("bottom").WithEnvironment("STOP_LOG", log);
        var middle = builder.AddSample("middle").WithEnvironment("STOP_LOG", log).WaitFor(bottom);
        builder.AddSample("top").WithEnvironment("STOP_LOG", log).WaitFor(middle);
        await using var app = builder.Build();
        await app.StartAsync();
        await Sample.Healthy(app, "top");

        await app.StopAsync();

        Assert.Equal(["top", "middle", "bottom"], await File.ReadAllLinesAsync(log));
    }

    [Fact]
    public async Task A_process_goes_with_its_whole_group()
    {
        var builder = Sample.Builder();
        builder.AddExecutable("family", "sh", "/tmp", "-c", "sleep 987654 & sleep 987655 & wait");
        await using var app = builder.Build();
        await app.StartAsync();
        await Sample.Until(() => Runs("sleep 987654") && Runs("sleep 987655"), () => "the children do not run");

        await app.StopAsync();

        Assert.False(Runs("sleep 987654"));
        Assert.False(Runs("sleep 987655"));
    }

    [Fact]
    public async Task A_process_that_does_not_listen_is_killed_after_the_grace_period()
    {
        var builder = Sample.Builder("AppHost:StopGrace=0.3");
        builder.AddExecutable("deaf", "sh", "/tmp", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.1; done");
        await using var app = builder.Build();
        await app.StartAsync();
        var log = Path.Combine(builder.Configuration["AppHost:DataFolder"]!, "logs", "deaf.log");
        await Sample.Until(() => File.Exists(log) && File.ReadAllText(log).Contains("deaf", StringComparison.Ordinal), () => "it does not run");

        await app.StopAsync();

        Assert.Equal(137, (await Sample.State(app, "deaf", s => s.IsTerminal)).ExitCode);
    }

    private static bool Runs(string command) => Process.GetProcessesByName("sleep").Any(p =>
    {
        try
        {
            return File.ReadAllText($"/proc/{p.Id}/cmdline").Replace('\0', ' ').Trim() == command;
        }
        catch (IOException)
        {
            return false;
        }
    });
}
