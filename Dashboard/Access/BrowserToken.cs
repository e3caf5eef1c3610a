using System.Security.Cryptography;
using System.Text;

namespace Intervision.Dashboard.Access;

/// <summary>
/// What the address printed at start carries: 128 random bits, good for one login. Once used, a new address is printed,
/// for a second browser. A configured token is good for as long as it is configured, as in the original.
/// </summary>
internal sealed class BrowserToken(DashboardOptions options)
{
    private readonly Lock _lock = new();
    private string _current = options.BrowserToken is { Length: > 0 } given ? given : New();

    public string LoginAddress
    {
        get
        {
            lock (_lock)
            {
                return new Uri(options.Address, $"/login?t={Uri.EscapeDataString(_current)}").AbsoluteUri;
            }
        }
    }

    public bool Use(string? given)
    {
        lock (_lock)
        {
            if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given ?? string.Empty), Encoding.UTF8.GetBytes(_current)))
            {
                return false;
            }
            if (options.BrowserToken is { Length: > 0 })
            {
                return true;
            }
            _current = New();
        }
        Announce();
        return true;
    }

    /// <summary>In the words that tools look for.</summary>
    public void Announce() => options.Announce(
        options.Unsecured ? $"Dashboard at {options.Address} (no login: unsecured)" : $"Login to the dashboard at {LoginAddress}");

    private static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
