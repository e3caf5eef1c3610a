using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Notices;

/// <summary>A professional agrees to be named on the public list. Nobody does it for another.</summary>
internal sealed class AnnounceMyself(Db db)
{
    private const int Longest = 80;

    public Task<AnnounceMyselfResponse> Handle(AnnounceMyselfRequest request, Call call) => db.Once(call, request.RequestId, request, async tx =>
    {
        var (meeting, person) = await Enter(tx, call, request.Name);
        var name = request.DisplayName.Trim();
        if (!IsName(name))
        {
            throw RuleBroken.Invalid("display_name", "DISPLAY_NAME_INVALID", $"De 2 à {Longest} lettres, espaces, traits d'union, apostrophes et points.");
        }

        await tx.Execute(
            """
            insert into announcement (session_id, professional, display_name, announce_time) values (@Id, @person, @name, @Now)
            on conflict (session_id, professional) do update set display_name = excluded.display_name
            """,
            new { meeting.Id, person, name, call.Now });
        await Touch(tx, meeting, call);
        return new AnnounceMyselfResponse { Name = meeting.Name };
    });

    /// <summary>Someone's name, and nothing that would number a case, a telephone or a patient.</summary>
    internal static bool IsName(string text) =>
        text.Length is >= 2 and <= Longest && char.IsLetter(text[0]) && text.All(c => char.IsLetter(c) || c is ' ' or '-' or '\'' or '’' or '.')
        && !text.Contains("SIT-", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="RuleBroken">PERMISSION_DENIED, the same for a session that is not published, absent, or a caller whom the directory does not know.</exception>
    internal static async Task<(Meeting Meeting, string Person)> Enter(Tx tx, Call call, string name)
    {
        var person = await Directory.People.Myself(tx, call.Caller);
        var meeting = Meeting.IdOf(name) is { } id ? await MeetingStore.Find(tx, id) : null;
        return person is not null && meeting is not null && await Notice.LockPublished(tx, meeting) ? (meeting, person) : throw RuleBroken.Denied();
    }

    internal static Task Touch(Tx tx, Meeting meeting, Call call) =>
        tx.Execute("update notice set change_time = greatest(change_time, @Now) where session_id = @Id", new { meeting.Id, call.Now });
}
