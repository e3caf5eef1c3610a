using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Intervision.Scheduling.Agendas;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Scheduling.Tests;

/// <summary>Every RPC of the agenda by hand by every role.</summary>
public sealed class AgendaAuthorisationTests(TwoPoles scheduling) : AuthorisationCompliance(
    new AuthorisationTable(AgendaReflection.Descriptor.FindTypeByName<ServiceDescriptor>("AgendaService"), typeof(AgendaGrpcService)),
    "Scheduling-agenda", "`services/Scheduling/Agendas/AgendaGrpcService.cs`"), IClassFixture<TwoPoles>
{
    protected override CallInvoker Invoker => scheduling.Invoker;

    protected override Metadata HeadersOf(string role) => role == AuthorisationTable.Nobody
        ? []
        : Tokens.As(new DevelopmentClaims(scheduling.Own.Referent, [role]) { Poles = [scheduling.Own.Pole] }, Stage.Start);

    protected override Bounded BoundsOf(Cell cell) => new(
        [.. Of(cell, scheduling.OwnSession)], [.. Of(cell, scheduling.OtherSession, $"sessions/{Guid.CreateVersion7()}", "nonsense")]);

    private IEnumerable<IMessage> Of(Cell cell, params string[] names) =>
        names.Select(n => Table.Request(cell.Rpc, ("request_id", Stage.NewRequest()), ("name", n)));
}
