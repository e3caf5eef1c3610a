using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Sessions;

/// <summary>Who could take the place of a facilitator or an expert: free at that time, the nearest first, and why.</summary>
internal sealed class ProposeSubstitutes(Db db)
{
    private const int Most = 50;

    public Task<ProposeSubstitutesResponse> Handle(ProposeSubstitutesRequest request, Call call) => db.Read(
        async tx =>
        {
            var actor = await Actor.Of(tx, call.Caller);
            var found = Meeting.IdOf(request.Name) is { } id ? await MeetingStore.Find(tx, id) : null;
            var meeting = SessionVerb.MustMay(call, request.Name, actor, found, (a, m) => a.Organises(m));
            if (request.Role is not (SessionRole.Facilitator or SessionRole.Expert))
            {
                throw RuleBroken.Invalid("role", "ROLE_NOT_SUBSTITUTED", "On remplace un animateur ou un expert.");
            }

            SessionVerb.MustBeIn(meeting, SessionState.Planned, SessionState.Prepared, SessionState.Convened);
            return new ProposeSubstitutesResponse { Substitutes = { Ranked(await Candidates(tx, meeting, request.Role)).Take(Most).Select(c => c.ToProto()) } };
        },
        call.Cancellation);

    /// <summary>Those who know the pôle, then those who are near, then those who know the trade; the charter counts before the name.</summary>
    internal static IEnumerable<Candidate> Ranked(IEnumerable<Candidate> candidates) => candidates
        .OrderByDescending(c => c.LeadsThePole)
        .ThenByDescending(c => c.PastSessions)
        .ThenByDescending(c => c.InvitedAlready)
        .ThenByDescending(c => c.OfTheHost)
        .ThenByDescending(c => c.OfTheProgramme)
        .ThenByDescending(c => c.CharterAccepted)
        .ThenBy(c => c.Professional, StringComparer.Ordinal);

    /// <summary>Who has declined the session as it stands is left out. Busy is whoever holds a booking, or is invited to another convened session, at that time.</summary>
    internal static Task<IReadOnlyList<Candidate>> Candidates(Tx tx, Meeting meeting, SessionRole role) => tx.Query<Candidate>(
        """
        select p.name as professional,
               p.charter_accepted_date is not null as charter_accepted,
               exists (select from pole o where o.name = @Pole and o.referent = p.name) as leads_the_pole,
               exists (select from pole o where o.programme = @Programme and o.referent = p.name) as of_the_programme,
               exists (select from activity a where a.professional = p.name and a.organisation = @Host
                       and (a.from_date is null or a.from_date <= @Date) and (a.until_date is null or @Date < a.until_date)) as of_the_host,
               exists (select from invitation i where i.session_id = @Id and i.professional = p.name) as invited_already,
               (select count(*) from session s
                where s.pole = @Pole and s.state in ('HELD', 'ATTENDANCE_CERTIFIED', 'SETTLED') and p.name in (s.facilitator, s.expert))::int as past_sessions
        from professional p
        where p.name not in (@Facilitator, @Expert)
          and case when @role = 'EXPERT' then p.expert
                   else exists (select from pole o where o.referent = p.name) or exists (select from session s where s.facilitator = p.name) end
          and exists (select from activity a where a.professional = p.name
                      and (a.from_date is null or a.from_date <= @Date) and (a.until_date is null or @Date < a.until_date))
          and not exists (select from reply r where r.session_id = @Id and r.professional = p.name and r.sequence = @Sequence and r.answer = 'NO')
          and not exists (select from booking b where b.resource = p.name and b.session_id <> @Id and b.during && tstzrange(@Start, @End))
          and not exists (select from invitation i join session s on s.id = i.session_id
                          where i.professional = p.name and s.id <> @Id and s.state in ('CONVENED', 'OPEN')
                            and tstzrange(s.start_instant, s.end_instant) && tstzrange(@Start, @End))
        """,
        new { meeting.Id, meeting.Pole, meeting.Programme, meeting.Host, meeting.Date, meeting.Facilitator, meeting.Expert, meeting.Start, meeting.End, meeting.Sequence, role = role.Code() });

    /// <summary>Somebody free at that time, and what speaks for them.</summary>
    internal sealed class Candidate
    {
        public string Professional { get; init; } = "";

        public bool LeadsThePole { get; init; }

        public int PastSessions { get; init; }

        public bool InvitedAlready { get; init; }

        public bool OfTheHost { get; init; }

        public bool OfTheProgramme { get; init; }

        public bool CharterAccepted { get; init; }

        public ProposeSubstitutesResponse.Types.Substitute ToProto()
        {
            var substitute = new ProposeSubstitutesResponse.Types.Substitute { Professional = Professional, PastSessions = PastSessions };
            Say(LeadsThePole, "REFERENT_OF_THE_POLE");
            Say(PastSessions > 0, "KNOWS_THE_POLE");
            Say(InvitedAlready, "INVITED_ALREADY");
            Say(OfTheHost, "OF_THE_HOST");
            Say(OfTheProgramme, "REFERENT_IN_THE_PROGRAMME");
            if (!CharterAccepted)
            {
                substitute.Warnings.Add("Charte non acceptée.");
            }

            return substitute;

            void Say(bool holds, string reason)
            {
                if (holds)
                {
                    substitute.Reasons.Add(reason);
                }
            }
        }
    }
}
