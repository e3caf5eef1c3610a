using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Wiring;

/// <summary>Turns what was said about a resource into the environment and arguments of its process.</summary>
internal static class Evaluation
{
    public static async Task<IReadOnlyDictionary<string, string>> EnvironmentAsync(
        IResource resource, DistributedApplicationExecutionContext execution, ILogger logger, CancellationToken cancellationToken)
    {
        var context = new EnvironmentCallbackContext(execution, resource, cancellationToken: cancellationToken) { Logger = logger };
        foreach (var said in resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToList())
        {
            await said.Callback(context);
        }
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in context.EnvironmentVariables)
        {
            if (await TextAsync(resource, name, value, cancellationToken) is { } text)
            {
                environment[name] = text;
            }
        }
        return environment;
    }

    public static async Task<IReadOnlyList<string>> ArgumentsAsync(IResource resource, CancellationToken cancellationToken)
    {
        var context = new CommandLineArgsCallbackContext([], resource, cancellationToken);
        foreach (var said in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>().ToList())
        {
            await said.Callback(context);
        }
        var arguments = new List<string>();
        foreach (var value in context.Args)
        {
            arguments.Add(await TextAsync(resource, "argument", value, cancellationToken) ?? string.Empty);
        }
        return arguments;
    }

    private static async Task<string?> TextAsync(IResource resource, string name, object value, CancellationToken cancellationToken) => value switch
    {
        string text => text,
        ParameterResource parameter => await parameter.GetValueAsync(cancellationToken)
            ?? throw new DistributedApplicationException(
                $"« {resource.Name} » ne peut pas démarrer : {name} a besoin du paramètre « {parameter.Name} » ; donnez Parameters__{parameter.Name}."),
        IValueProvider provider => await provider.GetValueAsync(cancellationToken),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
