using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Scheduling.Tests;

/// <summary>Every RPC by every role; who may because of the session rather than the pôle is tried by <see cref="EveryVerbTests"/>.</summary>
public sealed class AuthorisationTests(TwoPoles scheduling) : AuthorisationCompliance(
    new AuthorisationTable(SchedulingReflection.Descriptor.FindTypeByName<ServiceDescriptor>("SchedulingService"), typeof(SchedulingGrpcService)),
    "Scheduling", "`services/Scheduling/SchedulingGrpcService.cs`"), IClassFixture<TwoPoles>
{
    protected override CallInvoker Invoker => scheduling.Invoker;

    protected override Metadata HeadersOf(string role) => role == AuthorisationTable.Nobody
        ? []
        : Tokens.As(new DevelopmentClaims(scheduling.Own.Referent, [role]) { Poles = [scheduling.Own.Pole] }, Stage.Start);

    protected override Bounded BoundsOf(Cell cell) => cell.Rpc switch
    {
        "ListSessions" => new Bounded([Table.Request(cell.Rpc)], []),
        "PlanSeason" or "PlaceReadyCases" or "ListWaitingCases" => new Bounded(
            [.. Of(cell, "pole", scheduling.Own.Pole)], [.. Of(cell, "pole", scheduling.Other.Pole, "poles/NOWHERE", "nonsense")]),
        _ => new Bounded(
            cell.Within == Within.OwnPoles ? [.. Of(cell, "name", scheduling.OwnSession)] : [],
            [.. Of(cell, "name", scheduling.OtherSession, $"sessions/{Guid.CreateVersion7()}", "nonsense")]),
    };

    private IEnumerable<IMessage> Of(Cell cell, string field, params string[] values) =>
        values.Select(v => Table.Request(cell.Rpc, ("request_id", Stage.NewRequest()), (field, v)));
}

/// <summary>A pôle of the caller with a session, and one of others.</summary>
public sealed class TwoPoles : SchedulingFixture
{
    internal Stage Own { get; private set; } = null!;

    internal Stage Other { get; private set; } = null!;

    public string OwnSession { get; private set; } = "";

    public string OtherSession { get; private set; } = "";

    protected override async Task Prepare()
    {
        await base.Prepare();
        (Own, Other) = (await new Stage(this).Set(), await new Stage(this).Set());
        (OwnSession, OtherSession) = ((await Own.Planned()).Name, (await Other.Planned()).Name);
    }
}
