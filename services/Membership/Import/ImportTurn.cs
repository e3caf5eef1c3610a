using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Import;

/// <summary>
/// Imports take turns, batch by batch, under one advisory lock. A verb that adds what a batch checks for (a new code, a
/// term of office) holds the same lock shared: any number of verbs at once, none between a batch's checks and its commit.
/// </summary>
internal static class ImportTurn
{
    /// <summary>
    /// A batch's turn: whatever it checked stays true until it commits, so that no constraint can fail and take its good rows
    /// with it.
    /// </summary>
    public static Task Take(Tx tx) => tx.Execute("select pg_advisory_xact_lock(hashtext('directory import'))");

    /// <summary>First thing in the verb's transaction, before any row is locked.</summary>
    public static Task Beside(Tx tx) => tx.Execute("select pg_advisory_xact_lock_shared(hashtext('directory import'))");
}
