using Google.Protobuf;
using Grpc.Core;
using Intervision.Intake.Cases;
using Intervision.Intake.Consents;
using Intervision.Intake.Decisions;
using Intervision.Intake.ReferenceLists;
using Intervision.Intake.Sheets;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Intake;

/// <summary>The verbs, one class each.</summary>
internal sealed record IntakeVerbs(
    PutReferenceList PutReferenceList,
    SubmitCase SubmitCase,
    GetCase GetCase,
    ListCases ListCases,
    AcceptCase AcceptCase,
    RecordConsent RecordConsent,
    WriteSheet WriteSheet,
    ReadSheet ReadSheet,
    ApproveSheet ApproveSheet,
    BeginDiscussion BeginDiscussion,
    RecordDecisions RecordDecisions,
    RecordRestitution RecordRestitution);

/// <summary>
/// RPC → verb, and who may call it; nothing else. RPCs that came later stand with the folder of their verbs
/// (<c>TriageRpcs.cs</c>, …).
/// </summary>
internal sealed partial class IntakeGrpcService(IntakeVerbs verbs, IServiceProvider services) : IntakeService.IntakeServiceBase
{
    public override Task<PutReferenceListResponse> PutReferenceList(PutReferenceListRequest request, ServerCallContext context) =>
        Run(verbs.PutReferenceList.Handle, request, context);

    public override Task<SubmitCaseResponse> SubmitCase(SubmitCaseRequest request, ServerCallContext context) =>
        Run(verbs.SubmitCase.Handle, request, context);

    public override Task<GetCaseResponse> GetCase(GetCaseRequest request, ServerCallContext context) =>
        Run(verbs.GetCase.Handle, request, context);

    public override Task<ListCasesResponse> ListCases(ListCasesRequest request, ServerCallContext context) =>
        Run(verbs.ListCases.Handle, request, context);

    public override Task<AcceptCaseResponse> AcceptCase(AcceptCaseRequest request, ServerCallContext context) =>
        Run(verbs.AcceptCase.Handle, request, context);

    public override Task<RecordConsentResponse> RecordConsent(RecordConsentRequest request, ServerCallContext context) =>
        Run(verbs.RecordConsent.Handle, request, context);

    public override Task<WriteSheetResponse> WriteSheet(WriteSheetRequest request, ServerCallContext context) =>
        Run(verbs.WriteSheet.Handle, request, context);

    public override Task<ReadSheetResponse> ReadSheet(ReadSheetRequest request, ServerCallContext context) =>
        Run(verbs.ReadSheet.Handle, request, context);

    public override Task<ApproveSheetResponse> ApproveSheet(ApproveSheetRequest request, ServerCallContext context) =>
        Run(verbs.ApproveSheet.Handle, request, context);

    public override Task<BeginDiscussionResponse> BeginDiscussion(BeginDiscussionRequest request, ServerCallContext context) =>
        Run(verbs.BeginDiscussion.Handle, request, context);

    public override Task<RecordDecisionsResponse> RecordDecisions(RecordDecisionsRequest request, ServerCallContext context) =>
        Run(verbs.RecordDecisions.Handle, request, context);

    public override Task<RecordRestitutionResponse> RecordRestitution(RecordRestitutionRequest request, ServerCallContext context) =>
        Run(verbs.RecordRestitution.Handle, request, context);

    private T Of<T>()
        where T : notnull => services.GetRequiredService<T>();

    private static Task<TResponse> Run<TRequest, TResponse>(
        Func<TRequest, Call, Task<TResponse>> verb, TRequest request, ServerCallContext context)
        where TRequest : IMessage
    {
        WireText.MustBeStorable(request);
        return verb(request, context.Call());
    }
}
