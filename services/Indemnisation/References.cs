using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation;

/// <summary>
/// Who computes amounts reads rates, payees, envelopes and the directory; who adds one of these looks for lines that
/// waited for it. Without this lock each could miss the other's uncommitted rows, and a line would wait for ever.
/// Always the first lock of a transaction.
/// </summary>
internal static class References
{
    private const long Key = 0x1A7E_0D31;
    private const long ProposalKey = 0x1A7E_0D32;

    /// <summary>For who computes amounts: many at once.</summary>
    public static Task Read(Tx tx) => tx.Execute("select pg_advisory_xact_lock_shared(@Key)", new { Key });

    /// <summary>For who adds or changes a reference: alone.</summary>
    public static Task Change(Tx tx) => tx.Execute("select pg_advisory_xact_lock(@Key)", new { Key });

    /// <summary>Of two proposals at once the second finds what the first left.</summary>
    public static Task Propose(Tx tx) => tx.Execute("select pg_advisory_xact_lock(@ProposalKey)", new { ProposalKey });
}
