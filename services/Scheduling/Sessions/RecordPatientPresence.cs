using Intervision.Scheduling.Agendas;
using Intervision.Scheduling.Attendance;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Sessions;

/// <summary>Patient, trusted person or guardian at an item: the function and the times, never a name (DESIGN §2.1).</summary>
internal sealed class RecordPatientPresence(Db db)
{
    private const int Most = 10;

    public Task<RecordPatientPresenceResponse> Handle(RecordPatientPresenceRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var (meeting, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.Leads(m));
            Validate(meeting, request, call.Now);
            var saved = await MeetingStore.Save(tx, call.Now, meeting, Decide(meeting, request.Case, request.Presences));
            return new RecordPatientPresenceResponse { Session = SessionView.For(saved, actor) };
        });
    }

    internal static Decided Decide(Meeting meeting, string caseName, IReadOnlyList<PatientPresence> presences)
    {
        SessionVerb.MustBeIn(meeting, SessionState.Open);
        var item = StartItem.MustBeOpen(meeting, caseName);
        if (presences.Count > 0 && !item.PatientExpected)
        {
            throw RuleBroken.NotNow("PATIENT_NOT_EXPECTED", "Le patient n'a pas souhaité prendre part à l'échange.", "CONSENT", meeting.Name);
        }

        return new Decided(meeting.With(item with { PatientPresences = [.. presences.OrderBy(p => p.InTime.ToDateTimeOffset()).ThenBy(p => p.Function)] }));
    }

    internal static void Validate(Meeting meeting, RecordPatientPresenceRequest request, DateTimeOffset now)
    {
        var broken = new Violations();
        AgendaReasons.CheckCase(broken, request.Case);
        broken.Check(request.Presences.Count <= Most, "presences", "PRESENCE_COUNT_INVALID", $"Au plus {Most} présences.");
        for (var i = 0; i < request.Presences.Count; i++)
        {
            Check(broken, meeting, request.Presences[i], $"presences[{i}]", now);
        }

        broken.Check(broken.Any || !Overlap(request.Presences), "presences", "PRESENCES_OVERLAP", "Deux présences de la même fonction se recouvrent.");
        broken.ThrowIfAny();
    }

    private static void Check(Violations broken, Meeting meeting, PatientPresence said, string field, DateTimeOffset now)
    {
        broken.Check(
            said.Function != PatientPresence.Types.Function.Unspecified && Enum.IsDefined(said.Function),
            $"{field}.function", "FUNCTION_MISSING", "Le patient, une personne de confiance ou un représentant légal ?");
        var (came, left) = (AttendanceRules.Instant(said.InTime), AttendanceRules.Instant(said.OutTime));
        if (!broken.Check(came is not null && (left is not null || said.OutTime is null), $"{field}.in_time", "TIME_MISSING", "L'heure d'arrivée manque, ou une heure n'existe pas."))
        {
            return;
        }

        broken.Check(left is null || came < left, $"{field}.out_time", "LEFT_BEFORE_COMING", "Le départ précède l'arrivée.");
        broken.Check(AttendanceRules.FallsInto(meeting, came!.Value, left ?? came.Value), $"{field}.in_time", "TIME_OUTSIDE_SESSION", "Les heures de présence ne tombent pas dans la séance.");
        broken.Check(came <= now && (left ?? came) <= now, $"{field}.in_time", "TIME_IN_FUTURE", "Une présence à venir ne se constate pas.");
    }

    private static bool Overlap(IEnumerable<PatientPresence> presences) =>
        presences.GroupBy(p => p.Function).Any(g => g.OrderBy(p => p.InTime.ToDateTimeOffset()).ToList() is var of
            && of.Zip(of.Skip(1)).Any(p => p.First.OutTime is null || p.Second.InTime.ToDateTimeOffset() < p.First.OutTime.ToDateTimeOffset()));
}
