using System.Diagnostics;
using System.Net.Http.Json;
using System.Reflection;

namespace Intervision.AppHost.Tests;

/// <summary>App hosts with a data folder of their own and random ports, so that test classes run side by side.</summary>
internal static class Sample
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    public static readonly string Service = Path.GetFullPath(Path.Combine(Metadata("tests"), "AppHost.SampleService", "AppHost.SampleService.csproj"));
    public static readonly string HostProgram = Path.GetFullPath(Metadata("samplehost"));

    private static readonly HttpClient Http = new();

    /// <summary>Under /tmp and open to all: servers run as nobody when the tests run as root.</summary>
    public static string DataFolder()
    {
        var folder = Path.Combine("/tmp", "apphost-tests-" + Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(6)));
        Directory.CreateDirectory(folder, (UnixFileMode)0b111_101_101);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    }

    public static IDistributedApplicationBuilder Builder(params string[] settings) => BuilderOn(DataFolder(), settings);

    public static IDistributedApplicationBuilder BuilderOn(string dataFolder, params string[] settings) =>
        DistributedApplication.CreateBuilder(new DistributedApplicationOptions
        {
            Args = [.. settings.Select(s => "--" + s), $"--AppHost:DataFolder={dataFolder}"],
            DisableDashboard = true,
        });

    /// <summary>The sample service, on any free ports.</summary>
    public static IResourceBuilder<ProjectResource> AddSample(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddProject(name, Service)
            .WithEndpoint("grpc", e => e.Port = null)
            .WithEndpoint("http", e => e.Port = null)
            .WithHttpHealthCheck("/health", endpointName: "http");

    public static IResourceBuilder<ProjectResource> AddMigration(this IDistributedApplicationBuilder builder, string name, int exitCode = 0) =>
        builder.AddProject(name, Service, o => o.ExcludeKestrelEndpoints = true).WithArgs("migrate", $"{exitCode}");

    public static async Task<Dictionary<string, string>> EnvironmentOf(IResourceBuilder<ProjectResource> sample) =>
        (await Http.GetFromJsonAsync<Dictionary<string, string>>(sample.GetEndpoint("http").Url + "/environment"))!;

    public static Task<int> PidOf(IResourceBuilder<ProjectResource> sample) =>
        Http.GetFromJsonAsync<int>(sample.GetEndpoint("http").Url + "/pid");

    public static async Task Healthy(DistributedApplication app, string resource)
    {
        using var limit = new CancellationTokenSource(Patience);
        await app.ResourceNotifications.WaitForResourceHealthyAsync(resource, WaitBehavior.StopOnResourceUnavailable, limit.Token);
    }

    public static async Task<CustomResourceSnapshot> State(DistributedApplication app, string resource, Func<CustomResourceSnapshot, bool> reached)
    {
        using var limit = new CancellationTokenSource(Patience);
        return (await app.ResourceNotifications.WaitForResourceAsync(resource, e => reached(e.Snapshot), limit.Token)).Snapshot;
    }

    public static async Task Until(Func<bool> reached, Func<string> otherwise)
    {
        var started = Stopwatch.GetTimestamp();
        while (!reached())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Patience, otherwise());
            await Task.Delay(50);
        }
    }

    private static string Metadata(string key) =>
        typeof(Sample).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == key).Value!;
}
