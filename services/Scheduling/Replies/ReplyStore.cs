using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Replies;

/// <summary>Answers in the database. Whoever writes holds the session's row.</summary>
internal static class ReplyStore
{
    public static async Task<GivenAnswer?> Of(Tx tx, Guid session, string professional) =>
        (await tx.SingleOrDefault<Row>("select * from reply where session_id = @session and professional = @professional", new { session, professional }))?.ToAnswer();

    public static async Task<IReadOnlyDictionary<string, GivenAnswer>> All(Tx tx, Guid session) =>
        (await tx.Query<Row>("select * from reply where session_id = @session", new { session })).ToDictionary(r => r.Professional, r => r.ToAnswer(), StringComparer.Ordinal);

    public static Task Save(Tx tx, Guid session, GivenAnswer given) =>
        tx.Execute(
            """
            insert into reply (session_id, professional, sequence, answer, mode, channel, recorded_by, stamp_time, reply_time)
            values (@session, @Professional, @Sequence, @answer, @mode, @channel, @RecordedBy, @Stamp, @Time)
            on conflict (session_id, professional) do update set
              sequence = excluded.sequence, answer = excluded.answer, mode = excluded.mode, channel = excluded.channel,
              recorded_by = excluded.recorded_by, stamp_time = excluded.stamp_time, reply_time = excluded.reply_time
            """,
            new
            {
                session, given.Professional, given.Sequence, answer = given.Answer.Code(),
                mode = given.Mode == AttendanceMode.Unspecified ? "" : given.Mode.Code(), channel = given.Channel.Code(), given.RecordedBy, given.Stamp, given.Time,
            });

    private sealed class Row
    {
        public string Professional { get; init; } = "";

        public int Sequence { get; init; }

        public string Answer { get; init; } = "";

        public string Mode { get; init; } = "";

        public string Channel { get; init; } = "";

        public string RecordedBy { get; init; } = "";

        public DateTimeOffset StampTime { get; init; }

        public DateTimeOffset ReplyTime { get; init; }

        public GivenAnswer ToAnswer() => new(
            Professional, Sequence, Codes.Parse<Answer>(Answer), Mode.Length == 0 ? AttendanceMode.Unspecified : Codes.Parse<AttendanceMode>(Mode),
            Codes.Parse<ReplyChannel>(Channel), RecordedBy, StampTime, ReplyTime);
    }
}
