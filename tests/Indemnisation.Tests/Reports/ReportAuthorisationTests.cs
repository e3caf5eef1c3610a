using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Intervision.Indemnisation.Reports;
using Intervision.Indemnisation.V1;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests.Reports;

/// <summary>Every report by every role.</summary>
public sealed class ReportAuthorisationTests(IndemnisationFixture indemnisation) : AuthorisationCompliance(
    new AuthorisationTable(ReportsReflection.Descriptor.FindTypeByName<ServiceDescriptor>("ReportService"), typeof(ReportGrpcService)),
    "Indemnisation-reports", "`services/Indemnisation/Reports/ReportGrpcService.cs`"), IClassFixture<IndemnisationFixture>, IAsyncLifetime
{
    private Person own = null!;
    private Person other = null!;

    public async ValueTask InitializeAsync()
    {
        var scene = await indemnisation.NewScene();
        (own, other) = (await scene.NewPerson(), await scene.NewPerson());
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override CallInvoker Invoker => indemnisation.Invoker;

    protected override Metadata HeadersOf(string role) =>
        role == AuthorisationTable.Nobody ? [] : Tokens.As(Tokens.Of(role, own.Name), Scene.Later);

    protected override Bounded BoundsOf(Cell cell) => new(
        [Exports.StatementOf(own.Payee)], [Exports.StatementOf(other.Payee), Exports.StatementOf("payees/NOBODY")]);
}
