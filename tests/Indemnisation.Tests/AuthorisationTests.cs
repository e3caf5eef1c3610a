using Google.Protobuf.Reflection;
using Grpc.Core;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests;

/// <summary>Every RPC by every role; that a professional lists no lines but one's own is in <see cref="LineVerbTests"/>.</summary>
public sealed class AuthorisationTests(IndemnisationFixture indemnisation) : AuthorisationCompliance(
    new AuthorisationTable(IndemnisationReflection.Descriptor.FindTypeByName<ServiceDescriptor>("IndemnisationService"), typeof(IndemnisationGrpcService)),
    "Indemnisation", "`services/Indemnisation/IndemnisationGrpcService.cs`"), IClassFixture<IndemnisationFixture>
{
    protected override CallInvoker Invoker => indemnisation.Invoker;

    protected override Metadata HeadersOf(string role) =>
        role == AuthorisationTable.Nobody ? [] : Tokens.As(Tokens.Of(role, "professionals/PER-1"), Scene.Start);

    /// <summary>Only lists have bounds here, and these are narrowed.</summary>
    protected override Bounded BoundsOf(Cell cell) => new([Table.Request(cell.Rpc)], []);
}
