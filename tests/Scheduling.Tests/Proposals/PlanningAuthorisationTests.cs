using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Intervision.Scheduling.Proposals;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Scheduling.Tests.Proposals;

/// <summary>Every RPC of PlanningService by every role.</summary>
public sealed class PlanningAuthorisationTests(TwoPoles scheduling) : AuthorisationCompliance(
    new AuthorisationTable(PlanningReflection.Descriptor.FindTypeByName<ServiceDescriptor>("PlanningService"), typeof(PlanningGrpcService)),
    "Scheduling-planning", "`services/Scheduling/Proposals/PlanningGrpcService.cs`"), IClassFixture<TwoPoles>
{
    protected override CallInvoker Invoker => scheduling.Invoker;

    protected override Metadata HeadersOf(string role) => role == AuthorisationTable.Nobody
        ? []
        : Tokens.As(new DevelopmentClaims(scheduling.Own.Referent, [role]) { Poles = [scheduling.Own.Pole] }, Stage.Start);

    protected override Bounded BoundsOf(Cell cell) => cell.Rpc switch
    {
        "ProposePlan" => new Bounded([Plan(scheduling.Own.Pole)], [Plan(scheduling.Other.Pole), Plan("poles/NOWHERE"), Plan("nonsense"), Plan()]),
        "ApplyRepair" => new Bounded([Apply(scheduling.OwnSession)], [Apply(scheduling.OtherSession), Apply($"sessions/{Guid.CreateVersion7()}"), Apply("nonsense"), Apply(scheduling.OwnSession, scheduling.OtherSession)]),
        _ => new Bounded([Repair(scheduling.OwnSession)], [Repair(scheduling.OtherSession), Repair($"sessions/{Guid.CreateVersion7()}"), Repair(scheduling.Other.Case(1)), Repair("cases/SIT-0000-NONE"), Repair("nonsense")]),
    };

    private static ProposePlanRequest Plan(params string[] poles) => new() { Poles = { poles } };

    private static ApplyRepairRequest Apply(params string[] sessions) => new()
    {
        RequestId = Stage.NewRequest(), Steps = { sessions.Select(s => new ProposeRepairResponse.Types.Step { Verb = "SetFacilitator", Session = s, Etag = "v0" }) },
    };

    private static IMessage Repair(string name) => new ProposeRepairRequest { Name = name };
}
