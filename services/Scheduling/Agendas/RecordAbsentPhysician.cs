using Intervision.Intake.V1;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Agendas;

/// <summary>Why no attending physician is invited (C4), where the request did not say it.</summary>
internal sealed class RecordAbsentPhysician(Db db)
{
    public Task<RecordAbsentPhysicianResponse> Handle(RecordAbsentPhysicianRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var (meeting, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.Organises(m));
            Validate(request);
            HandPlacing.MustBeOnAgenda(meeting, request.Case);
            var found = await CaseToPlace.Lock(tx, request.Case) ?? throw HandPlacing.NotReady(meeting);
            MustLackOne(meeting, found);
            await tx.Execute(
                "update ready_case set physician_absence = @absence where name = @Case", new { absence = request.Absence.Code(), request.Case });
            var saved = await MeetingStore.Save(tx, call.Now, meeting, new Decided(meeting));
            return new RecordAbsentPhysicianResponse { Session = SessionView.For(saved, actor) };
        });
    }

    internal static void MustLackOne(Meeting meeting, CasePeople of)
    {
        if (of.AttendingPhysician.Length > 0)
        {
            throw RuleBroken.NotNow("PHYSICIAN_IS_NAMED", "Le médecin traitant de cette situation est nommé : il est invité.", "STATE", meeting.Name, ("case", of.Name));
        }
    }

    private static void Validate(RecordAbsentPhysicianRequest request)
    {
        var broken = new Violations();
        AgendaReasons.CheckCase(broken, request.Case);
        broken.Check(
            request.Absence != AttendingPhysicianAbsence.Unspecified && Enum.IsDefined(request.Absence),
            "absence", "REASON_MISSING", "Pas de médecin traitant, refus du patient, ou injoignable ?");
        broken.ThrowIfAny();
    }
}
