using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Indemnisation;

/// <summary>Version guards, opaque to clients.</summary>
internal static class Etag
{
    public static string Of(int version) => $"v{version}";

    /// <exception cref="RuleBroken">ETAG_MISSING when empty, ABORTED/ETAG_MISMATCH when not the current one.</exception>
    public static void MustMatch(string given, int version, string name)
    {
        if (given.Length == 0)
        {
            throw RuleBroken.Invalid("etag", "ETAG_MISSING", "L'etag de la ressource est obligatoire.");
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
                "CLOCK_BEFORE_LAST_CHANGE", "L'instant donné précède la dernière modification de cette ressource.", subject: name, facts: ("name", name));
        }
    }
}
