using Google.Protobuf;
using Grpc.Core;
using Intervision.Intake.Cases;
using Intervision.Intake.Consents;
using Intervision.Intake.Decisions;
using Intervision.Intake.ReferenceLists;
using Intervision.Intake.Sheets;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

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

/// <summary>The verbs of the main path, and the groups of deposits.</summary>
internal static class IntakeVerbsRegistration
{
    public static IServiceCollection AddIntakeVerbs(this IServiceCollection services) => services
        .AddSingleton<PutReferenceList>().AddSingleton<SubmitGroups>().AddHostedService(provider => provider.GetRequiredService<SubmitGroups>())
        .AddSingleton<SubmitCase>().AddSingleton<GetCase>().AddSingleton<ListCases>().AddSingleton<AcceptCase>()
        .AddSingleton<RecordConsent>().AddSingleton<BeginDiscussion>()
        .AddSingleton<WriteSheet>().AddSingleton<ReadSheet>().AddSingleton<ApproveSheet>()
        .AddSingleton<RecordDecisions>().AddSingleton<RecordRestitution>().AddSingleton<IntakeVerbs>();
}

/// <summary>
/// RPC → verb, and who may call it; nothing else. RPCs that came later stand with the folder of their verbs
/// (<c>TriageRpcs.cs</c>, …).
/// </summary>
internal sealed partial class IntakeGrpcService(IntakeVerbs verbs, IServiceProvider services) : IntakeService.IntakeServiceBase
{
    [CalledBy(Roles.Coordinator)]
    public override Task<PutReferenceListResponse> PutReferenceList(PutReferenceListRequest request, ServerCallContext context) =>
        Run(verbs.PutReferenceList.Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    [CalledBy(Roles.Cpts, Within = Within.OwnTerritory)]
    public override Task<SubmitCaseResponse> SubmitCase(SubmitCaseRequest request, ServerCallContext context) =>
        Run(verbs.SubmitCase.Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    [CalledBy(Roles.Cpts, Within = Within.OwnDeposits)]
    public override Task<GetCaseResponse> GetCase(GetCaseRequest request, ServerCallContext context) =>
        Run(verbs.GetCase.Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    [CalledBy(Roles.Cpts, Within = Within.OwnDeposits)]
    public override Task<ListCasesResponse> ListCases(ListCasesRequest request, ServerCallContext context) =>
        Run(verbs.ListCases.Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<AcceptCaseResponse> AcceptCase(AcceptCaseRequest request, ServerCallContext context) =>
        Run(verbs.AcceptCase.Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    public override Task<RecordConsentResponse> RecordConsent(RecordConsentRequest request, ServerCallContext context) =>
        Run(verbs.RecordConsent.Handle, request, context);

    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    public override Task<WriteSheetResponse> WriteSheet(WriteSheetRequest request, ServerCallContext context) =>
        Run(verbs.WriteSheet.Handle, request, context);

    [CalledBy(Roles.Referent, Roles.Professional, Within = Within.TiedToCase)]
    public override Task<ReadSheetResponse> ReadSheet(ReadSheetRequest request, ServerCallContext context) =>
        Run(verbs.ReadSheet.Handle, request, context);

    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    public override Task<ApproveSheetResponse> ApproveSheet(ApproveSheetRequest request, ServerCallContext context) =>
        Run(verbs.ApproveSheet.Handle, request, context);

    [CalledBy(Roles.Service)]
    public override Task<BeginDiscussionResponse> BeginDiscussion(BeginDiscussionRequest request, ServerCallContext context) =>
        Run(verbs.BeginDiscussion.Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    public override Task<RecordDecisionsResponse> RecordDecisions(RecordDecisionsRequest request, ServerCallContext context) =>
        Run(verbs.RecordDecisions.Handle, request, context);

    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
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
