using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Registrations;

/// <summary>A professional comes to a session of an open programme without being tied to a case.</summary>
internal sealed class Register(Db db)
{
    private const string Salaried = "S";

    public Task<RegisterResponse> Handle(RegisterRequest request, Call call) => db.Once(call, request.RequestId, request, async tx =>
    {
        // Nobody else registers while the session is locked: seats are given one after the other.
        var myself = await People.Myself(tx, call.Caller);
        var meeting = Meeting.IdOf(request.Name) is { } id ? await MeetingStore.Lock(tx, id) : null;
        if (myself is null || meeting is null)
        {
            throw RuleBroken.Denied();
        }

        var leave = Leave(request, call.Now);
        var entries = await RegistrationStore.Of(tx, meeting.Id);
        if (entries.FirstOrDefault(e => e.Professional == myself && (e.IsRegistered || e.IsWaiting)) is { } already)
        {
            return new RegisterResponse { Registration = already.ToProto() };
        }

        var person = (await People.Known(tx, [myself], meeting.Date))[myself];
        MustBeOpen(meeting, await Pole.Of(tx, meeting.Pole), person, leave, call.Now);
        // Whoever waits already, because the room was too small until now, comes first.
        await RegistrationStore.Add(tx, meeting, myself, leave, call.Now);
        await Seating.Settle(tx, meeting, call.Now, registering: myself);
        return new RegisterResponse { Registration = (await RegistrationStore.Of(tx, meeting.Id)).Single(e => e.Professional == myself).ToProto() };
    });

    internal static void MustBeOpen(Meeting meeting, Pole pole, Person person, DateOnly? leave, DateTimeOffset now)
    {
        if (!pole.OpenToMembers)
        {
            throw RuleBroken.NotNow("PROGRAMME_NOT_OPEN", "Les séances de ce programme réunissent les seules personnes invitées.", "PROGRAMME", meeting.Programme);
        }

        SessionVerb.MustBeIn(meeting, SessionState.Planned, SessionState.Prepared, SessionState.Convened);
        if (now >= meeting.Start)
        {
            throw RuleBroken.NotNow("SESSION_STARTED", "La séance a commencé.", "CLOCK", meeting.Name);
        }

        if (meeting.Invitations.Any(i => i.Professional == person.Name))
        {
            throw RuleBroken.NotNow("INVITED_ALREADY", "Vous êtes déjà invité·e à cette séance.", "STATE", meeting.Name);
        }

        // Salaried staff come on working time, with their manager's leave (Lille).
        if (leave is null && person.Capacities.Count > 0 && person.Capacities.All(c => c.Mode == Salaried))
        {
            throw RuleBroken.NotNow("MANAGER_LEAVE_MISSING", "L'accord de votre responsable, avec sa date, est demandé.", "LEAVE", meeting.Name);
        }
    }

    private static DateOnly? Leave(RegisterRequest request, DateTimeOffset now)
    {
        if (!request.ManagerLeaveGiven)
        {
            return request.ManagerLeaveDate is null ? null : throw RuleBroken.Invalid("manager_leave_date", "LEAVE_NOT_GIVEN", "Une date est donnée, mais pas l'accord.");
        }

        var date = request.ManagerLeaveDate.ToDate() ?? throw RuleBroken.Invalid("manager_leave_date", "DATE_INVALID", "La date de l'accord manque ou n'existe pas.");
        return date <= Paris.DateOf(now) ? date : throw RuleBroken.Invalid("manager_leave_date", "DATE_IN_THE_FUTURE", "L'accord a été donné au plus tard aujourd'hui.");
    }
}
