using Intervision.Intake.ReferenceLists;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.Alerts;

/// <summary>Writes an alert to the authorities.</summary>
internal sealed class DraftAlert(Db db, AlertVault vault)
{
    public Task<DraftAlertResponse> Handle(DraftAlertRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            var poles = await CriteriaRules.PolesOf(tx, request.Criteria);
            MustBeOwn(poles, call);
            var v = new Violations();
            CriteriaRules.Check(v, request.Criteria, poles, await ReferenceCodes.Load(tx), Paris.DateOf(call.Now));
            var warnings = TextRules.Check(v, request.Texts);
            v.ThrowIfAny();

            var drafted = Decide(Guid.CreateVersion7(call.Now), request.Criteria, poles, call);
            await AlertStore.Insert(tx, drafted, call);
            await vault.Open(tx, drafted.Id);
            await vault.Write(tx, drafted.Id, request.Texts);
            return new DraftAlertResponse { Alert = drafted.View(), Warnings = { warnings } };
        });

    internal static Alert Decide(Guid id, AlertCriteria criteria, IEnumerable<string> poles, Call call) =>
        new Alert { Id = id, Version = 1, State = AlertState.Draft, Author = call.Caller.Subject, CreateTime = call.Now, UpdateTime = call.Now }
            .About(criteria, poles);

    /// <summary>A territory that does not exist is refused to a référent like one that is not theirs.</summary>
    internal static void MustBeOwn(IReadOnlyList<string> poles, Call call)
    {
        if (!new Alert { Poles = [.. poles] }.IsWrittenBy(call.Caller))
        {
            throw RuleBroken.Denied();
        }
    }
}

internal static class Criteria
{
    /// <summary>The same alert about this.</summary>
    public static Alert About(this Alert alert, AlertCriteria criteria, IEnumerable<string> poles) => alert with
    {
        Motives = [.. criteria.Motives],
        Contexts = [.. criteria.Contexts],
        Products = [.. criteria.Products],
        Territory = criteria.Territory,
        Poles = [.. poles],
        FromDate = criteria.FromDate.ToDate()!.Value,
        UntilDate = criteria.UntilDate.ToDate()!.Value,
    };
}
