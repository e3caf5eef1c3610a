using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Intervision.AppHost.Publish;

/// <summary>What a parameter is for, and what it is when nobody gives it; null: it must be given.</summary>
internal sealed record Asked(string Purpose, string? Otherwise) : IResourceAnnotation;

/// <summary>
/// A secret that changes while a service runs: where secrets can be mounted it is a file, which the service reads again, and
/// the variable is called <c>…File</c>.
/// </summary>
internal sealed record ReadAsFile : IResourceAnnotation;

/// <summary>Paths of the http endpoint that are for everybody's browser; nothing else of it leaves the inside.</summary>
internal sealed record PublicPages(IReadOnlyList<string> Paths) : IResourceAnnotation;

/// <summary>A folder whose files outlive the process.</summary>
internal sealed record KeptFolder(string Name, string Path) : IResourceAnnotation;

/// <summary>
/// A command of the service's own program that people or the calendar start, with the service's environment: it runs to its
/// end beside the service.
/// </summary>
/// <param name="Name">The argument.</param>
/// <param name="Schedule">As cron says it; null: when somebody starts it.</param>
/// <param name="ReadsFile">Its second argument is a file, which whoever starts it brings.</param>
internal sealed record Errand(string Name, string? Schedule, bool ReadsFile) : IResourceAnnotation;

internal static class PublishedResources
{
    public static IResourceBuilder<T> WithPublicPages<T>(this IResourceBuilder<T> builder, params string[] paths) where T : IResource =>
        builder.WithAnnotation(new PublicPages(paths));

    public static IResourceBuilder<T> WithErrand<T>(this IResourceBuilder<T> builder, string name, string? schedule = null, bool readsFile = false) where T : IResource =>
        builder.WithAnnotation(new Errand(name, schedule, readsFile));
}
