using Microsoft.Extensions.Configuration;

namespace Intervision.ServiceDefaults.Security;

/// <summary>
/// What a service shows to the others: <c>Authentication:ServiceTokenFile</c>, a file that is read again after a few seconds,
/// so that a token is renewed by writing it there; without one, <c>Authentication:ServiceToken</c> for as long as the process lives.
/// </summary>
public sealed class ServiceToken(IConfiguration configuration, TimeProvider clock)
{
    /// <summary>
    /// Without asking when it was written: a Secret mounted by Kubernetes is exchanged by a link, and the file is small.
    /// </summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly string? file = configuration["Authentication:ServiceTokenFile"];
    private volatile Read? last;

    /// <summary>Null: none is configured.</summary>
    /// <exception cref="IOException">The file was never there; once it was, the last token stays until another can be read.</exception>
    public string? Now()
    {
        if (string.IsNullOrEmpty(file))
        {
            return configuration["Authentication:ServiceToken"];
        }

        var now = clock.GetUtcNow();
        if (last is { } known && now - known.Time < Every)
        {
            return known.Token;
        }

        last = new Read(Token(), now);
        return last.Token;
    }

    private string Token()
    {
        try
        {
            // Empty while it is being written.
            return File.ReadAllText(file!).Trim() is { Length: > 0 } token ? token : last?.Token ?? throw new IOException($"{file} is empty.");
        }
        catch (Exception e) when (last is not null && e is IOException or UnauthorizedAccessException)
        {
            return last!.Token;
        }
    }

    private sealed record Read(string Token, DateTimeOffset Time);
}
