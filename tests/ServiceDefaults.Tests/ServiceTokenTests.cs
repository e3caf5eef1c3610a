using Grpc.Health.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using HealthOf = Grpc.Health.V1.Health;

namespace Intervision.ServiceDefaults.Tests;

/// <summary>What a service shows to the others, renewed while it runs.</summary>
public sealed class ServiceTokenTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("intervision-token-").FullName;
    private readonly HourGlass clock = new() { Now = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero) };

    private string TokenFile => Path.Combine(folder, "current", "scheduling-token");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_file_that_changed_is_shown_with_the_next_call_without_a_restart()
    {
        await using var other = await HealthServer.Start();
        Mount("first");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["services:other:grpc:0"] = other.Address;
        builder.Configuration["Authentication:ServiceTokenFile"] = TokenFile;
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.AddServiceClient<HealthOf.HealthClient>("other");
        await using var app = builder.Build();
        var client = app.Services.GetRequiredService<HealthOf.HealthClient>();

        await Call();
        Mount("second");
        await Call();
        clock.Now += ServiceToken.Every;
        await Call();

        Assert.Equal(["Bearer first", "Bearer first", "Bearer second"], other.Calls);

        async Task Call() => await client.CheckAsync(new HealthCheckRequest(), deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(30));
    }

    [Fact]
    public void The_last_one_stays_while_there_is_none()
    {
        Mount(" token\n");
        var token = Token(("Authentication:ServiceTokenFile", TokenFile));
        Assert.Equal("token", token.Now());
        Unmount();
        clock.Now += ServiceToken.Every;
        Assert.Equal("token", token.Now());
        Mount("");
        clock.Now += ServiceToken.Every;
        Assert.Equal("token", token.Now());
        Mount("other");
        Assert.Equal("token", token.Now());
        clock.Now += ServiceToken.Every;
        Assert.Equal("other", token.Now());
    }

    [Fact]
    public void A_file_that_was_never_there_is_said()
    {
        var token = Token(("Authentication:ServiceTokenFile", TokenFile), ("Authentication:ServiceToken", "x"));
        Assert.ThrowsAny<IOException>(() => token.Now());
        Mount("");
        Assert.ThrowsAny<IOException>(() => token.Now());
        Mount("token");
        Assert.Equal("token", token.Now());
    }

    [Theory]
    [InlineData("x", "x")]
    [InlineData(null, null)]
    public void Without_a_file_it_is_what_the_configuration_says(string? configured, string? shown) =>
        Assert.Equal(shown, Token(("Authentication:ServiceTokenFile", ""), ("Authentication:ServiceToken", configured)).Now());

    private ServiceToken Token(params (string Key, string? Value)[] settings) =>
        new(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, s.Value))).Build(), clock);

    /// <summary>As Kubernetes exchanges a mounted Secret: a new folder, and a link that leads there from now on.</summary>
    private void Mount(string token)
    {
        var version = Directory.CreateDirectory(Path.Combine(folder, Guid.CreateVersion7().ToString()));
        File.WriteAllText(Path.Combine(version.FullName, "scheduling-token"), token);
        Unmount();
        Directory.CreateSymbolicLink(Path.Combine(folder, "current"), version.FullName);
    }

    private void Unmount()
    {
        if (Directory.Exists(Path.Combine(folder, "current")))
        {
            Directory.Delete(Path.Combine(folder, "current"));
        }
    }
}
