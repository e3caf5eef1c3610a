using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Rooms;

/// <summary>Rooms by host and name.</summary>
internal sealed class ListRooms(Db db, PageTokens tokens)
{
    public async Task<ListRoomsResponse> Handle(ListRoomsRequest request, Call call)
    {
        var size = PageTokens.Size(request.PageSize);
        var filter = $"rooms|{call.Caller.Subject}|{request.Host}";
        var after = (await tokens.Open(filter, request.PageToken, call.Cancellation))?.Split('\n');
        var rooms = await db.Read(
            tx => tx.Query<Room>(
                """
                select * from room
                where (@Host = '' or host = @Host) and (host, display_name) > (@host, @name)
                order by host, display_name limit @limit
                """,
                new { request.Host, host = after?[0] ?? "", name = after?[1] ?? "", limit = size + 1 }),
            call.Cancellation);
        var response = new ListRoomsResponse { Rooms = { rooms.Take(size).Select(r => r.ToProto()) } };
        if (rooms.Count > size)
        {
            response.NextPageToken = await tokens.Seal(filter, $"{rooms[size - 1].Host}\n{rooms[size - 1].DisplayName}", call.Cancellation);
        }

        return response;
    }
}
