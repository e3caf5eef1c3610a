using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.ApplicationModel
{
    /// <summary>Any program of this machine.</summary>
    public class ExecutableResource(string name, string command, string workingDirectory)
        : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport
    {
        public string Command { get; } = command;
        public string WorkingDirectory { get; } = workingDirectory;
    }
}

namespace Aspire.Hosting
{
    public static class ExecutableResourceBuilderExtensions
    {
        public static IResourceBuilder<ExecutableResource> AddExecutable(
            this IDistributedApplicationBuilder builder, string name, string command, string workingDirectory, params string[]? args)
        {
            var resource = new ExecutableResource(name, command, Path.GetFullPath(workingDirectory, builder.AppHostDirectory));
            return builder.AddResource(resource)
                .WithAnnotation(new ProcessAnnotation(context => Task.FromResult(
                    new ProcessPlan(resource.Command, context.Arguments, resource.WorkingDirectory) { Environment = context.Environment })))
                .WithEnvironment(EndpointPorts)
                .WithArgs(args ?? []);
        }

        /// <summary>Into the variable that each endpoint's <c>env</c> names.</summary>
        private static void EndpointPorts(EnvironmentCallbackContext context)
        {
            foreach (var endpoint in context.Resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.PortVariable is not null))
            {
                context.EnvironmentVariables[endpoint.PortVariable!] = $"{endpoint.AllocatedEndpoint!.Port}";
            }
        }
    }
}
