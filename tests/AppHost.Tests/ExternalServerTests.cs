using System.Diagnostics;

namespace Intervision.AppHost.Tests;

/// <summary>Servers given from outside, and settings that cannot be used.</summary>
public sealed class ExternalServerTests
{
    [Fact]
    public async Task The_services_strings_are_made_from_the_servers()
    {
        var builder = Sample.Builder(
            "ConnectionStrings:postgres=Host=db.example;Port=6432;User Id=admin;Password=top;SSL Mode=Require", "Parameters:intake_app_password=own");

        var database = Database.Add(builder, postgres: null, Settings.Of(builder), "intake");

        Assert.Equal(
            "Host=db.example;Port=6432;Username=admin;Password=top;SSL Mode=Require;Database=intake",
            await database.Owner.Resource.GetConnectionStringAsync());
        Assert.Equal(
            "Host=db.example;Port=6432;Username=intake_app;SSL Mode=Require;Database=intake;Password=own",
            await database.App.Resource.GetConnectionStringAsync());
    }

    [Fact]
    public async Task Without_them_a_service_has_its_database_on_the_private_server_under_its_own_login()
    {
        var builder = Sample.Builder("Parameters:postgres_password=top", "Parameters:intake_app_password=own");
        var postgres = builder.AddPostgres("postgres", port: 21555);
        var endpoint = postgres.Resource.Annotations.OfType<EndpointAnnotation>().Single();
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "localhost", 21555);

        var database = Database.Add(builder, postgres, Settings.Of(builder), "intake");

        Assert.Equal("Host=localhost;Port=21555;Username=postgres;Password=top;Database=intake", await database.Owner.Resource.GetConnectionStringAsync());
        Assert.Equal("Host=localhost;Port=21555;Username=intake_app;Password=own;Database=intake", await database.App.Resource.GetConnectionStringAsync());
    }

    [Theory]
    [InlineData("ConnectionStrings:postgres=Host=localhost;Port=1;Username=x;Password=y", "ConnectionStrings:postgres ne mène pas à un serveur PostgreSQL utilisable : Connection refused")]
    [InlineData("ConnectionStrings:postgres=Hots=localhost", "ConnectionStrings:postgres ne mène pas à un serveur PostgreSQL utilisable : Couldn't set hots")]
    [InlineData("ConnectionStrings:rabbitmq=amqp://u:p@localhost:1", "ConnectionStrings:rabbitmq ne mène pas à un serveur RabbitMQ utilisable : Connection refused")]
    [InlineData("ConnectionStrings:rabbitmq=nonsense", "ConnectionStrings:rabbitmq ne mène pas à un serveur RabbitMQ utilisable : Invalid URI")]
    [InlineData("Ports:intake-grpc=abc", "Ports:intake-grpc : « abc » n'est pas un numéro de port.")]
    public async Task A_wrong_setting_is_one_sentence_that_names_it(string setting, string expected)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Settings).Assembly.Location, "--" + setting, $"--INTERVISION_DATA={Sample.DataFolder()}"])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        using var host = Process.Start(start)!;

        var said = await host.StandardError.ReadToEndAsync();
        await host.WaitForExitAsync();

        Assert.Equal(1, host.ExitCode);
        Assert.StartsWith(expected, said, StringComparison.Ordinal);
        Assert.Single(said.Trim().Split('\n'));
    }
}
