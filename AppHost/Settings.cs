using System.Globalization;
using Aspire.Hosting;
using Microsoft.Extensions.Configuration;

namespace Intervision.AppHost;

/// <summary>
/// What may be set from outside, by environment variable, argument (<c>--Ports:intake-grpc 6102</c>) or user secret:
/// <list type="bullet">
/// <item><c>Ports:NAME</c>: postgres, rabbitmq, page, and <c>SERVICE-grpc</c>, <c>SERVICE-http</c> of each service.</item>
/// <item><c>INTERVISION_DATA</c>: folder of servers' data, keys and payment files; <c>.data</c> at the repository's root.</item>
/// <item><c>ConnectionStrings:postgres</c> (server and an account that may create databases and logins) and
/// <c>ConnectionStrings:rabbitmq</c> (amqp URI): servers to use in place of private ones.</item>
/// <item><c>Replicas</c>: processes of each service, 1 to 8; 1.</item>
/// </list>
/// </summary>
internal sealed class Settings
{
    private readonly IConfiguration _configuration;

    private readonly bool _publishes;

    private Settings(IDistributedApplicationBuilder builder, bool publishes)
    {
        _configuration = builder.Configuration;
        _publishes = publishes;
        var data = _configuration["INTERVISION_DATA"];
        DataFolder = Path.GetFullPath(string.IsNullOrEmpty(data) ? Path.Combine(builder.AppHostDirectory, "..", ".data") : data);
    }

    public string DataFolder { get; }
    public string MailFolder => Path.Combine(DataFolder, "mail");
    public string? ExternalPostgres => Given("postgres");
    public string? ExternalRabbitMq => Given("rabbitmq");

    /// <summary>Processes of each service, side by side.</summary>
    public int Replicas => IsReplicas(_configuration["Replicas"], out var replicas) ? replicas : 1;

    /// <param name="publishes">Nothing of this machine is asked then: neither its servers nor its keys.</param>
    public static Settings Of(IDistributedApplicationBuilder builder, bool publishes = false)
    {
        var settings = new Settings(builder, publishes);
        builder.Configuration["AppHost:DataFolder"] = settings.DataFolder;
        builder.Configuration["ASPNETCORE_URLS"] = $"http://localhost:{settings.Port("page", 18888)}";
        return settings;
    }

    public int Port(string name, int otherwise) => !_publishes && IsPort(_configuration[$"Ports:{name}"], out var port) ? port : otherwise;

    /// <summary>One sentence when something given from outside cannot be used.</summary>
    public async Task<string?> ProblemAsync()
    {
        var wrong = _configuration.GetSection("Ports").GetChildren().FirstOrDefault(p => !IsPort(p.Value, out _));
        var replicas = _configuration["Replicas"];
        return replicas is { Length: > 0 } && !IsReplicas(replicas, out _) ? $"Replicas : « {replicas} » n'est pas un nombre de 1 à 8."
            : wrong is not null ? $"Ports:{wrong.Key} : « {wrong.Value} » n'est pas un numéro de port."
            : ExternalPostgres is { } postgres && await ExternalServers.PostgresProblemAsync(postgres) is { } problem ? problem
            : ExternalRabbitMq is { } rabbitmq ? await ExternalServers.RabbitMqProblemAsync(rabbitmq)
            : null;
    }

    private static bool IsPort(string? text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535;

    private static bool IsReplicas(string? text, out int replicas) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out replicas) && replicas is > 0 and <= 8;

    private string? Given(string name) => !_publishes && _configuration.GetConnectionString(name) is { Length: > 0 } given ? given : null;
}
