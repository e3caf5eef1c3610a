using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Scheduling.Tests;

/// <summary>Every RPC of the session day by every role.</summary>
public sealed class SessionDayAuthorisationTests(TwoPoles scheduling) : AuthorisationCompliance(
    new AuthorisationTable(SessionDayReflection.Descriptor.FindTypeByName<ServiceDescriptor>("SessionDayService"), typeof(SessionDayGrpcService)),
    "Scheduling-day", "`services/Scheduling/Sessions/SessionDayGrpcService.cs`"), IClassFixture<TwoPoles>
{
    protected override CallInvoker Invoker => scheduling.Invoker;

    protected override Metadata HeadersOf(string role) => role == AuthorisationTable.Nobody
        ? []
        : Tokens.As(new DevelopmentClaims(scheduling.Own.Referent, [role]) { Poles = [scheduling.Own.Pole] }, Stage.Start);

    protected override Bounded BoundsOf(Cell cell) => new(
        cell.Within == Within.OwnPoles ? [.. Of(cell, scheduling.OwnSession)] : [],
        [.. Of(cell, scheduling.OtherSession, $"sessions/{Guid.CreateVersion7()}", "nonsense")]);

    private IEnumerable<IMessage> Of(Cell cell, params string[] names) =>
        names.Select(n => Table.Request(cell.Rpc, ("request_id", Stage.NewRequest()), ("name", n)));
}
