using Intervision.AppHost;

// The whole system on one page. Ports, folders and servers by configuration: docs in README.md, keys in Settings.cs.
var builder = DistributedApplication.CreateBuilder(args);
var settings = Settings.Of(builder);
if (await settings.ProblemAsync() is { } problem)
{
    await Console.Error.WriteLineAsync(problem);
    return 1;
}
var keys = DevelopmentKeys.Open(settings.DataFolder);

// Servers: private ones on this machine, or those that ConnectionStrings:postgres and ConnectionStrings:rabbitmq name.
var postgres = settings.ExternalPostgres is null ? builder.AddPostgres("postgres", port: settings.Port("postgres", 55432)) : null;
var rabbitmq = settings.ExternalRabbitMq is null
    ? builder.AddRabbitMQ("rabbitmq", port: settings.Port("rabbitmq", 56720))
    : builder.AddConnectionString("rabbitmq");

// Services, each after its migrations, on its own database.
var membership = AddService<Projects.Membership>("membership", grpcPort: 5101, httpPort: 5111);
var intake = AddService<Projects.Intake>("intake", grpcPort: 5102, httpPort: 5112)
    .WithEnvironment("Intake__MasterKey", builder.AddParameter("intake-master-key", keys.IntakeMasterKey, secret: true))
    .WithEnvironment("Intake__RegionalMailbox", "coordination@intervision.invalid");
var scheduling = AddService<Projects.Scheduling>("scheduling", grpcPort: 5103, httpPort: 5113);
var indemnisation = AddService<Projects.Indemnisation>("indemnisation", grpcPort: 5104, httpPort: 5114)
    .WithEnvironment("Indemnisation__PaymentFolder", settings.PaymentFolder);

// Who asks whom. Answers are needed when a call is made, not to start: nobody waits for another service.
intake.WithReference(membership.GetEndpoint("grpc"));
scheduling.WithReference(membership.GetEndpoint("grpc")).WithReference(intake.GetEndpoint("grpc"));
indemnisation.WithReference(membership.GetEndpoint("grpc"));

builder.Build().Run();
return Environment.ExitCode;

IResourceBuilder<ProjectResource> AddService<TProject>(string name, int grpcPort, int httpPort) where TProject : IProjectMetadata, new()
{
    var database = Database.Add(builder, postgres, settings, name);
    var migration = builder.AddProject<TProject>($"{name}-migration", options =>
        {
            options.ExcludeKestrelEndpoints = true;
            options.ExcludeLaunchProfile = true;
        })
        .WithArgs("migrate")
        .WithEnvironment("ASPNETCORE_ENVIRONMENT", "Development")
        .WithReference(database.Owner, connectionName: "owner")
        .WithEnvironment("Database__AppPassword", database.AppPassword)
        .WaitFor(database.Owner);

    return builder.AddProject<TProject>(name)
        .WithEndpoint("grpc", endpoint => endpoint.Port = settings.Port($"{name}-grpc", grpcPort))
        .WithEndpoint("http", endpoint => endpoint.Port = settings.Port($"{name}-http", httpPort))
        .WithHttpHealthCheck("/health", endpointName: "http")
        .WithEnvironment("ASPNETCORE_ENVIRONMENT", "Development")
        .WithEnvironment("Authentication__DevelopmentPublicKey", keys.PublicKey)
        .WithEnvironment("Authentication__ServiceToken", builder.AddParameter($"{name}-token", keys.ServiceToken(name), secret: true))
        .WithEnvironment("Mail__Folder", Path.Combine(settings.MailFolder, name))
        .WithReference(database.App, connectionName: "database")
        .WithReference(rabbitmq)
        .WaitFor(rabbitmq)
        .WaitForCompletion(migration);
}
