namespace Intervision.AppHost.Tests;

/// <summary>What a project finds in its environment.</summary>
public sealed class EnvironmentTests
{
    [Fact]
    public async Task A_project_gets_its_addresses_its_telemetry_name_and_what_it_refers_to()
    {
        var builder = Sample.Builder("ConnectionStrings:broker=amqp://u:p@elsewhere:5672", "Parameters:api_key=s3cret");
        var order = builder.AddSample("order-api");
        var client = builder.AddSample("client")
            .WithReference(order)
            .WithReference(builder.AddConnectionString("broker"))
            .WithReference("bank", new Uri("http://bank.example/"))
            .WithEnvironment("KEY", builder.AddParameter("api-key", secret: true))
            .WithEnvironment("PLAIN", "text")
            .WithEnvironment("ORDER_AT", $"at {order.GetEndpoint("grpc").Property(EndpointProperty.HostAndPort)}");
        await using var app = builder.Build();
        await app.StartAsync();
        await Sample.Healthy(app, "client");

        var environment = await Sample.EnvironmentOf(client);

        var (http, grpc) = (order.GetEndpoint("http").Url, order.GetEndpoint("grpc").Url);
        Assert.Equal(http, environment["services__order-api__http__0"]);
        Assert.Equal(grpc, environment["services__order-api__grpc__0"]);
        Assert.Equal(http, environment["ORDER_API_HTTP"]);
        Assert.Equal(grpc, environment["ORDER_API_GRPC"]);
        Assert.Equal("amqp://u:p@elsewhere:5672", environment["ConnectionStrings__broker"]);
        Assert.Equal("http://bank.example/", environment["services__bank__default__0"]);
        Assert.Equal("s3cret", environment["KEY"]);
        Assert.Equal("text", environment["PLAIN"]);
        Assert.Equal($"at localhost:{order.GetEndpoint("grpc").Port}", environment["ORDER_AT"]);
        Assert.Equal("client", environment["OTEL_SERVICE_NAME"]);
        Assert.Matches("^service.instance.id=[a-z]{8}$", environment["OTEL_RESOURCE_ATTRIBUTES"]);
        Assert.Equal("in_memory", environment["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"]);
        Assert.Equal("simple", environment["LOGGING__CONSOLE__FORMATTERNAME"]);
        Assert.Equal(client.GetEndpoint("grpc").Url, environment["Kestrel__Endpoints__grpc__Url"]);
        Assert.Equal(client.GetEndpoint("http").Url, environment["Kestrel__Endpoints__http__Url"]);
        Assert.DoesNotContain("ASPNETCORE_URLS", environment.Keys);
        Assert.DoesNotContain("OTEL_EXPORTER_OTLP_ENDPOINT", environment.Keys);
    }

    [Fact]
    public async Task Connection_strings_of_servers_are_those_of_the_original_with_their_parts()
    {
        var builder = Sample.Builder();
        var password = builder.AddParameter("secret", "p@ss", secret: true);
        var postgres = builder.AddPostgres("pg", password: password, port: 15432);
        var orders = postgres.AddDatabase("orders-db", "orders");
        var rabbit = builder.AddRabbitMQ("mq", password: password, port: 15672);
        foreach (var endpoint in builder.Resources.SelectMany(r => r.Annotations.OfType<EndpointAnnotation>()))
        {
            endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "localhost", endpoint.Port ?? 1);
        }

        Assert.Equal("Host=localhost;Port=15432;Username=postgres;Password=p@ss", await Value(postgres.Resource));
        Assert.Equal("Host=localhost;Port=15432;Username=postgres;Password=p@ss;Database=orders", await Value(orders.Resource));
        Assert.Equal("amqp://guest:p%40ss@localhost:15672", await Value(rabbit.Resource));
        var parts = await Parts(orders.Resource);
        Assert.Equal("postgresql://postgres:p%40ss@localhost:15432/orders", parts["Uri"]);
        Assert.Equal("jdbc:postgresql://localhost:15432/orders", parts["JdbcConnectionString"]);
        Assert.Equal("orders", parts["DatabaseName"]);
        Assert.Equal("15432", parts["Port"]);
        Assert.Equal("p@ss", (await Parts(rabbit.Resource))["Password"]);
    }

    [Fact]
    public async Task What_is_given_to_the_app_host_alone_stays_with_it()
    {
        Environment.SetEnvironmentVariable("ConnectionStrings__apphost_tests", "of the app host");
        Environment.SetEnvironmentVariable("APPHOST_TESTS_AMBIENT", "for all");
        var builder = Sample.Builder();
        var sample = builder.AddSample("sample");
        await using var app = builder.Build();
        await app.StartAsync();
        await Sample.Healthy(app, "sample");

        var environment = await Sample.EnvironmentOf(sample);

        Assert.DoesNotContain("ConnectionStrings__apphost_tests", environment.Keys);
        Assert.Equal("for all", environment["APPHOST_TESTS_AMBIENT"]);
    }

    private static async Task<string?> Value(IResourceWithConnectionString resource) => await resource.GetConnectionStringAsync();

    private static async Task<Dictionary<string, string?>> Parts(IResourceWithConnectionString resource)
    {
        var parts = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (name, expression) in resource.GetConnectionProperties())
        {
            parts[name] = await expression.GetValueAsync();
        }
        return parts;
    }
}
