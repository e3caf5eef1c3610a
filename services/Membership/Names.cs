using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Membership;

/// <summary>Resource names of the directory: <c>poles/P12</c> ↔ <c>P12</c>.</summary>
internal static class Names
{
    public const string Programmes = "programmes/";
    public const string Poles = "poles/";
    public const string Organisations = "organisations/";
    public const string Conventions = "conventions/";
    public const string Professionals = "professionals/";

    /// <summary>Null unless the name is the collection's prefix and one segment.</summary>
    public static string? IdOf(string collection, string name) =>
        name.StartsWith(collection, StringComparison.Ordinal) && name.Length > collection.Length && !name.AsSpan(collection.Length).Contains('/')
            ? name[collection.Length..]
            : null;

    /// <exception cref="RuleBroken">NAME_INVALID.</exception>
    public static string MustBe(string collection, string name, string field = "name") =>
        IdOf(collection, name)
        ?? throw RuleBroken.Invalid(field, "NAME_INVALID", $"Le nom doit avoir la forme « {collection}… ».");

    /// <summary>The name, or empty for none.</summary>
    public static string Of(string collection, string? id) => string.IsNullOrEmpty(id) ? "" : collection + id;
}
