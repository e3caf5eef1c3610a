using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Intervision.Scheduling.Notices;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Scheduling.Tests.Notices;

/// <summary>Every RPC of NoticeService by every role.</summary>
public sealed class NoticeAuthorisationTests(TwoPoles scheduling) : AuthorisationCompliance(
    new AuthorisationTable(NoticesReflection.Descriptor.FindTypeByName<ServiceDescriptor>("NoticeService"), typeof(NoticeGrpcService)),
    "Scheduling-notices", "`services/Scheduling/Notices/NoticeGrpcService.cs`"), IClassFixture<TwoPoles>, IAsyncLifetime
{
    protected override CallInvoker Invoker => scheduling.Invoker;

    /// <summary>To each person absent and unpublished look alike, so the session is published.</summary>
    public async ValueTask InitializeAsync() => await scheduling.Client<NoticeService.NoticeServiceClient>().PublishNoticeAsync(
        new PublishNoticeRequest { RequestId = Stage.NewRequest(), Name = scheduling.OwnSession }, scheduling.Own.AsCoordinator(Stage.Summer));

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected override Metadata HeadersOf(string role) => role == AuthorisationTable.Nobody
        ? []
        : Tokens.As(new DevelopmentClaims(scheduling.Own.Referent, [role]) { Poles = [scheduling.Own.Pole] }, Stage.Start);

    /// <summary>What is withdrawn is another one: the next caller is to find this one published.</summary>
    protected override IMessage Usual(string rpc) => Table.Request(
        rpc, ("request_id", Stage.NewRequest()), ("name", rpc == "WithdrawNotice" ? scheduling.OtherSession : scheduling.OwnSession), ("display_name", "Anne"));

    protected override Bounded BoundsOf(Cell cell) => new(
        cell.Within == Within.OwnPoles ? [.. Of(cell, scheduling.OwnSession)] : [], [.. Of(cell, scheduling.OtherSession, $"sessions/{Guid.CreateVersion7()}", "nonsense")]);

    private IEnumerable<IMessage> Of(Cell cell, params string[] names) =>
        names.Select(n => Table.Request(cell.Rpc, ("request_id", Stage.NewRequest()), ("name", n)));
}
