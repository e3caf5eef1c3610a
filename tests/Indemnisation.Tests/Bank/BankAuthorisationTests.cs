using Google.Protobuf.Reflection;
using Grpc.Core;
using Intervision.Indemnisation.V1;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests.Bank;

/// <summary>Every RPC of the bank's files by every role; who may not because of what they did before is in <see cref="BankVerbTests"/>.</summary>
public sealed class BankAuthorisationTests(IndemnisationFixture indemnisation) : AuthorisationCompliance(
    new AuthorisationTable(BankReflection.Descriptor.FindTypeByName<ServiceDescriptor>("BankService"), typeof(BankGrpcService)),
    "Indemnisation-Bank", "`services/Indemnisation/BankGrpcService.cs`"), IClassFixture<IndemnisationFixture>
{
    protected override CallInvoker Invoker => indemnisation.Invoker;

    protected override Metadata HeadersOf(string role) => role == AuthorisationTable.Nobody ? [] : Tokens.As(Tokens.Of(role, "professionals/PER-1"), Scene.Start);

    protected override Bounded BoundsOf(Cell cell) => new([Table.Request(cell.Rpc)], []);
}
