using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;
using Aspire.Hosting.RabbitMq;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

public static class RabbitMQBuilderExtensions
{
    /// <summary>A private broker on loopback, its data under the data folder (in the original: a container).</summary>
    public static IResourceBuilder<RabbitMQServerResource> AddRabbitMQ(
        this IDistributedApplicationBuilder builder, string name,
        IResourceBuilder<ParameterResource>? userName = null, IResourceBuilder<ParameterResource>? password = null, int? port = null)
    {
        var secret = password ?? builder.AddParameter(
            $"{name}-password", new GenerateParameterDefault { Special = false }, secret: true, persist: true);
        var broker = new RabbitMQServerResource(name, userName?.Resource, secret.Resource);
        var names = builder.AddNameServer($"{name}-epmd");
        var key = $"{name}_check";
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            key, _ => new AmqpHealthCheck(broker.PrimaryEndpoint), failureStatus: null, tags: null));
        return builder.AddResource(broker)
            .WithEndpoint(port, scheme: "tcp", name: RabbitMQServerResource.EndpointName)
            .WithAnnotation(new ProcessAnnotation(context => LocalRabbitMq.PlanAsync(broker, names.GetEndpoint("epmd").Port, context)))
            .WaitForStart(names)
            .WithHealthCheck(key);
    }

    /// <summary>Erlang's name server, on a port of its own: the system's one, if any, is left alone.</summary>
    private static IResourceBuilder<ExecutableResource> AddNameServer(this IDistributedApplicationBuilder builder, string name)
    {
        var epmd = builder.AddResource(new ExecutableResource(name, "epmd", "/"))
            .WithAnnotation(new HiddenAnnotation())
            .WithEndpoint(scheme: "tcp", name: "epmd");
        var port = epmd.GetEndpoint("epmd");
        return epmd.WithAnnotation(new ProcessAnnotation(_ => Task.FromResult(LocalRabbitMq.NameServerPlan(name, port.Port))));
    }
}
