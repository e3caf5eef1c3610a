namespace Intervision.AppHost.Tests;

/// <summary>Real servers and a service with children of its own, under an app host that is killed, then stopped.</summary>
public sealed class OrphanTests
{
    [Fact]
    public async Task A_killed_app_host_leaves_no_process_and_the_next_one_starts_on_the_same_data()
    {
        var data = Sample.DataFolder();
        using (var host = await Started(data))
        {
            var running = host.Left();
            foreach (var expected in (string[])["beam.smp", "epmd", "postgres", "SampleService.dll", "sleep 600", "sleep 601", "aspire-watchdog"])
            {
                Assert.Contains(running, command => command.Contains(expected, StringComparison.Ordinal));
            }
            host.Kill();
            await host.Exit();
            await Sample.Until(() => host.Left().Count == 0, () => "left after kill -9: " + string.Join('\n', host.Left()));
        }
        using var next = await Started(data);
        next.Interrupt();
        Assert.Equal(0, await next.Exit());
        Assert.Empty(next.Left());
        Assert.Empty(next.Errors);
    }

    private static async Task<HostProcess> Started(string data)
    {
        var host = new HostProcess(data, "servers");
        await Sample.Until(
            () => host.Output.Contains("sample fonctionne", StringComparison.Ordinal) || host.Errors.Length > 0,
            () => "the sample does not run:\n" + host.Output);
        Assert.Equal("", host.Errors);
        return host;
    }
}
