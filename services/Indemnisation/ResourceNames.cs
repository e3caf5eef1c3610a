using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Intervision.Indemnisation;

/// <summary>Resource names as requests give them: <c>payees/PAY-00001</c>, <c>indemnities/{uuid}</c>.</summary>
internal static partial class ResourceNames
{
    /// <summary>Whether the name is <c>{collection}/{id}</c> with an id people may choose.</summary>
    public static bool IsNamed(string name, string collection) =>
        name.StartsWith(collection + "/", StringComparison.Ordinal) && Id().IsMatch(name.AsSpan(collection.Length + 1));

    /// <summary>Whether the name is <c>{collection}/{uuid}</c>.</summary>
    public static bool TryUuid(string name, string collection, [NotNullWhen(true)] out Guid? id)
    {
        id = name.StartsWith(collection + "/", StringComparison.Ordinal) && Guid.TryParseExact(name.AsSpan(collection.Length + 1), "D", out var uuid)
            ? uuid
            : null;
        return id is not null;
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,49}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Id();
}
