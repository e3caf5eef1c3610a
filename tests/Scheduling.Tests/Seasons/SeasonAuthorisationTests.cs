using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Intervision.Scheduling.Seasons;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Scheduling.Tests.Seasons;

/// <summary>Every RPC of SeasonService by every role.</summary>
public sealed class SeasonAuthorisationTests(TwoPoles scheduling) : AuthorisationCompliance(
    new AuthorisationTable(SeasonsReflection.Descriptor.FindTypeByName<ServiceDescriptor>("SeasonService"), typeof(SeasonGrpcService)),
    "Scheduling-seasons", "`services/Scheduling/Seasons/SeasonGrpcService.cs`"), IClassFixture<TwoPoles>
{
    protected override CallInvoker Invoker => scheduling.Invoker;

    protected override Metadata HeadersOf(string role) => role == AuthorisationTable.Nobody
        ? []
        : Tokens.As(new DevelopmentClaims(scheduling.Own.Referent, [role]) { Poles = [scheduling.Own.Pole] }, Stage.Start);

    protected override Bounded BoundsOf(Cell cell) => cell.Rpc switch
    {
        "PutSeasonRules" => new Bounded([.. Of(cell, "owner", scheduling.Own.Pole)], [.. Of(cell, "owner", scheduling.Other.Pole, "poles/NOWHERE", "programmes/ADDICTIONS", "nonsense")]),
        "ReplanSeason" or "AddSession" => new Bounded([.. Of(cell, "pole", scheduling.Own.Pole)], [.. Of(cell, "pole", scheduling.Other.Pole, "poles/NOWHERE", "nonsense")]),
        "PutRoom" => new Bounded([RoomAt(cell, scheduling.Own.Host)], [RoomAt(cell, scheduling.Other.Host), RoomAt(cell, "organisations/NOWHERE"), RoomAt(cell, "nonsense")]),
        _ => new Bounded(cell.Within == Within.OwnPoles ? [.. Of(cell, "name", scheduling.OwnSession)] : [], [.. Of(cell, "name", scheduling.OtherSession, $"sessions/{Guid.CreateVersion7()}", "nonsense")]),
    };

    private IMessage RoomAt(Cell cell, string host) =>
        Table.Request(cell.Rpc, ("request_id", Stage.NewRequest()), ("room", new Room { Host = host, DisplayName = cell.Role, Seats = 10 }));

    private IEnumerable<IMessage> Of(Cell cell, string field, params string[] values) =>
        values.Select(v => Table.Request(cell.Rpc, ("request_id", Stage.NewRequest()), (field, v)));
}
