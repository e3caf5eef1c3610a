using Intervision.Indemnisation.Directory;
using Intervision.Indemnisation.Payees;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Indemnisation.Lines;

/// <summary>Who is paid for somebody who stood in: nobody knows but finance (DOMAIN §3), so the line waits for its word.</summary>
public sealed class ChooseLinePayee(Db db, Calculator calculator)
{
    public Task<ChooseLinePayeeResponse> Handle(ChooseLinePayeeRequest request, Call call)
    {
        if (!ResourceNames.TryUuid(request.Name, "indemnities", out var id))
        {
            throw RuleBroken.Invalid("name", "NAME_INVALID", "Le nom doit être de la forme indemnities/{id}.");
        }

        return db.Once(call, request.RequestId, request, async tx =>
        {
            await References.Read(tx);
            var line = (await LineStore.Lock(tx, [id.Value])).SingleOrDefault() ?? throw RuleBroken.NotFound(request.Name);
            var payees = await PayeeStore.Of(tx, [line.Professional, line.Replaces], line.SessionDate);
            var chosen = Decide(line, request, payees, await DirectoryStore.Rpps(tx, [line.Professional, line.Replaces]), call.Caller, call.Now);
            var changes = await calculator.Run(tx, [chosen], call.Now);
            await LineStore.Save(tx, changes, call.Now);
            return new ChooseLinePayeeResponse { Line = (await LineStore.Shown(tx, await LineStore.Lock(tx, [id.Value])))[0] };
        });
    }

    /// <param name="payees">On the day, of who stood in and of who was replaced.</param>
    /// <exception cref="RuleBroken">PERMISSION_DENIED, ETAG_MISMATCH, LINE_NOT_WAITING, PAYEE_NOT_CONCERNED, CLOCK_BEFORE_LAST_CHANGE.</exception>
    internal static Line Decide(
        Line line, ChooseLinePayeeRequest request, IReadOnlyDictionary<string, string> payees, IReadOnlyDictionary<string, string> rpps, Caller caller, DateTimeOffset now)
    {
        if (new[] { line.Professional, line.Replaces }.Any(p => p.Length > 0 && caller.Is(p, rpps.GetValueOrDefault(p))))
        {
            throw RuleBroken.Denied();
        }

        Etag.MustMatch(request.Etag, line.Version, line.Name);
        if (line is not { State: LineState.Recorded, Reason: Reasons.ReplacementPayee })
        {
            throw RuleBroken.NotNow(
                "LINE_NOT_WAITING", "Cette ligne n'attend pas de choix de bénéficiaire.", subject: line.Name, facts: [("name", line.Name), ("state", line.State.ToString())]);
        }

        if (!payees.Values.Contains(request.Payee, StringComparer.Ordinal))
        {
            throw RuleBroken.NotNow(
                "PAYEE_NOT_CONCERNED", "Le bénéficiaire est, au jour de la séance, celui de la personne remplaçante ou de la personne remplacée.", "PAYEE", line.Name,
                ("name", line.Name));
        }

        Etag.MustNotPrecede(now, line.ChangeTime, line.Name);
        return line with { Payee = request.Payee };
    }
}
