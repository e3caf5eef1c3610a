using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.Ports;

namespace Intervision.AppHost.Tests;

/// <summary>One sentence on standard error, exit code 1, no stack trace, nothing left running.</summary>
public sealed class BadInputTests
{
    [Fact]
    public async Task A_port_in_use_is_told_with_who_holds_it()
    {
        var port = PortAllocation.Free();
        using var holder = new TcpListener(IPAddress.Loopback, port);
        holder.Start();

        var said = await Refused("service", $"--Port={port}");

        Assert.StartsWith($"Le port {port}, demandé pour sample (http), est déjà pris par ", said, StringComparison.Ordinal);
        Assert.Contains($"(pid {Environment.ProcessId})", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_page_port_is_told_too()
    {
        var port = PortAllocation.Free();
        using var holder = new TcpListener(IPAddress.IPv6Loopback, port);
        holder.Start();

        var said = await Refused("postgres", $"--ASPNETCORE_URLS=http://localhost:{port}");

        Assert.StartsWith($"Le port {port}, demandé pour la page", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_that_fails_stops_everything_with_its_last_words() =>
        Assert.Equal(
            "« sample » ne démarre pas : « migration » s'est terminé avec le code 3. Dernier message : table missing",
            await Refused("failing-migration"));

    [Fact]
    public async Task A_missing_PostgreSQL_says_what_to_install() =>
        Assert.StartsWith(
            "« postgres » ne peut pas démarrer : PostgreSQL n'est pas installé (apt-get install",
            await Refused("postgres", "--AppHost:Binaries:Postgres=/nowhere"), StringComparison.Ordinal);

    [Fact]
    public async Task A_missing_RabbitMQ_says_what_to_install() =>
        Assert.StartsWith(
            "« rabbitmq » ne peut pas démarrer : RabbitMQ n'est pas installé (apt-get install",
            await Refused("servers", "--AppHost:Binaries:RabbitMq=/nowhere"), StringComparison.Ordinal);

    [Fact]
    public async Task A_missing_program_is_told()
    {
        var builder = Sample.Builder("AppHost:StopOnFailure=false");
        builder.AddExecutable("tool", "no-such-program", "/tmp");
        await using var app = builder.Build();
        await app.StartAsync();

        var end = await Sample.State(app, "tool", s => s.IsTerminal);

        Assert.Equal("« tool » ne peut pas démarrer : la commande « no-such-program » est introuvable.", end.Failure);
    }

    [Fact]
    public async Task A_missing_connection_string_is_told_by_name()
    {
        var builder = Sample.Builder("AppHost:StopOnFailure=false");
        builder.AddConnectionString("warehouse");
        await using var app = builder.Build();
        await app.StartAsync();

        var end = await Sample.State(app, "warehouse", s => s.IsTerminal);

        Assert.Equal("La chaîne de connexion « warehouse » manque : donnez ConnectionStrings__warehouse.", end.Failure);
    }

    [Fact]
    public async Task Two_app_hosts_do_not_share_a_data_folder()
    {
        var data = Sample.DataFolder();
        await using var first = Sample.BuilderOn(data).Build();
        await first.StartAsync();
        await using var second = Sample.BuilderOn(data).Build();

        var refused = await Assert.ThrowsAsync<DistributedApplicationException>(() => second.StartAsync());

        Assert.Contains(data, refused.Message, StringComparison.Ordinal);
    }

    private static async Task<string> Refused(string scenario, params string[] settings)
    {
        string[] page = settings.Any(s => s.StartsWith("--ASPNETCORE_URLS", StringComparison.Ordinal))
            ? [] : [$"--ASPNETCORE_URLS=http://localhost:{PortAllocation.Free()}"];
        using var host = new HostProcess(Sample.DataFolder(), scenario, [.. settings, .. page]);
        Assert.Equal(1, await host.Exit());
        Assert.Empty(host.Left());
        Assert.Single(host.Errors.Split('\n'));
        return host.Errors;
    }
}
