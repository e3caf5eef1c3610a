using System.Security.Cryptography;
using System.Text;

namespace Intervision.Dashboard.Access;

/// <summary>Browsers that have logged in. In memory: with the process go the sessions.</summary>
internal sealed class BrowserSessions(TimeProvider clock)
{
    public static readonly TimeSpan Life = TimeSpan.FromDays(3);
    public const int Most = 64;
    private readonly Dictionary<string, DateTimeOffset> _until = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <returns>What the cookie carries; only its hash stays here.</returns>
    public string Open()
    {
        var secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        lock (_lock)
        {
            if (_until.Count >= Most)
            {
                _until.Remove(_until.MinBy(session => session.Value).Key);
            }
            _until[Hash(secret)] = clock.GetUtcNow() + Life;
        }
        return secret;
    }

    public bool Knows(string? secret)
    {
        lock (_lock)
        {
            return secret is not null && _until.TryGetValue(Hash(secret), out var until) && clock.GetUtcNow() < until;
        }
    }

    public void Close(string? secret)
    {
        lock (_lock)
        {
            _until.Remove(Hash(secret ?? string.Empty));
        }
    }

    private static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
