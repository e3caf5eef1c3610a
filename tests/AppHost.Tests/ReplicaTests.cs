using System.Net.Http.Json;

namespace Intervision.AppHost.Tests;

/// <summary>Several processes of one project.</summary>
public sealed class ReplicaTests : IDisposable
{
    private readonly HttpClient _http = new();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Each_replica_has_ports_of_its_own_and_callers_are_told_all_of_them()
    {
        var builder = Sample.Builder();
        var port = Aspire.Hosting.Ports.PortAllocation.Free();
        var back = builder.AddSample("back").WithEndpoint("http", e => e.Port = port).WithReplicas(2);
        var front = builder.AddSample("front").WithReference(back).WaitFor(back);
        await using var app = builder.Build();
        await app.StartAsync();
        await Sample.Healthy(app, "front");

        var replicas = ReplicasOf(builder, "back");
        Assert.Equal(2, replicas.Count);
        Assert.All(replicas, r => Assert.Matches("^back-[a-z]{8}$", r.Name));
        Assert.All(replicas, r => Assert.True(app.ResourceNotifications.TryGetCurrentState(r.Name, out var e) && e.Snapshot.IsHealthyAndReady));
        var urls = replicas.Select(r => Url(r, "http")).ToList();
        Assert.Equal([$"http://localhost:{port}", back.GetEndpoint("http").Url], [urls[0], urls[0]]);
        var pids = await Task.WhenAll(urls.Select(u => _http.GetFromJsonAsync<int>(u + "/pid")));
        Assert.Equal(2, pids.Distinct().Count());

        var shown = await new Aspire.Hosting.Dashboard.ResourceView(app.Services).All();
        Assert.Equal(["back", "back", "back"], shown.Where(r => r.Name.StartsWith("back", StringComparison.Ordinal)).Select(r => r.Group));
        var told = await Sample.EnvironmentOf(front);
        Assert.Equal(urls, [told["services__back__http__0"], told["services__back__http__1"]]);
        Assert.Equal(replicas.Select(r => Url(r, "grpc")), [told["services__back__grpc__0"], told["services__back__grpc__1"]]);
        Assert.Equal(urls[0], told["BACK_HTTP"]);
        Assert.DoesNotContain("services__back__grpc__2", told.Keys);
        foreach (var (replica, url) in replicas.Zip(urls))
        {
            var own = (await _http.GetFromJsonAsync<Dictionary<string, string>>(url + "/environment"))!;
            Assert.Equal("back", own["OTEL_SERVICE_NAME"]);
            Assert.Equal($"service.instance.id={replica.Name[^8..]}", own["OTEL_RESOURCE_ATTRIBUTES"]);
            Assert.Equal(url, own["Kestrel__Endpoints__http__Url"]);
        }
    }

    [Fact]
    public async Task Whoever_waits_waits_for_every_replica_and_its_steps_come_before()
    {
        var builder = Sample.Builder();
        var gate = Path.Combine(Sample.DataFolder(), "gate");
        var step = builder.AddExecutable("step", "sh", "/tmp", "-c", $"while [ ! -e {gate} ]; do sleep 0.05; done");
        var back = builder.AddSample("back").WaitForCompletion(step).WithReplicas(3);
        builder.AddSample("front").WaitFor(back);
        await using var app = builder.Build();
        await app.StartAsync();

        await Sample.State(app, "front", s => s.State?.Text == KnownResourceStates.Waiting);
        foreach (var replica in ReplicasOf(builder, "back"))
        {
            await Sample.State(app, replica.Name, s => s.State?.Text == KnownResourceStates.Waiting);
        }
        await File.WriteAllTextAsync(gate, string.Empty);
        await Sample.Healthy(app, "front");

        Assert.All(ReplicasOf(builder, "back"), r => Assert.True(app.ResourceNotifications.TryGetCurrentState(r.Name, out var e) && e.Snapshot.IsReady));
    }

    [Fact]
    public async Task A_killed_replica_comes_back_on_the_same_port()
    {
        var builder = Sample.Builder();
        builder.AddSample("back").WithReplicas(2);
        await using var app = builder.Build();
        await app.StartAsync();
        await Sample.Healthy(app, "back");
        var second = ReplicasOf(builder, "back")[1];
        var url = Url(second, "http");
        var before = await _http.GetFromJsonAsync<int>(url + "/pid");

        System.Diagnostics.Process.GetProcessById(before).Kill();

        await Sample.State(app, second.Name, s => s.Restarts == 1 && s.IsHealthyAndReady);
        Assert.NotEqual(before, await _http.GetFromJsonAsync<int>(url + "/pid"));
    }

    [Fact]
    public async Task Replicas_cannot_share_a_port_of_the_process()
    {
        var builder = Sample.Builder();
        builder.AddSample("back").WithEndpoint("http", e => e.TargetPort = 12345).WithReplicas(2);
        await using var app = builder.Build();
        var refused = await Assert.ThrowsAsync<DistributedApplicationException>(() => app.StartAsync());
        Assert.Contains("« back » (http)", refused.Message, StringComparison.Ordinal);
    }

    private static List<ReplicaResource> ReplicasOf(IDistributedApplicationBuilder builder, string project) =>
        [.. builder.Resources.OfType<ReplicaResource>().Where(r => r.Of.Name == project)];

    private static string Url(ReplicaResource replica, string endpoint) =>
        replica.Annotations.OfType<EndpointAnnotation>().First(e => e.Name == endpoint).AllocatedEndpoint!.UriString;
}
