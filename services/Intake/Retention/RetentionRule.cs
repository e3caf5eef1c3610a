using Intervision.Intake.V1;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Retention;

/// <summary>What the rule looks at.</summary>
internal class RetentionFacts
{
    public CaseState State { get; init; }

    /// <summary>The last thing people did with the case; that its consent ran out by itself is none.</summary>
    public DateTimeOffset LastContact { get; init; }

    /// <summary>Since when it is in its state.</summary>
    public DateTimeOffset StateTime { get; init; }

    /// <summary>A table spoke of it.</summary>
    public bool Discussed { get; init; }

    /// <summary>Scheduling has it on an agenda.</summary>
    public bool OnAgenda { get; init; }

    public bool HasDuplicates { get; init; }
}

/// <summary>When a case's time passes and why, and what keeps it all the same (Unspecified: nothing).</summary>
internal sealed record Ruling(DateTimeOffset DueTime, ErasureReason Reason, HoldReason Hold)
{
    public bool IsPast(DateTimeOffset now) => now >= DueTime;

    public bool IsDue(DateTimeOffset now) => IsPast(now) && Hold == HoldReason.Unspecified;
}

/// <summary>
/// How long a case is kept (DOMAIN §4): 2 years after the last contact; 3 months after its end when no table ever spoke of
/// it. Whether the patient agrees plays no part: a withdrawal stops the sharing, it does not erase (RGPD is not CSP).
/// </summary>
internal static class RetentionRule
{
    public static Ruling Decide(RetentionFacts facts, RetentionPolicy policy) => EndedUnspoken(facts)
        ? new Ruling(facts.StateTime.AddMonths(policy.EndedMonths), ErasureReason.RetentionEnded, Hold(facts))
        : new Ruling(facts.LastContact.AddMonths(policy.CaseMonths), ErasureReason.RetentionContact, Hold(facts));

    /// <summary>What keeps a case whatever its age: whoever is in session or followed up is not forgotten, but counted as overdue.</summary>
    public static HoldReason Hold(RetentionFacts facts) => facts switch
    {
        { OnAgenda: true } or { State: CaseState.Scheduled } => HoldReason.OnAgenda,
        { State: CaseState.Discussed or CaseState.Decided or CaseState.ReportedBack or CaseState.InFollowUp } => HoldReason.OpenFollowUp,
        { HasDuplicates: true } => HoldReason.HasDuplicates,
        _ => HoldReason.Unspecified,
    };

    /// <summary>What an earlier table decided keeps the case for its two years.</summary>
    private static bool EndedUnspoken(RetentionFacts facts) => Case.Ends.Contains(facts.State) && !facts.Discussed;
}
