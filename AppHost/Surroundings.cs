using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Intervision.AppHost.Publish;

namespace Intervision.AppHost;

/// <summary>
/// What surrounds the services and is not the same everywhere: keys and folders of this machine in Development, values to
/// be given and volumes in production.
/// </summary>
internal abstract class Surroundings
{
    /// <summary>Mailbox of the region's coordination.</summary>
    public abstract IResourceBuilder<ParameterResource> RegionalMailbox { get; }

    /// <summary>Where video rooms open.</summary>
    public abstract IResourceBuilder<ParameterResource> VideoRooms { get; }

    /// <summary>Null: the broker's own first user.</summary>
    public abstract IResourceBuilder<ParameterResource>? BrokerUser { get; }

    /// <summary>What wraps the key of every case: base64 of 32 bytes; in production also the one before or after it, while it is changed.</summary>
    public abstract IResourceBuilder<ProjectResource> MasterKeys(IResourceBuilder<ProjectResource> intake);

    /// <summary>A step that runs before a service.</summary>
    public abstract IResourceBuilder<ProjectResource> Step(IResourceBuilder<ProjectResource> step);

    /// <summary>Who is believed, what the service shows to others, how its mail leaves.</summary>
    public abstract IResourceBuilder<ProjectResource> Service(IResourceBuilder<ProjectResource> service);

    /// <summary>A folder whose files are kept.</summary>
    public abstract IResourceBuilder<ProjectResource> Folder(IResourceBuilder<ProjectResource> service, string variable, string name);
}

/// <summary>This machine: keys made on the first start, mail as files, nothing to be given.</summary>
internal sealed class Development(IDistributedApplicationBuilder builder, Settings settings) : Surroundings
{
    private readonly DevelopmentKeys _keys = DevelopmentKeys.Open(settings.DataFolder);

    public override IResourceBuilder<ParameterResource> RegionalMailbox => builder.AddParameter("regional-mailbox", "coordination@intervision.invalid");
    public override IResourceBuilder<ParameterResource> VideoRooms => builder.AddParameter("video-rooms", "https://visio.example.org");
    public override IResourceBuilder<ParameterResource>? BrokerUser => null;

    public override IResourceBuilder<ProjectResource> MasterKeys(IResourceBuilder<ProjectResource> intake) =>
        intake.WithEnvironment("Intake__MasterKey", builder.AddParameter("intake-master-key", _keys.IntakeMasterKey, secret: true));

    public override IResourceBuilder<ProjectResource> Step(IResourceBuilder<ProjectResource> step) =>
        step.WithEnvironment("ASPNETCORE_ENVIRONMENT", "Development");

    public override IResourceBuilder<ProjectResource> Service(IResourceBuilder<ProjectResource> service) => service
        .WithReplicas(settings.Replicas)
        .WithEnvironment("ASPNETCORE_ENVIRONMENT", "Development")
        .WithEnvironment("Authentication__DevelopmentPublicKey", _keys.PublicKey)
        .WithEnvironment("Authentication__ServiceToken", Token(service.Resource.Name))
        .WithEnvironment("Mail__Folder", Path.Combine(settings.MailFolder, service.Resource.Name));

    public override IResourceBuilder<ProjectResource> Folder(IResourceBuilder<ProjectResource> service, string variable, string name) =>
        service.WithEnvironment(variable, Path.Combine(settings.DataFolder, name));

    private IResourceBuilder<ParameterResource> Token(string service) =>
        builder.AddParameter($"{service}-token", _keys.ServiceToken(service), secret: true);
}

/// <summary>Anywhere else: every key, address and password is a parameter that whoever installs the suite gives.</summary>
internal sealed class Production : Surroundings
{
    private readonly IDistributedApplicationBuilder _builder;
    private readonly IResourceBuilder<ParameterResource> _masterKey, _otherMasterKey, _authority, _audience, _smtpHost, _smtpUser, _smtpPassword, _sender, _telemetry, _telemetryHeaders, _traceShare;

    public Production(IDistributedApplicationBuilder builder)
    {
        _builder = builder;
        BrokerUser = Given("rabbitmq-user", "The services' user at RabbitMQ.", otherwise: "intervision");
        _masterKey = Secret("intake-master-key", "Wraps the key of every case: openssl rand -base64 32. Lost, every text is lost; keep it apart from the backups.");
        _otherMasterKey = Secret("intake-other-master-key", "While that key is being changed, the one before or after it; empty: none.", otherwise: "");
        RegionalMailbox = Given("regional-mailbox", "Mailbox of the region's coordination, for urgent requests that no pôle answers for.");
        VideoRooms = Given("video-rooms", "Where video rooms open: https://…");
        _authority = Given("authentication-authority", "OIDC issuer of the tokens: https://…");
        _audience = Given("authentication-audience", "Audience that tokens must bear.");
        _smtpHost = Given("mail-smtp-host", "SMTP server (STARTTLS, port 587).");
        _smtpUser = Given("mail-smtp-user", "Its user; empty: none.", otherwise: "");
        _smtpPassword = Secret("mail-smtp-password", "Its password; empty: none.", otherwise: "");
        _sender = Given("mail-from", "Sender of every mail.");
        _telemetry = Given("telemetry-endpoint", "OTLP collector (http://host:4317); empty: no telemetry leaves.", otherwise: "");
        _telemetryHeaders = Secret("telemetry-headers", "What the collector wants to see (name=value,name=value); empty: nothing.", otherwise: "");
        _traceShare = Given("trace-share", "Which share of the traces that begin here is kept; what a caller has decided holds.", otherwise: "0.05");
    }

    public override IResourceBuilder<ParameterResource> RegionalMailbox { get; }
    public override IResourceBuilder<ParameterResource> VideoRooms { get; }
    public override IResourceBuilder<ParameterResource>? BrokerUser { get; }

    public override IResourceBuilder<ProjectResource> MasterKeys(IResourceBuilder<ProjectResource> intake) => intake
        .WithEnvironment("Intake__MasterKey", _masterKey)
        .WithEnvironment("Intake__OtherMasterKey", _otherMasterKey);

    public override IResourceBuilder<ProjectResource> Step(IResourceBuilder<ProjectResource> step) =>
        step.WithEnvironment("ASPNETCORE_ENVIRONMENT", "Production");

    public override IResourceBuilder<ProjectResource> Service(IResourceBuilder<ProjectResource> service) => service
        .WithEnvironment("ASPNETCORE_ENVIRONMENT", "Production")
        .WithEnvironment("Authentication__Authority", _authority)
        .WithEnvironment("Authentication__Audience", _audience)
        .WithEnvironment("Authentication__ServiceToken", Secret(
            $"{service.Resource.Name}-token", $"Bearer token with the role service: what {service.Resource.Name} shows to the others.")
            .WithAnnotation(new ReadAsFile()))
        .WithEnvironment("Mail__SmtpHost", _smtpHost)
        .WithEnvironment("Mail__SmtpUser", _smtpUser)
        .WithEnvironment("Mail__SmtpPassword", _smtpPassword)
        .WithEnvironment("Mail__From", _sender)
        .WithEnvironment("OTEL_EXPORTER_OTLP_ENDPOINT", _telemetry)
        .WithEnvironment("OTEL_EXPORTER_OTLP_HEADERS", _telemetryHeaders)
        .WithEnvironment("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
        .WithEnvironment("OTEL_TRACES_SAMPLER_ARG", _traceShare);

    public override IResourceBuilder<ProjectResource> Folder(IResourceBuilder<ProjectResource> service, string variable, string name) =>
        service.WithEnvironment(variable, $"/var/lib/intervision/{name}").WithAnnotation(new KeptFolder(name, $"/var/lib/intervision/{name}"));

    private IResourceBuilder<ParameterResource> Given(string name, string purpose, string? otherwise = null) =>
        _builder.AddParameter(name).WithAnnotation(new Asked(purpose, otherwise));

    private IResourceBuilder<ParameterResource> Secret(string name, string purpose, string? otherwise = null) =>
        _builder.AddParameter(name, secret: true).WithAnnotation(new Asked(purpose, otherwise));
}
