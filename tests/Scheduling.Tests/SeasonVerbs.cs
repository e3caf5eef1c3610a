using Google.Protobuf;
using Grpc.Core;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Tests;

/// <summary>The verbs of SeasonService, just before they are due.</summary>
internal static class SeasonVerbs
{
    public static readonly string[] OnSessions = ["MoveSession", "CancelSession", "AssignRoom", "RenewVideoLink", "SetFacilitator", "SetExpert"];

    public static readonly string[] OnPoles = ["PutSeasonRules", "ReplanSeason", "AddSession"];

    public static async Task<Prepared> Prepare(string verb, Stage stage)
    {
        var client = stage.Fixture.Seasons;
        return verb switch
        {
            "MoveSession" => Verbs.On(stage, await stage.Planned(), Stage.Summer, 1, async (id, etag, name, headers) =>
                await client.MoveSessionAsync(new MoveSessionRequest { RequestId = id, Name = name, Etag = etag, Date = new DateOnly(2026, 9, 10).ToProto() }, headers)),
            "CancelSession" => Verbs.On(stage, await stage.Planned(), Stage.Summer, 3, async (id, etag, name, headers) =>
                await client.CancelSessionAsync(new CancelSessionRequest { RequestId = id, Name = name, Etag = etag, Reason = CancelSessionRequest.Types.Reason.RoomLost }, headers)),
            "AssignRoom" => Verbs.On(stage, await stage.Planned(), Stage.Summer, 0, await AssignRoom(stage)),
            "RenewVideoLink" => Verbs.On(stage, await stage.Convened(), Stage.Start, 0, async (id, etag, name, headers) =>
                await client.RenewVideoLinkAsync(new RenewVideoLinkRequest { RequestId = id, Name = name, Etag = etag }, headers)),
            "SetFacilitator" => Verbs.On(stage, await stage.Convened(), Stage.Start, 1, async (id, etag, name, headers) =>
                await client.SetFacilitatorAsync(new SetFacilitatorRequest { RequestId = id, Name = name, Etag = etag, Facilitator = stage.Physician }, headers)),
            "SetExpert" => Verbs.On(stage, await stage.Convened(), Stage.Start, 1, async (id, etag, name, headers) =>
                await client.SetExpertAsync(new SetExpertRequest { RequestId = id, Name = name, Etag = etag, ExpertWaiverReason = "Malade" }, headers)),
            "PutSeasonRules" => new Prepared(
                stage,
                async (id, etag, name, who) => await client.PutSeasonRulesAsync(
                    new PutSeasonRulesRequest
                    {
                        RequestId = id, Owner = name.Length == 0 ? stage.Pole : name,
                        Rules = new SeasonRules { PublicHolidays = ClashPolicy.Shift, WeekOfMonth = etag.Length == 0 ? 2 : 3 },
                    },
                    stage.As(who, Stage.Summer)),
                stage.Coordinator, "", "", 0),
            "AddSession" => new Prepared(
                stage,
                async (id, etag, name, who) => await client.AddSessionAsync(
                    new AddSessionRequest { RequestId = id, Pole = name.Length == 0 ? stage.Pole : name, Date = new DateOnly(2026, 9, etag.Length == 0 ? 10 : 11).ToProto() },
                    stage.As(who, Stage.Summer)),
                stage.Coordinator, "", "", 0),
            "ReplanSeason" => new Prepared(
                stage,
                async (id, etag, name, who) => await client.ReplanSeasonAsync(
                    new ReplanSeasonRequest
                    {
                        RequestId = id, Pole = name.Length == 0 ? stage.Pole : name, FirstDate = new DateOnly(2026, 9, 1).ToProto(),
                        LastDate = new DateOnly(2026, 9, etag.Length == 0 ? 30 : 29).ToProto(),
                    },
                    stage.As(who, Stage.Summer)),
                stage.Coordinator, "", "", 0),
            _ => throw new ArgumentOutOfRangeException(nameof(verb), verb, "Not a verb."),
        };
    }

    private static async Task<Func<string, string, string, Metadata, Task<IMessage>>> AssignRoom(Stage stage)
    {
        var room = (await stage.Fixture.Seasons.PutRoomAsync(
            new PutRoomRequest { RequestId = Stage.NewRequest(), Room = new Room { Host = stage.Host, DisplayName = "Salle", Seats = 12 } }, stage.AsCoordinator(Stage.Summer))).Room;
        return async (id, etag, name, headers) =>
            await stage.Fixture.Seasons.AssignRoomAsync(new AssignRoomRequest { RequestId = id, Name = name, Etag = etag, Room = room.Name }, headers);
    }
}
