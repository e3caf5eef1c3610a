using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Indemnisation.Directory;

/// <summary>This service's projection of Membership.</summary>
internal static class DirectoryStore
{
    public static Task PutProgramme(Tx tx, string name, bool indemnified) =>
        tx.Execute(
            """
            insert into programme (name, indemnified) values (@name, @indemnified)
            on conflict (name) do update set indemnified = excluded.indemnified
            """,
            new { name, indemnified });

    /// <returns>Null when Membership has not told of it yet.</returns>
    public static Task<bool?> IsIndemnified(Tx tx, string programme) =>
        tx.SingleOrDefault<bool?>("select indemnified from programme where name = @programme", new { programme });

    public static Task PutProfessional(Tx tx, string name, string rpps, string displayName) =>
        tx.Execute(
            """
            insert into professional (name, rpps, display_name) values (@name, @rpps, @displayName)
            on conflict (name) do update set rpps = excluded.rpps, display_name = excluded.display_name
            """,
            new { name, rpps, displayName });

    /// <returns>Every name the caller goes by: the token's subject, and who has its RPPS.</returns>
    public static async Task<IReadOnlyCollection<string>> NamesOf(Tx tx, Caller caller) =>
        [caller.Subject, .. string.IsNullOrEmpty(caller.Rpps) ? [] : await tx.Query<string>("select name from professional where rpps = @Rpps", new { caller.Rpps })];

    /// <returns>RPPS (empty for those without one) by name; unknown people are absent.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> Rpps(Tx tx, IReadOnlyCollection<string> names) =>
        (await tx.Query<(string Name, string Rpps)>(
            "select name, rpps from professional where name = any(@names)", new { names = names.ToArray() }))
        .ToDictionary(p => p.Name, p => p.Rpps, StringComparer.Ordinal);
}
