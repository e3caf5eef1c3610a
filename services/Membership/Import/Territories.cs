using Google.Protobuf.Collections;

namespace Intervision.Membership.Import;

/// <summary>Lists of communes that a pôle or a CPTS carries.</summary>
internal static class Territories
{
    /// <summary>An event must stay under 256 KiB; a whole region of 3,782 communes is 34 KiB.</summary>
    public const int MaximumCommunes = 10_000;

    public const string TooLarge = "Un territoire compte au plus 10 000 communes.";

    public const string Invalid = "Le territoire contient un code qui n'est pas un code INSEE de commune.";

    /// <summary>Sorted and without repeats, so that the order in a file does not make a change.</summary>
    public static void Canonicalise(RepeatedField<string> communes)
    {
        var sorted = communes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        communes.Clear();
        communes.Add(sorted);
    }

    /// <summary>Names up to three of them: enough to find the mistake.</summary>
    public static string Some(IEnumerable<string> unknown)
    {
        var all = unknown.ToList();
        return string.Join(", ", all.Take(3)) + (all.Count > 3 ? $" et {all.Count - 3} autres" : "");
    }
}
