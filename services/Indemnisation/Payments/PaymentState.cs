using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Payments;

/// <summary>Where the payments of a run stand: by the run, unless the bank said something of one.</summary>
internal sealed class PaymentState
{
    private readonly Payment.Types.State usual;
    private readonly Dictionary<Guid, Outcome> outcomes;

    private PaymentState(Payment.Types.State usual, Dictionary<Guid, Outcome> outcomes) => (this.usual, this.outcomes) = (usual, outcomes);

    /// <param name="payments">Of the run: those that are asked for.</param>
    public static async Task<PaymentState> Of(Tx tx, RunRow run, IEnumerable<Guid> payments)
    {
        var told = await tx.Query<Outcome>(
            "select payment_id as id, state, reason, returned from payment_outcome where payment_id = any(@ids)", new { ids = payments.ToArray() });
        var byRun = run.State switch
        {
            PaymentRun.Types.State.Released => Payment.Types.State.Issued,
            PaymentRun.Types.State.Withdrawn => Payment.Types.State.Withdrawn,
            _ => Payment.Types.State.Proposed,
        };
        return new PaymentState(byRun, told.ToDictionary(o => o.Id));
    }

    /// <returns>The payment, its state said.</returns>
    public Payment On(Guid id, Payment payment)
    {
        var outcome = outcomes.GetValueOrDefault(id);
        payment.State = outcome switch
        {
            null => usual,
            { State: LineState.Paid } => Payment.Types.State.Paid,
            { Returned: true } => Payment.Types.State.Returned,
            _ => Payment.Types.State.Rejected,
        };
        payment.Reason = outcome?.Reason ?? "";
        return payment;
    }

    private sealed class Outcome
    {
        public Guid Id { get; init; }

        /// <summary>That of its lines.</summary>
        public LineState State { get; init; }

        public string Reason { get; init; } = "";

        public bool Returned { get; init; }
    }
}
