using Intervision.Scheduling.Links;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Attendance;

/// <summary>The second signature on a correction of somebody's own indemnity (S8), or the refusal to give it.</summary>
internal sealed class CountersignCorrection(Db db)
{
    public Task<CountersignCorrectionResponse> Handle(CountersignCorrectionRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var (meeting, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.LeadsOrOrganises(m));
            var (decided, correction) = Decide(meeting, actor, request.Professional, request.Revision, request.Refuse);
            await CorrectionStore.Sign(tx, meeting, correction, correction.Signatures[^1], call.Now);
            var saved = await MeetingStore.Save(tx, call.Now, meeting, decided);
            await StructureLinks.Follow(tx, meeting, saved);
            return new CountersignCorrectionResponse { Session = SessionView.For(saved, actor), Correction = correction.ToProto() };
        });
    }

    internal static (Decided Decided, Correction Correction) Decide(Meeting meeting, Actor second, string professional, int revision, bool refuse)
    {
        CorrectAttendance.MustBeCertified(meeting);
        var pending = meeting.Corrections.FirstOrDefault(c => c.Professional == professional && c.Revision == revision && c.IsPending)
            ?? throw RuleBroken.NotNow("CORRECTION_NOT_PENDING", "Aucune correction n'attend cette signature.", "STATE", meeting.Name);
        if (!refuse && (second.Names.Contains(professional) || second.Names.Contains(pending.Author) || pending.Author == second.SignsAs))
        {
            throw RuleBroken.NotNow("SECOND_PERSON_REQUIRED", "Une autre personne que l'intéressé signe cette correction.", "STATE", meeting.Name);
        }

        var signed = pending with { Signatures = [.. pending.Signatures, new CorrectionSignature(second.SignsAs, refuse)] };
        return (
            new Decided(
                meeting with { Corrections = [.. meeting.Corrections.Select(c => ReferenceEquals(c, pending) ? signed : c)] }, CorrectAttendance.Said(meeting, signed)),
            signed);
    }
}
