using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.Links;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Attendance;

/// <summary>
/// Certifies the sheet, which is immutable after (S9). Whoever would certify one's own indemnity only signs: another
/// person's signature on the same sheet completes it (S8).
/// </summary>
internal sealed class CertifyAttendance(Db db)
{
    public Task<CertifyAttendanceResponse> Handle(CertifyAttendanceRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var (meeting, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, MayCertify);
            var pole = await Pole.Of(tx, meeting.Pole);
            var decided = Decide(meeting, actor, pole.Indemnified);
            var saved = await MeetingStore.Save(tx, call.Now, meeting, decided);
            await StructureLinks.Follow(tx, meeting, saved);
            return new CertifyAttendanceResponse
            {
                Session = SessionView.For(saved, actor),
                SecondSignatureNeeded = saved.State == SessionState.Held,
            };
        });
    }

    internal static Decided Decide(Meeting meeting, Actor certifier, bool indemnified)
    {
        SessionVerb.MustBeIn(meeting, SessionState.Held);
        if (meeting.Attendance.Count == 0)
        {
            throw RuleBroken.NotNow("ATTENDANCE_EMPTY", "La feuille de présence est vide.", "STATE", meeting.Name);
        }

        var signature = new Signature(certifier.SignsAs, meeting.SheetVersion);
        var signed = meeting.Signatures.Contains(signature) ? meeting : meeting with { Signatures = [.. meeting.Signatures, signature] };
        var signers = signed.Signatures.Where(s => s.SheetVersion == meeting.SheetVersion).Select(s => s.Certifier).ToList();
        if (signers.Count == 1 && indemnified && IsPaidFor(meeting, certifier))
        {
            return new Decided(signed);
        }

        return new Decided(signed with { State = SessionState.AttendanceCertified }, Certified(signed, signers));
    }

    private static bool MayCertify(Actor actor, Meeting meeting) => actor.LeadsOrOrganises(meeting);

    /// <summary>For coming, or for whoever stood in.</summary>
    private static bool IsPaidFor(Meeting meeting, Actor certifier) =>
        meeting.Attendance.Any(l => l.Capacity.Mode == "L" && (certifier.Names.Contains(l.Professional) || certifier.Names.Contains(l.Replaces)));

    private static AttendanceCertified Certified(Meeting meeting, IReadOnlyList<string> signers) => new()
    {
        Session = meeting.Name,
        Pole = meeting.Pole,
        Programme = meeting.Programme,
        Date = meeting.Date.ToProto(),
        StartInstant = meeting.Start.ToProto(),
        EndInstant = meeting.End.ToProto(),
        Certifiers = { signers },
        Lines = { meeting.Attendance.Select(WithoutCases) },
        DiscussedCases = meeting.Items.Count(i => i.State == AgendaItem.Types.State.Discussed),
    };

    /// <summary>Finance learns who came in which capacity, never for which situation (DESIGN §7.19).</summary>
    internal static AttendanceLine WithoutCases(AttendanceLine line)
    {
        var copy = line.Clone();
        copy.Cases.Clear();
        return copy;
    }
}
