using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Notices;

/// <summary>Puts a session on the public list.</summary>
internal sealed class PublishNotice(Db db)
{
    private const int LongestPlace = 200;

    public Task<PublishNoticeResponse> Handle(PublishNoticeRequest request, Call call) => db.Once(call, request.RequestId, request, async tx =>
    {
        var meeting = await Organised(tx, call, request.Name);
        var place = request.Place.Trim();
        Validate(place);
        SessionVerb.MustBeIn(meeting, SessionState.Planned, SessionState.Prepared, SessionState.Convened);
        var published = await tx.Single<DateTimeOffset>(
            """
            insert into notice (session_id, place, publish_time, change_time)
            values (@Id, coalesce(nullif(@place, ''), (select display_name from pole where name = @Pole), split_part(@Pole, '/', 2)), @Now, @Now)
            on conflict (session_id) do update set place = excluded.place, change_time = greatest(notice.change_time, excluded.change_time)
            returning publish_time
            """,
            new { meeting.Id, meeting.Pole, place, call.Now });
        return new PublishNoticeResponse { Name = meeting.Name, PublishTime = published.ToProto() };
    });

    /// <summary>The session, locked, for those who organise it. No etag: a notice is of the session, not a part of it.</summary>
    internal static async Task<Meeting> Organised(Tx tx, Call call, string name)
    {
        var actor = await Actor.Of(tx, call.Caller);
        var meeting = Meeting.IdOf(name) is { } id ? await MeetingStore.Lock(tx, id) : null;
        return SessionVerb.MustMay(call, name, actor, meeting, (a, m) => a.Organises(m));
    }

    private static void Validate(string place)
    {
        var broken = new Violations();
        broken.Check(place.Length <= LongestPlace && !place.Any(char.IsControl), "place", "PLACE_INVALID", $"Le lieu a au plus {LongestPlace} caractères, sur une ligne.");
        broken.Check(!place.Contains("SIT-", StringComparison.OrdinalIgnoreCase), "place", "CASE_CODE_IN_NOTICE", "Aucune situation n'est nommée dans un avis.");
        broken.ThrowIfAny();
    }
}
