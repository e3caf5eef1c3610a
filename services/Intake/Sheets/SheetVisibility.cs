using Intervision.Intake.V1;

namespace Intervision.Intake.Sheets;

/// <summary>What ties a reader to a case, in the order in which a tie is looked for (DOMAIN §3).</summary>
internal enum Tie
{
    Requester,
    Facilitator,
    AttendingPhysician,
    Expert,
    Actor,
}

/// <summary>The parts of a sheet that are given or withheld.</summary>
[Flags]
internal enum SheetFields
{
    None = 0,
    Question = 1,
    Situation = 2,
    Treatments = 4,

    /// <summary>The scanner's suspicions.</summary>
    Warnings = 8,
}

/// <summary>
/// Who sees which part of a sheet, when, and what for: the whole of our reading of CSP R1110-1 (strictly necessary, within
/// one's mission), in three tables. Coordinators, CPTS, finance and the auditor are in none of them: they never read a
/// sheet. docs/privacy.md gives the reasons.
/// </summary>
internal static class SheetVisibility
{
    /// <summary>The purpose of whoever is about to approve.</summary>
    public const string SecondReading = "SECOND_READING";

    private const SheetFields Talk = SheetFields.Question | SheetFields.Situation;
    private const SheetFields Care = Talk | SheetFields.Treatments;
    private const SheetFields All = Care | SheetFields.Warnings;

    // What for.
    private static readonly Dictionary<Tie, string[]> Purposes = new()
    {
        [Tie.Requester] = ["PREPARATION", "SESSION", "FOLLOW_UP"],
        [Tie.Facilitator] = ["PREPARATION", SecondReading, "SESSION", "FOLLOW_UP"],
        [Tie.AttendingPhysician] = ["PREPARATION", "SESSION", "FOLLOW_UP"],
        [Tie.Expert] = ["PREPARATION", "SESSION"],
        [Tie.Actor] = ["PREPARATION", "SESSION", "FOLLOW_UP"],
    };

    // When, for those who are invited: requester and facilitator answer for the sheet and see it from the first word.
    private static readonly Dictionary<string, CaseState[]> InvitedWhen = new()
    {
        ["PREPARATION"] = [CaseState.Scheduled],
        ["SESSION"] = [CaseState.Scheduled, CaseState.Discussed],
        ["FOLLOW_UP"] = [CaseState.Discussed, CaseState.Decided, CaseState.ReportedBack, CaseState.InFollowUp],
    };

    /// <summary>Whether the purpose is one at all.</summary>
    public static bool IsPurpose(string purpose) => Purposes[Tie.Facilitator].Contains(purpose);

    /// <summary>Whether the tie holds in this state for any purpose: before and after, an invited person is a stranger.</summary>
    public static bool Holds(Tie tie, CaseState state) => Purposes[tie].Any(p => May(tie, p, state));

    /// <summary>Whether somebody so tied reads for this purpose in this state.</summary>
    public static bool May(Tie tie, string purpose, CaseState state) =>
        Purposes[tie].Contains(purpose)
        && (tie is Tie.Requester or Tie.Facilitator || InvitedWhen[purpose].Contains(state));

    /// <summary>Which parts. Whoever is in neither category of R1110-2 hears of anonymised items only.</summary>
    public static SheetFields Of(Tie tie, ParticipantCategory category) => (tie, category) switch
    {
        // One's own words.
        (Tie.Requester, _) => All,
        // The second reader and, at the table, whoever leads it.
        (Tie.Facilitator, ParticipantCategory.HealthProfessional or ParticipantCategory.ListedProfessional) => All,
        (Tie.AttendingPhysician or Tie.Expert or Tie.Actor, ParticipantCategory.HealthProfessional) => Care,
        // Treatments are not the mission of a social worker or psychologist.
        (Tie.Expert or Tie.Actor, ParticipantCategory.ListedProfessional) => Talk,
        _ => SheetFields.None,
    };
}
