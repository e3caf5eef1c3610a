using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using static Intervision.Scheduling.V1.CancelSessionRequest.Types;

namespace Intervision.Scheduling.Sessions;

/// <summary>Calls a session off; its cases wait again.</summary>
internal sealed class CancelSession(Db db)
{
    private const int LongestExplanation = 500;

    public Task<CancelSessionResponse> Handle(CancelSessionRequest request, Call call) => db.Once(call, request.RequestId, request, tx => Apply(tx, request, call));

    /// <summary>In the caller's transaction: a repair is several verbs in one.</summary>
    internal static async Task<CancelSessionResponse> Apply(Tx tx, CancelSessionRequest request, Call call)
    {
        var (meeting, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.Organises(m));
        Validate(request);
        var saved = await MeetingStore.Save(tx, call.Now, meeting, Decide(meeting, request.Reason, request.Explanation.Trim()));
        await Cancellation.Free(tx, meeting);
        return new CancelSessionResponse { Session = SessionView.For(saved, actor) };
    }

    internal static Decided Decide(Meeting meeting, Reason reason, string explanation)
    {
        SessionVerb.MustBeIn(meeting, SessionState.Planned, SessionState.Prepared, SessionState.Convened);
        return Cancellation.Of(meeting, reason.Code(), explanation);
    }

    private static void Validate(CancelSessionRequest request)
    {
        var broken = new Violations();
        broken.Check(Enum.IsDefined(request.Reason) && request.Reason != Reason.Unspecified, "reason", "REASON_MISSING", "La raison de l'annulation manque ou n'est pas dans la liste.");
        broken.Check(request.Explanation.Length <= LongestExplanation, "explanation", "TEXT_TOO_LONG", $"Au plus {LongestExplanation} caractères.");
        // A code written here would outlive the erasure of its case.
        broken.Check(!request.Explanation.Contains("SIT-", StringComparison.OrdinalIgnoreCase), "explanation", "CASE_CODE_IN_TEXT", "Aucune situation n'est nommée dans l'explication.");
        broken.Check(request.Reason != Reason.Other || !string.IsNullOrWhiteSpace(request.Explanation), "explanation", "EXPLANATION_MISSING", "Une autre raison s'explique.");
        broken.ThrowIfAny();
    }
}
