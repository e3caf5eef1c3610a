namespace Intervision.Indemnisation.Reports.Forecast;

/// <summary>
/// Numbers that look drawn and are not: each is a function of what it is for (FNV-1a of a name, then the finaliser of
/// SplitMix64). The same data give the same forecast, and one session more changes nothing of what the others draw.
/// </summary>
internal static class Draws
{
    public static ulong KeyOf(string name)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in name)
        {
            hash = unchecked((hash ^ c) * 1099511628211UL);
        }

        return hash;
    }

    /// <summary>From 0 inclusive to 1 exclusive.</summary>
    public static double Share(ulong key, int path, int purpose) => (Of(key, path, purpose) >> 11) * (1.0 / (1UL << 53));

    /// <summary>From 0 inclusive to <paramref name="count"/> exclusive.</summary>
    public static int Below(int count, ulong key, int path, int purpose) => (int)Math.BigMul(Of(key, path, purpose), (ulong)count, out _);

    private static ulong Of(ulong key, int path, int purpose)
    {
        var z = unchecked(key + (ulong)path * 0x9E3779B97F4A7C15UL + (ulong)purpose * 0xD1B54A32D192ED03UL);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EBUL);
        return z ^ (z >> 31);
    }
}
