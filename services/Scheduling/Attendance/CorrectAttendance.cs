using Google.Protobuf;
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
/// Corrects one person's presence on a certified sheet, which stays as it was signed (S9): a counter-entry and a new entry.
/// Who corrects signs; one's own indemnity waits for somebody else's signature (S8).
/// </summary>
internal sealed class CorrectAttendance(Db db)
{
    private static readonly HashSet<string> Reasons = new(StringComparer.Ordinal)
    {
        "TIME_WRONG", "MODE_WRONG", "KILOMETRES_WRONG", "CAPACITY_WRONG", "ROLE_WRONG", "CASES_WRONG", "DECLARATION_WRONG", "SIGNATURE_WRONG", "PERSON_FORGOTTEN",
        "PERSON_ABSENT",
    };

    public Task<CorrectAttendanceResponse> Handle(CorrectAttendanceRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var (meeting, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.LeadsOrOrganises(m));
            MustBeCertified(meeting);
            Validate(meeting, request);
            var pole = await Pole.Of(tx, meeting.Pole);
            var line = request.Line is null ? null : RecordAttendance.WithCapacities([request.Line], await People.MustKnow(tx, [request.Professional], meeting.Date))[0];
            var (decided, correction) = Decide(meeting, actor, request.Professional, line, request.Reason, pole.Indemnified, call.Now);
            await CorrectionStore.Append(tx, meeting, correction, call.Now);
            var saved = await MeetingStore.Save(tx, call.Now, meeting, decided);
            await StructureLinks.Follow(tx, meeting, saved);
            return new CorrectAttendanceResponse { Session = SessionView.For(saved, actor), Correction = correction.ToProto() };
        });
    }

    /// <param name="line">With its capacity; null when the person was not there.</param>
    internal static (Decided Decided, Correction Correction) Decide(
        Meeting meeting, Actor author, string professional, AttendanceLine? line, string reason, bool indemnified, DateTimeOffset now)
    {
        MustBeCertified(meeting);
        var before = meeting.Sheet.FirstOrDefault(l => l.Professional == professional);
        if (Equals(before, line))
        {
            throw RuleBroken.NotNow("NOTHING_TO_CORRECT", "La feuille dit déjà cela de cette personne.", "STATE", meeting.Name);
        }

        if (meeting.Corrections.Any(c => c.Professional == professional && c.IsPending))
        {
            throw RuleBroken.NotNow("CORRECTION_PENDING", "Une correction pour cette personne attend une seconde signature.", "STATE", meeting.Name);
        }

        var revision = meeting.Corrections.Where(c => c.Professional == professional).Select(c => c.Revision).DefaultIfEmpty(1).Max() + 1;
        var ownMoney = indemnified && (IsPaid(author, professional, before) || IsPaid(author, professional, line));
        var correction = new Correction(professional, revision, reason, author.SignsAs, ownMoney, now, before, line)
        {
            Signatures = [new CorrectionSignature(author.SignsAs, Refused: false)],
        };
        return (new Decided(meeting with { Corrections = [.. meeting.Corrections, correction] }, Said(meeting, correction)), correction);
    }

    /// <exception cref="RuleBroken">STATE_FORBIDS.</exception>
    internal static void MustBeCertified(Meeting meeting) => SessionVerb.MustBeIn(meeting, SessionState.AttendanceCertified, SessionState.Settled);

    /// <summary>Nothing while it waits for a second signature.</summary>
    internal static IReadOnlyList<IMessage> Said(Meeting meeting, Correction correction) => !correction.IsInForce ? [] :
    [
        new AttendanceCorrected
        {
            Session = meeting.Name,
            Pole = meeting.Pole,
            Programme = meeting.Programme,
            Date = meeting.Date.ToProto(),
            StartInstant = meeting.Start.ToProto(),
            EndInstant = meeting.End.ToProto(),
            Certifiers = { correction.Certifiers },
            Professional = correction.Professional,
            Revision = correction.Revision,
            Line = correction.After is null ? null : CertifyAttendance.WithoutCases(correction.After),
            Reason = correction.Reason,
        },
    ];

    private static bool IsPaid(Actor author, string professional, AttendanceLine? line) =>
        line?.Capacity.Mode == "L" && (author.Names.Contains(professional) || author.Names.Contains(line.Replaces));

    private static void Validate(Meeting meeting, CorrectAttendanceRequest request)
    {
        var broken = new Violations();
        broken.Check(request.Professional.StartsWith("professionals/", StringComparison.Ordinal), "professional", "PROFESSIONAL_NAME_INVALID", "Le nom de la personne est attendu : professionals/….");
        broken.Check(request.Line is null || request.Line.Professional == request.Professional, "line.professional", "OTHER_PERSON", "La ligne nomme une autre personne.");
        broken.Check(request.Reason.Length > 0, "reason", "REASON_MISSING", "Le motif de la correction est obligatoire.");
        broken.Check(request.Reason.Length == 0 || Reasons.Contains(request.Reason), "reason", "UNKNOWN_REASON", "Ce motif n'est pas dans la liste.");
        broken.ThrowIfAny();
        if (request.Line is not null)
        {
            AttendanceRules.MustFit(meeting, [request.Line]);
        }
    }
}
