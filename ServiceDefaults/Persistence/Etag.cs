using Intervision.ServiceDefaults.Grpc;

namespace Intervision.ServiceDefaults.Persistence;

/// <summary>Version guards, opaque to clients (API §6), and the order of time on one resource.</summary>
public static class Etag
{
    public static string Of(long version) => $"v{version}";

    /// <exception cref="RuleBroken">ETAG_MISSING when empty, ABORTED/ETAG_MISMATCH when not the current one.</exception>
    public static void MustMatch(string given, long version, string name)
    {
        if (string.IsNullOrEmpty(given))
        {
            throw RuleBroken.Invalid("etag", "ETAG_MISSING", "La version lue (etag) est obligatoire.");
        }

        if (given != Of(version))
        {
            throw RuleBroken.Stale(name);
        }
    }

    /// <exception cref="RuleBroken">CLOCK_BEFORE_LAST_CHANGE: time does not go backwards for a resource (DESIGN §7.20).</exception>
    public static void MustNotPrecede(DateTimeOffset now, DateTimeOffset lastChange, string name)
    {
        if (now < lastChange)
        {
            throw RuleBroken.NotNow(
                "CLOCK_BEFORE_LAST_CHANGE", "L'instant donné précède la dernière modification de cette ressource.", "CLOCK", name, ("name", name));
        }
    }
}
