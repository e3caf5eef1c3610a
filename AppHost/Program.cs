using Intervision.AppHost;
using Intervision.AppHost.Publish;

// The whole system on one page. Ports, folders and servers by configuration: docs in README.md, keys in Settings.cs.
// "publish --output DIR" writes what runs it elsewhere, from this same page: docs/operations.md.
var builder = DistributedApplication.CreateBuilder(args);
var publishes = args is ["publish", ..];
var settings = Settings.Of(builder, publishes);
if (await settings.ProblemAsync() is { } problem)
{
    await Console.Error.WriteLineAsync(problem);
    return 1;
}
Surroundings around = publishes ? new Production(builder) : new Development(builder, settings);

// Servers: private ones on this machine, or those that ConnectionStrings:postgres and ConnectionStrings:rabbitmq name.
var postgres = settings.ExternalPostgres is null ? builder.AddPostgres("postgres", port: settings.Port("postgres", 55432)) : null;
var rabbitmq = settings.ExternalRabbitMq is null
    ? builder.AddRabbitMQ("rabbitmq", around.BrokerUser, port: settings.Port("rabbitmq", 56720))
    : builder.AddConnectionString("rabbitmq");

// Services, each after its migrations, on its own database.
var membership = AddService<Projects.Membership>("membership", grpcPort: 5101, httpPort: 5111).WithPublicPages("/lieux");
var intake = around.MasterKeys(AddService<Projects.Intake>("intake", grpcPort: 5102, httpPort: 5112)).WithPublicPages("/bibliotheque")
    .WithEnvironment("Intake__RegionalMailbox", around.RegionalMailbox)
    .WithErrand("verify-erasures", schedule: "0 4 1 * *").WithErrand("verify-access-log", schedule: "30 4 1 * *")
    .WithErrand("rewrap-keys").WithErrand("erase-again", readsFile: true);
var scheduling = AddService<Projects.Scheduling>("scheduling", grpcPort: 5103, httpPort: 5113)
    .WithPublicPages("/seances", "/seances.atom", "/calendriers")
    .WithEnvironment("Video__BaseUrl", around.VideoRooms);
var indemnisation = AddService<Projects.Indemnisation>("indemnisation", grpcPort: 5104, httpPort: 5114);
around.Folder(indemnisation, "Indemnisation__PaymentFolder", "payments");

// Who asks whom. Answers are needed when a call is made, not to start: nobody waits for another service.
intake.WithReference(membership.GetEndpoint("grpc"));
scheduling.WithReference(membership.GetEndpoint("grpc")).WithReference(intake.GetEndpoint("grpc"));
indemnisation.WithReference(membership.GetEndpoint("grpc"));

if (publishes)
{
    return await PublishVerb.RunAsync(builder, args[1..]);
}
builder.Build().Run();
return Environment.ExitCode;

IResourceBuilder<ProjectResource> AddService<TProject>(string name, int grpcPort, int httpPort) where TProject : IProjectMetadata, new()
{
    var database = Database.Add(builder, postgres, settings, name);
    var migration = around.Step(builder.AddProject<TProject>($"{name}-migration", options =>
        {
            options.ExcludeKestrelEndpoints = true;
            options.ExcludeLaunchProfile = true;
        }))
        .WithArgs("migrate")
        .WithReference(database.Owner, connectionName: "owner")
        .WithEnvironment("Database__AppPassword", database.AppPassword)
        .WaitFor(database.Owner);

    return around.Service(builder.AddProject<TProject>(name))
        .WithEndpoint("grpc", endpoint => (endpoint.Port, endpoint.IsExternal) = (settings.Port($"{name}-grpc", grpcPort), true))
        .WithEndpoint("http", endpoint => endpoint.Port = settings.Port($"{name}-http", httpPort))
        .WithHttpHealthCheck("/health", endpointName: "http")
        .WithReference(database.App, connectionName: "database")
        .WithReference(rabbitmq)
        .WaitFor(rabbitmq)
        .WaitForCompletion(migration)
        .WithErrand("redrive");
}
