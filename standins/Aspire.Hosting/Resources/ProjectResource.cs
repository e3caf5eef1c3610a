using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Resources;

namespace Aspire.Hosting.ApplicationModel
{
    /// <summary>A .NET project of this repository, run from what was built.</summary>
    public class ProjectResource(string name)
        : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithServiceDiscovery, IResourceWithWaitSupport
    {
        internal string ProjectPath { get; init; } = string.Empty;
    }
}

namespace Aspire.Hosting
{
    /// <summary>Where a project is; <c>Projects.X</c> is generated for each reference of the app host.</summary>
    public interface IProjectMetadata : IResourceAnnotation
    {
        string ProjectPath { get; }
    }

    public class ProjectResourceOptions
    {
        public string? LaunchProfileName { get; set; }

        /// <summary>Leaves <c>Properties/launchSettings.json</c> alone.</summary>
        public bool ExcludeLaunchProfile { get; set; }

        /// <summary>Makes no endpoints of <c>Kestrel:Endpoints</c>.</summary>
        public bool ExcludeKestrelEndpoints { get; set; }
    }

    public static class ProjectResourceBuilderExtensions
    {
        public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name)
            where TProject : IProjectMetadata, new() => builder.AddProject<TProject>(name, _ => { });

        public static IResourceBuilder<ProjectResource> AddProject<TProject>(
            this IDistributedApplicationBuilder builder, string name, Action<ProjectResourceOptions> configure)
            where TProject : IProjectMetadata, new() => builder.AddProject(name, new TProject().ProjectPath, configure);

        public static IResourceBuilder<ProjectResource> AddProject(this IDistributedApplicationBuilder builder, string name, string projectPath) =>
            builder.AddProject(name, projectPath, _ => { });

        public static IResourceBuilder<ProjectResource> AddProject(
            this IDistributedApplicationBuilder builder, string name, string projectPath, Action<ProjectResourceOptions> configure)
        {
            var options = new ProjectResourceOptions();
            configure(options);
            var path = Path.GetFullPath(projectPath, builder.AppHostDirectory);
            var folder = Path.GetDirectoryName(path)!;
            var profile = options.ExcludeLaunchProfile ? null : LaunchProfile.Find(folder, options.LaunchProfileName);
            var project = builder.AddResource(new ProjectResource(name) { ProjectPath = path })
                .WithAnnotation(new ProcessAnnotation(context => Task.FromResult(ProjectOutputs.Plan(context, path, builder.AppHostAssembly))))
                .WithEnvironment(context => ProjectEnvironment.Add(context, builder.Environment, builder.Configuration, profile));
            foreach (var endpoint in ProjectEndpoints.Of(folder, builder.Environment.EnvironmentName, profile, options))
            {
                project.WithAnnotation(endpoint);
            }
            return project;
        }

        /// <summary>So many processes side by side, each on ports of its own; the public ports are the first one's.</summary>
        public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
            return builder.WithAnnotation(new ReplicaAnnotation(replicas), ResourceAnnotationMutationBehavior.Replace);
        }
    }
}
