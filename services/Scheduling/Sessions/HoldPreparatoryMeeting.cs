using Intervision.Scheduling.Directory;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Sessions;

/// <summary>
/// Records the preparatory meeting, in the seven days before the session (S4), on a fixed agenda (S3). Where the programme
/// requires it, every situation is passed in review: one that was not is a warning, since the meeting did take place.
/// </summary>
internal sealed class HoldPreparatoryMeeting(Db db)
{
    private const int WindowDays = 7;

    public Task<HoldPreparatoryMeetingResponse> Handle(HoldPreparatoryMeetingRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var (meeting, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.Organises(m));
            var date = request.MeetingDate.ToDate()
                ?? throw RuleBroken.Invalid("meeting_date", "DATE_INVALID", "La date de la réunion préparatoire manque ou n'existe pas.");
            var pole = await Pole.Of(tx, meeting.Pole);
            var saved = await MeetingStore.Save(tx, call.Now, meeting, Decide(meeting, date, pole.PreparatoryMeetingRequired, call.Now));
            return new HoldPreparatoryMeetingResponse { Session = SessionView.For(saved, actor) };
        });
    }

    /// <param name="everyItemReviewed">Whether the programme wants it.</param>
    internal static Decided Decide(Meeting meeting, DateOnly date, bool everyItemReviewed, DateTimeOffset now)
    {
        SessionVerb.MustBeIn(meeting, SessionState.Planned);
        MustHaveFixedAgenda(meeting);
        if (date < meeting.Date.AddDays(-WindowDays) || date >= meeting.Date)
        {
            throw RuleBroken.NotNow(
                "PREPARATORY_MEETING_OUT_OF_WINDOW",
                $"La réunion préparatoire se tient dans les sept jours avant la séance : du {meeting.Date.AddDays(-WindowDays):dd/MM/yyyy} au {meeting.Date.AddDays(-1):dd/MM/yyyy}.",
                "CLOCK",
                meeting.Name);
        }

        if (date > Paris.DateOf(now))
        {
            throw RuleBroken.NotNow("PREPARATORY_MEETING_NOT_HELD_YET", "La réunion préparatoire n'a pas encore eu lieu.", "CLOCK", meeting.Name);
        }

        return new Decided(meeting with
        {
            State = SessionState.Prepared,
            PreparatoryDate = date,
            Warnings = everyItemReviewed ? [.. meeting.Warnings, .. NotReviewed(meeting)] : meeting.Warnings,
        });
    }

    /// <summary>By position: a warning quotes no case.</summary>
    private static IEnumerable<string> NotReviewed(Meeting meeting)
    {
        var forgotten = meeting.Ahead.Where(i => i.Review is null).Select(i => $"n° {i.Position}").ToList();
        return forgotten.Count > 0 ? [$"Situations non passées en revue à la réunion préparatoire : {string.Join(", ", forgotten)}."] : [];
    }

    /// <exception cref="RuleBroken">AGENDA_NOT_FROZEN, AGENDA_EMPTY.</exception>
    internal static void MustHaveFixedAgenda(Meeting meeting)
    {
        if (meeting.FreezeTime is null)
        {
            throw RuleBroken.NotNow("AGENDA_NOT_FROZEN", "L'ordre du jour n'est pas encore arrêté.", "STATE", meeting.Name);
        }

        if (!meeting.Live.Any())
        {
            throw RuleBroken.NotNow("AGENDA_EMPTY", "L'ordre du jour n'a plus aucune situation.", "STATE", meeting.Name);
        }
    }
}
