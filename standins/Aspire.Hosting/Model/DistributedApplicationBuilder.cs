using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Health;
using Aspire.Hosting.Ports;
using Aspire.Hosting.Processes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <summary>Where the system is described.</summary>
public interface IDistributedApplicationBuilder
{
    Assembly? AppHostAssembly { get; }
    string AppHostDirectory { get; }
    ConfigurationManager Configuration { get; }
    IHostEnvironment Environment { get; }
    IDistributedApplicationEventing Eventing { get; }
    DistributedApplicationExecutionContext ExecutionContext { get; }
    IResourceCollection Resources { get; }
    IServiceCollection Services { get; }
    IResourceBuilder<T> AddResource<T>(T resource) where T : IResource;
    IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource;
    DistributedApplication Build();
}

public sealed class DistributedApplicationOptions
{
    public string[]? Args { get; set; }
    public string? AssemblyName { get; set; }
    public string? ProjectDirectory { get; set; }

    /// <summary>No page at all.</summary>
    public bool DisableDashboard { get; set; }
}

public enum DistributedApplicationOperation
{
    Run,
    Publish,
}

/// <summary>What the app host was asked to do; this one only runs.</summary>
public class DistributedApplicationExecutionContext(DistributedApplicationOperation operation)
{
    public DistributedApplicationOperation Operation { get; } = operation;
    public bool IsRunMode => Operation == DistributedApplicationOperation.Run;
    public bool IsPublishMode => Operation == DistributedApplicationOperation.Publish;
}

/// <summary>What the app host cannot do, in one sentence for a person: <c>Run</c> shows it without a stack trace.</summary>
public class DistributedApplicationException(string message, Exception? inner = null) : Exception(message, inner);

internal sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly HostApplicationBuilder _host;

    public DistributedApplicationBuilder(DistributedApplicationOptions options)
    {
        AppHostAssembly = options.AssemblyName is { } name ? Assembly.Load(name) : Assembly.GetEntryAssembly();
        AppHostDirectory = Path.TrimEndingDirectorySeparator(
            options.ProjectDirectory ?? ProjectOutputs.Metadata(AppHostAssembly, "apphostprojectpath") ?? Directory.GetCurrentDirectory());
        _host = new HostApplicationBuilder(new HostApplicationBuilderSettings { Args = options.Args, ContentRootPath = AppHostDirectory });
        _host.Logging.AddSimpleConsole(console => console.SingleLine = true);
        _host.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);

        Services.AddSingleton(new DashboardSwitch(Enabled: !options.DisableDashboard));
        Services.AddSingleton(this);
        Services.AddSingleton<IDistributedApplicationBuilder>(this);
        Services.AddSingleton(Eventing);
        Services.AddSingleton(ExecutionContext);
        Services.AddSingleton(new ResourceNotificationService());
        Services.AddSingleton(new ResourceLoggerService());
        Services.AddSingleton<ILoggerProvider, HostConsole>();
        Services.AddSingleton(_ => new DistributedApplicationModel(Resources));
        Services.AddSingleton<HealthMonitor>();
        Services.AddSingleton<Launcher>();
        Services.AddSingleton<PortReservations>();
        Services.AddSingleton<Orchestrator>();
        Services.AddHealthChecks();
        Services.AddHttpClient();
    }

    public Assembly? AppHostAssembly { get; }
    public string AppHostDirectory { get; }
    public ConfigurationManager Configuration => _host.Configuration;
    public IHostEnvironment Environment => _host.Environment;
    public IDistributedApplicationEventing Eventing { get; } = new DistributedApplicationEventing();
    public DistributedApplicationExecutionContext ExecutionContext { get; } = new(DistributedApplicationOperation.Run);
    public IResourceCollection Resources { get; } = new ResourceCollection();
    public IServiceCollection Services => _host.Services;

    public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource
    {
        if (Resources.Any(r => string.Equals(r.Name, resource.Name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new DistributedApplicationException($"Deux ressources portent le nom « {resource.Name} ».");
        }
        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource => new ResourceBuilder<T>(this, resource);

    public DistributedApplication Build() => new(_host.Build());
}

/// <summary>The resources described so far.</summary>
public interface IResourceCollection : IList<IResource>;

internal sealed class ResourceCollection : System.Collections.ObjectModel.Collection<IResource>, IResourceCollection;

internal sealed record DashboardSwitch(bool Enabled);
