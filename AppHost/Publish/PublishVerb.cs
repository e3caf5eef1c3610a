using Aspire.Hosting;

namespace Intervision.AppHost.Publish;

/// <summary>What cannot be published, in one sentence for a person.</summary>
internal sealed class PublishException(string message) : Exception(message);

/// <summary><c>publish --output DIR</c>: writes what runs the suite elsewhere. Nothing is started, nothing of this machine is read.</summary>
internal static class PublishVerb
{
    private const string Usage = "Usage : dotnet run --project AppHost -- publish --output DOSSIER";

    /// <param name="args">What follows <c>publish</c>.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IDistributedApplicationBuilder builder, string[] args)
    {
        try
        {
            var folder = args switch
            {
                ["--output" or "-o", { Length: > 0 } given] => Path.GetFullPath(given),
                [] => throw new PublishException($"Où publier ? {Usage}"),
                _ => throw new PublishException($"« {string.Join(' ', args)} » : compris de travers. {Usage}"),
            };
            var publication = new Publication(await ModelReader.ReadAsync(builder.Resources, CancellationToken.None));
            var files = publication.Write(folder);
            Console.WriteLine($"{files} fichiers écrits dans {folder} : compose/ et helm/. La suite : docs/operations.md, « To production ».");
            return 0;
        }
        catch (PublishException refused)
        {
            await Console.Error.WriteLineAsync(refused.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            await Console.Error.WriteLineAsync($"Le dossier ne peut pas être écrit : {e.Message}");
        }
        return 1;
    }
}
