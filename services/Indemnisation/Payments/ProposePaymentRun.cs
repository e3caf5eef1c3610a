using Intervision.Indemnisation.Payees;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Payments;

/// <summary>
/// Gathers approved, unpaid lines of a programme: one payment per payee, negative lines netted (DESIGN §7.16). Lines are read
/// and payments written payee after payee, so that a year takes no more memory than a month.
/// </summary>
public sealed class ProposePaymentRun(Db db)
{
    private const int PayeesAtOnce = 2_000;

    /// <summary>No run is prepared a quarter ahead; a mistyped year would leave people unpaid, and in another year's DAS2.</summary>
    private const int DaysAhead = 90;

    /// <summary>For one statement; a year at a thousand times the region's size takes seconds.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public Task<ProposePaymentRunResponse> Handle(ProposePaymentRunRequest request, Call call)
    {
        var blank = Read(request, call);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            tx.StatementTimeout = Longest;
            await References.Propose(tx);
            var proposal = new Proposal(blank with { Id = Guid.CreateVersion7(call.Now) }, new AscendingIds(call.Now).Next);
            var run = await tx.ReadBeside(lines => tx.ReadBeside(accounts => Pay(tx, Decided(lines, accounts, proposal, blank), proposal, blank)));
            await RunStore.Insert(tx, run, proposal.Weights);
            return new ProposePaymentRunResponse { PaymentRun = await RunStore.Shown(tx, run) };
        });
    }

    /// <summary>While payments are written, those after them are decided and lines after these read.</summary>
    private static async Task<RunRow> Pay(Tx tx, IAsyncEnumerable<IReadOnlyList<PaymentRow>> payments, Proposal proposal, RunRow blank)
    {
        await foreach (var paid in payments.Ahead(2))
        {
            await RunStore.InsertPayments(tx, proposal.Id, paid);
        }

        return proposal.Decide(proposal.IsEmpty ? await RunStore.Holding(tx, blank) : null);
    }

    private static async IAsyncEnumerable<IReadOnlyList<PaymentRow>> Decided(Tx lines, Tx accounts, Proposal proposal, RunRow blank)
    {
        await accounts.FindByKey();
        await foreach (var owed in Owed.Of(lines, blank.Programme, blank.UpToDate).ByPayee().Chunk(PayeesAtOnce).Ahead(2))
        {
            yield return proposal.Pay(owed, await PayeeStore.Accounts(accounts, [.. owed.Select(o => o[0].Payee)], blank.ChangeTime));
        }
    }

    private static RunRow Read(ProposePaymentRunRequest request, Call call)
    {
        var violations = new Violations();
        var upTo = request.UpToDate.ToDate();
        var execution = request.ExecutionDate.ToDate();
        violations.Check(ResourceNames.IsNamed(request.Programme, "programmes"), "programme", "PROGRAMME_INVALID", "Le programme doit être de la forme programmes/{code}.");
        violations.Check(upTo is not null, "up_to_date", "DATE_INVALID", "La date limite des séances n'est pas une date.");
        if (violations.Check(execution is not null, "execution_date", "DATE_INVALID", "La date d'exécution n'est pas une date."))
        {
            var today = Paris.DateOf(call.Now);
            violations.Check(execution >= today, "execution_date", "EXECUTION_DATE_PAST", "La date d'exécution est passée.");
            violations.Check(execution <= today.AddDays(DaysAhead), "execution_date", "EXECUTION_DATE_FAR", $"La date d'exécution est à plus de {DaysAhead} jours : l'année est-elle juste ?");
        }

        violations.ThrowIfAny();
        return new RunRow
        {
            State = PaymentRun.Types.State.Proposed,
            Programme = request.Programme,
            UpToDate = upTo!.Value,
            ExecutionDate = execution!.Value,
            Proposer = call.Caller.Subject,
            ChangeTime = call.Now,
        };
    }
}
