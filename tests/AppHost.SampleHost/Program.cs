using Aspire.Hosting;

// Arguments: the sample service's project, then what to run: servers, service, failing-migration, two-on-one-port.
var builder = DistributedApplication.CreateBuilder(args[2..]);
var sample = args[0];
switch (args[1])
{
    case "servers":
        var postgres = builder.AddPostgres("postgres");
        var database = postgres.AddDatabase("things");
        var rabbitmq = builder.AddRabbitMQ("rabbitmq");
        builder.AddProject("sample", sample).WithArgs("with-child").WithEndpoint("grpc", e => e.Port = null).WithEndpoint("http", e => e.Port = null)
            .WithReference(database).WithReference(rabbitmq).WaitFor(database).WaitFor(rabbitmq)
            .WithHttpHealthCheck("/health", endpointName: "http");
        break;
    case "service":
        builder.AddProject("sample", sample).WithEndpoint("grpc", e => e.Port = null)
            .WithEndpoint("http", e => e.Port = int.Parse(builder.Configuration["Port"]!, System.Globalization.CultureInfo.InvariantCulture));
        break;
    case "failing-migration":
        var migration = builder.AddProject("migration", sample, o => o.ExcludeKestrelEndpoints = true).WithArgs("migrate", "3");
        builder.AddProject("sample", sample).WithEndpoint("grpc", e => e.Port = null).WithEndpoint("http", e => e.Port = null)
            .WaitForCompletion(migration);
        break;
    case "postgres":
        builder.AddPostgres("postgres");
        break;
    default:
        throw new InvalidOperationException($"Unknown scenario {args[1]}.");
}
builder.Build().Run();
