using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Incident = Intervision.Scheduling.V1.ProposeRepairRequest.Types.Incident;

namespace Intervision.Scheduling.Proposals;

/// <summary>Ways out when something falls through; nothing is changed.</summary>
internal sealed class ProposeRepair(Db db)
{
    /// <summary>Other sessions are looked for so far on.</summary>
    internal const int HorizonDays = 180;

    public Task<ProposeRepairResponse> Handle(ProposeRepairRequest request, Call call) => db.ReadTogether(
        tx => IsCase(request) ? Urgent(tx, request, call) : OfSession(tx, request, call),
        call.Cancellation);

    private static async Task<ProposeRepairResponse> OfSession(Tx tx, ProposeRepairRequest request, Call call)
    {
        var scene = await Scene(tx, request, call);
        return new ProposeRepairResponse { Alternatives = { Ranking.Of(SessionRepairs.For(scene)).Select(w => w.ToProto(scene.Region)) } };
    }

    private static bool IsCase(ProposeRepairRequest request) =>
        request.Incident == Incident.CaseUrgent || request.Name.StartsWith("cases/", StringComparison.Ordinal);

    private static async Task<ProposeRepairResponse> Urgent(Tx tx, ProposeRepairRequest request, Call call)
    {
        var pole = await tx.SingleOrDefault<string>("select pole from ready_case where name = @Name", new { request.Name });
        if (pole is null || !(call.Caller.Has(Roles.Coordinator) || call.Caller.IsOf(pole)))
        {
            throw call.Caller.Has(Roles.Coordinator) ? RuleBroken.NotFound(request.Name) : RuleBroken.Denied();
        }

        if (request.Incident != Incident.CaseUrgent)
        {
            throw IncidentMissing();
        }

        var today = Paris.DateOf(call.Now);
        var region = await RegionSnapshot.Load(tx, [pole], today, today.AddDays(HorizonDays));
        var of = region.Cases.FirstOrDefault(c => c.Name == request.Name);
        if (of is null || region.Poles.Count == 0)
        {
            throw RuleBroken.NotNow("CASE_NOT_READY", "Cette situation n'est pas prête à être inscrite.", "STATE", request.Name);
        }

        var ways = Ranking.Of(UrgentRepairs.For(region, region.Poles[0], of, today, today.AddDays(HorizonDays))).ToList();
        return new ProposeRepairResponse
        {
            Alternatives = { ways.Select(w => w.ToProto(region)) },
            Obstacles = { ways.Count > 0 ? [] : UrgentRepairs.Obstacles(region, region.Poles[0], of, today, today.AddDays(HorizonDays)) },
        };
    }

    private static async Task<RepairScene> Scene(Tx tx, ProposeRepairRequest request, Call call)
    {
        var actor = await Actor.Of(tx, call.Caller);
        var meeting = SessionVerb.MustMay(
            call, request.Name, actor, Meeting.IdOf(request.Name) is { } id ? await MeetingStore.Find(tx, id) : null, (a, m) => a.Organises(m));
        Validate(request);
        SessionVerb.MustBeIn(meeting, SessionState.Planned, SessionState.Prepared, SessionState.Convened);
        var today = Paris.DateOf(call.Now);
        var region = await RegionSnapshot.Load(tx, [meeting.Pole], today, meeting.Date.AddDays(HorizonDays));
        var session = region.Sessions.FirstOrDefault(s => s.Id == meeting.Id) ?? throw RuleBroken.NotNow("SESSION_PAST", "La séance est passée.", "CLOCK", meeting.Name);
        var scene = new RepairScene(
            What(request, session, region.Poles[0]), today, region, region.Poles[0], session, request.Professional, [],
            request.Incident == Incident.RoomLost ? await Rooms(tx, meeting) : [], await Declined(tx, meeting));
        return await WithSubstitutes(tx, scene with { Away = Away(scene, request) }, meeting);
    }

    /// <summary>Whoever declines may be the one who leads, or the expert: that is another matter than a guest.</summary>
    private static Incident What(ProposeRepairRequest request, StandingSession session, Pole pole) =>
        request.Incident != Incident.PersonDeclined ? request.Incident
        : request.Professional == session.Expert ? Incident.ExpertDeclined
        : request.Professional == (session.Facilitator.Length > 0 ? session.Facilitator : pole.Referent) ? Incident.FacilitatorAway
        : Incident.PersonDeclined;

    private static string Away(RepairScene scene, ProposeRepairRequest request) => scene.Incident switch
    {
        Incident.ExpertDeclined => scene.Session.Expert.Length > 0
            ? scene.Session.Expert
            : throw RuleBroken.NotNow("NO_EXPERT_NAMED", "La séance n'a pas d'expert.", "STATE", scene.Session.Name),
        Incident.FacilitatorAway => scene.Facilitator,
        Incident.RoomLost => !scene.IsVideo ? "" : throw RuleBroken.NotNow("NO_ROOM_NEEDED", "La séance a lieu en visio.", "STATE", scene.Session.Name),
        _ => scene.Cases.Any(c => c.Involves(request.Professional))
            ? request.Professional
            : throw RuleBroken.Invalid("professional", "PERSON_NOT_CONCERNED", "Cette personne n'est liée à aucune situation de la séance."),
    };

    private static async Task<RepairScene> WithSubstitutes(Tx tx, RepairScene scene, Meeting meeting)
    {
        var role = scene.Incident == Incident.ExpertDeclined ? SessionRole.Expert : SessionRole.Facilitator;
        return scene.Incident is Incident.ExpertDeclined or Incident.FacilitatorAway
            ? scene with
            {
                Substitutes = [.. ProposeSubstitutes.Ranked(await ProposeSubstitutes.Candidates(tx, meeting, role))
                    .Where(c => c.Professional != scene.Away && !scene.Declined.Contains(c.Professional))],
            }
            : scene;
    }

    private static Task<IReadOnlyList<FreeRoom>> Rooms(Tx tx, Meeting meeting) => tx.Query<FreeRoom>(
        """
        select r.id, r.host, r.display_name, r.seats
        from room r
        where not r.retired and 'rooms/' || r.id <> @Room
          and (r.host = @Host or exists (select from convention c where c.organisation = r.host and @Date between c.first_date and c.last_date))
          and not exists (select from taken b where b.resource = 'rooms/' || r.id and b.session_id <> @Id and b.during && tstzrange(@Start, @End))
        order by r.host = @Host desc, r.seats >= @people desc, r.seats, r.host, r.display_name
        limit 3
        """,
        new { meeting.Room, meeting.Host, meeting.Date, meeting.Id, meeting.Start, meeting.End, people = meeting.Invitations.Count });

    private static async Task<IReadOnlySet<string>> Declined(Tx tx, Meeting meeting) =>
        (await tx.Query<string>("select professional from reply where session_id = @Id and sequence = @Sequence and answer = 'NO'", new { meeting.Id, meeting.Sequence }))
            .ToHashSet(StringComparer.Ordinal);

    private static void Validate(ProposeRepairRequest request)
    {
        if (request.Incident is Incident.Unspecified || !Enum.IsDefined(request.Incident))
        {
            throw IncidentMissing();
        }

        if (request.Incident == Incident.PersonDeclined && request.Professional.Length == 0)
        {
            throw RuleBroken.Invalid("professional", "PERSON_MISSING", "Dites qui ne peut pas venir.");
        }
    }

    private static RuleBroken IncidentMissing() => RuleBroken.Invalid("incident", "INCIDENT_MISSING", "Dites ce qui est arrivé.");
}
