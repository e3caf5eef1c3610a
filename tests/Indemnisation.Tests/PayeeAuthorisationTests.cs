using Google.Protobuf.Reflection;
using Grpc.Core;
using Intervision.Indemnisation.Payees;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests;

/// <summary>Every RPC of payees by every role; that the proposer of an account does not confirm it is in <see cref="AccountChangeTests"/>.</summary>
public sealed class PayeeAuthorisationTests(IndemnisationFixture indemnisation) : AuthorisationCompliance(
    new AuthorisationTable(PayeesReflection.Descriptor.FindTypeByName<ServiceDescriptor>("PayeeService"), typeof(PayeeGrpcService)),
    "Indemnisation-payees", "`services/Indemnisation/Payees/PayeeGrpcService.cs`"), IClassFixture<IndemnisationFixture>
{
    protected override CallInvoker Invoker => indemnisation.Invoker;

    protected override Metadata HeadersOf(string role) =>
        role == AuthorisationTable.Nobody ? [] : Tokens.As(Tokens.Of(role, "professionals/PER-1"), Scene.Start);

    protected override Bounded BoundsOf(Cell cell) => new([Table.Request(cell.Rpc)], []);
}
