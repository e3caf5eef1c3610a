using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Attendance;

/// <summary>
/// Writes lines of the attendance sheet, one per person, each replacing that person's. Signatures already given were for
/// another sheet: they no longer count.
/// </summary>
internal sealed class RecordAttendance(Db db)
{
    public Task<RecordAttendanceResponse> Handle(RecordAttendanceRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var (meeting, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.LeadsOrOrganises(m));
            AttendanceRules.MustFit(meeting, request.Lines);
            var people = await People.MustKnow(tx, [.. request.Lines.Select(l => l.Professional)], meeting.Date);
            var saved = await MeetingStore.Save(tx, call.Now, meeting, Decide(meeting, request.Lines, people));
            return new RecordAttendanceResponse { Session = SessionView.For(saved, actor) };
        });
    }

    internal static Decided Decide(Meeting meeting, IReadOnlyList<AttendanceLine> lines, IReadOnlyDictionary<string, Person> people)
    {
        SessionVerb.MustBeIn(meeting, SessionState.Open, SessionState.Held);
        var written = WithCapacities(lines, people);
        return new Decided(meeting with
        {
            Attendance =
            [
                .. meeting.Attendance.Where(l => !written.Exists(w => w.Professional == l.Professional))
                    .Concat(written).OrderBy(l => l.Professional, StringComparer.Ordinal),
            ],
            SheetVersion = meeting.SheetVersion + 1,
        });
    }

    internal static List<AttendanceLine> WithCapacities(IReadOnlyList<AttendanceLine> lines, IReadOnlyDictionary<string, Person> people)
    {
        var broken = new Violations();
        var written = new List<AttendanceLine>();
        foreach (var (line, i) in lines.Select((l, i) => (l, i)))
        {
            var (capacity, violation) = Capacities.Choose(people[line.Professional], line.Capacity, $"lines[{i}].capacity");
            if (violation is not null)
            {
                broken.Add(violation);
                continue;
            }

            if (!broken.Check(
                line.Replaces.Length == 0 || capacity!.Mode == "L", $"lines[{i}].replaces", "REPLACEMENT_NOT_LIBERAL", "Un remplaçant vient à titre libéral."))
            {
                continue;
            }

            var copy = line.Clone();
            copy.Capacity = capacity;
            written.Add(copy);
        }

        broken.ThrowIfAny();
        return written;
    }
}
