using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Intervision.Scheduling.Tests.Replies;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Scheduling.Tests;

/// <summary>Every RPC of invitations and calendars by every role.</summary>
public sealed class InvitationAuthorisationTests(TwoConvened scheduling) : AuthorisationCompliance(
    new AuthorisationTable(InvitationsReflection.Descriptor.FindTypeByName<ServiceDescriptor>("InvitationService"), typeof(InvitationGrpcService)),
    "Scheduling-invitations", "`services/Scheduling/InvitationGrpcService.cs`"), IClassFixture<TwoConvened>
{
    protected override CallInvoker Invoker => scheduling.Invoker;

    protected override Metadata HeadersOf(string role) => role == AuthorisationTable.Nobody
        ? []
        : Tokens.As(new DevelopmentClaims(scheduling.Own.Referent, [role]) { Poles = [scheduling.Own.Pole] }, Answering.Now);

    protected override Bounded BoundsOf(Cell cell) => cell switch
    {
        { Rpc: "RespondByCalendar" } => new Bounded([.. Of(cell, "calendar", scheduling.OwnCalendar)], [.. Of(cell, "calendar", scheduling.OtherCalendar)]),
        { Rpc: "Respond" or "ListReplies" } => new Bounded(
            [.. Of(cell, "session", scheduling.OwnSession)], [.. Of(cell, "session", scheduling.OtherSession, $"sessions/{Guid.CreateVersion7()}", "nonsense")]),
        { Rpc: "RevokeCalendarFeed" } => new Bounded(
            [.. Of(cell, "name", scheduling.OwnFeed)], [.. Of(cell, "name", scheduling.OtherFeed, $"calendarFeeds/{Guid.CreateVersion7()}", "nonsense")]),
        { Within: Within.Oneself } => new Bounded(
            [.. Of(cell, "professional", scheduling.Own.Referent)], [.. Of(cell, "professional", scheduling.Other.Referent, scheduling.Own.Expert, "professionals/Nobody", "nonsense")]),
        _ => new Bounded([.. Of(cell, "pole", scheduling.Own.Pole)], [.. Of(cell, "pole", scheduling.Other.Pole, "poles/NOWHERE", "nonsense")]),
    };

    private IEnumerable<IMessage> Of(Cell cell, string field, params object[] values) =>
        values.Select(v => Table.Request(cell.Rpc, ("request_id", Stage.NewRequest()), (field, v)));
}

/// <summary>A pôle of the caller, who leads its convened session, and one of others.</summary>
public sealed class TwoConvened : SchedulingFixture
{
    internal Stage Own { get; private set; } = null!;

    internal Stage Other { get; private set; } = null!;

    public string OwnSession { get; private set; } = "";

    public string OtherSession { get; private set; } = "";

    public ByteString OwnCalendar { get; private set; } = ByteString.Empty;

    public ByteString OtherCalendar { get; private set; } = ByteString.Empty;

    public string OwnFeed { get; private set; } = "";

    public string OtherFeed { get; private set; } = "";

    protected override async Task Prepare()
    {
        await base.Prepare();
        (Own, Other) = (await new Stage(this).Set(), await new Stage(this).Set());
        (OwnSession, OtherSession) = ((await Own.Convened()).Name, (await Other.Convened()).Name);
        (OwnCalendar, OtherCalendar) = (await new Answering(Own).Calendar(Own.Referent), await new Answering(Other).Calendar(Other.Referent));
        (OwnFeed, OtherFeed) = (await Feed(Own.Referent), await Feed(Other.Referent));
    }

    private async Task<string> Feed(string professional) => (await Client<InvitationService.InvitationServiceClient>().CreateCalendarFeedAsync(
        new CreateCalendarFeedRequest { RequestId = Stage.NewRequest(), Professional = professional }, Tokens.As(Tokens.Professional(professional), Answering.Now))).Feed.Name;
}
