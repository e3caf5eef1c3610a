using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Persistence;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Consents;

/// <summary>
/// A withdrawal after the table had decided: what was decided is still to be reported back and followed up. When the patient
/// agrees again the case goes on from there; another intervision is for <c>ReopenCase</c> to ask for.
/// </summary>
internal static class Interrupted
{
    private static readonly string[] AfterDecisions = [nameof(CaseState.Decided), nameof(CaseState.ReportedBack), nameof(CaseState.InFollowUp)];
    private static readonly string[] Waiting = [nameof(CaseState.ConsentWithdrawn), nameof(CaseState.AwaitingConsent)];

    /// <returns>The state the withdrawal interrupted; null when it was another one, or something else was done since.</returns>
    public static async Task<CaseState?> From(Tx tx, Case of)
    {
        if (of.State is not (CaseState.ConsentWithdrawn or CaseState.AwaitingConsent))
        {
            return null;
        }

        // The step that led into waiting: the last one that came from anywhere else.
        var step = await tx.SingleOrDefault<Step>(
            """
            select from_state, to_state from case_history
            where case_id = @Id and from_state <> all (@Waiting) order by version desc limit 1
            """,
            new { of.Id, Waiting });
        return step is { ToState: nameof(CaseState.ConsentWithdrawn) } && AfterDecisions.Contains(step.FromState) ? Enum.Parse<CaseState>(step.FromState) : null;
    }

    private sealed class Step
    {
        public string FromState { get; init; } = "";

        public string ToState { get; init; } = "";
    }
}
