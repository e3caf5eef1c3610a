using Intervision.Demo.Region;
using Intervision.Demo.Suite;
using Intervision.Membership.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Demo.Season;

/// <summary>
/// One session from its plan to its certified sheet. What is due on a day follows from the date; what is already done
/// follows from the state.
/// </summary>
internal sealed class SessionLife(Stage stage, Session first, Programme programme)
{
    private bool frozen;

    public Session Session { get; private set; } = first;

    public PoleRow Pole { get; } = stage.Region.PoleByCode[first.Pole["poles/".Length..]];

    public DateOnly Date => Session.Date.ToDate()!.Value;

    public TimeOnly Start => Session.StartTime.ToTime()!.Value;

    public bool IsHeld => Session.State is SessionState.Held or SessionState.AttendanceCertified or SessionState.Settled;

    public bool IsToFreeze(DateOnly day) => !frozen && Session.State == SessionState.Planned && day >= Date.AddDays(-10) && day <= Date;

    public bool IsToConvene(DateOnly day) => Session.State is SessionState.Planned or SessionState.Prepared && day >= Date.AddDays(-7) && day <= Date;

    public bool IsToHold(DateOnly day) =>
        Session.State is SessionState.Convened or SessionState.Open or SessionState.Held && day >= Date;

    public bool NeedsExpert => programme.ExpertRequired;

    private DevelopmentClaims Facilitator => Session.Facilitator is { Length: > 0 } name && name != $"professionals/{Pole.Referent}"
        ? new DevelopmentClaims(name, [Roles.Referent, Roles.Professional]) { Poles = [Pole.Name] }
        : Cast.ReferentOf(Pole, stage.Region);

    private DevelopmentClaims Host => Cast.HostCoordinatorOf(Pole);

    public async Task Freeze(DateOnly day)
    {
        await Step("freeze", async (session, id) => (await stage.Suite.Scheduling.FreezeAgendaAsync(
            new FreezeAgendaRequest { RequestId = id, Name = session.Name, Etag = session.Etag }, stage.As(Host, Stage.At(day, 18)))).Session);
        frozen = true;
    }

    /// <summary>The preparatory meeting where the programme wants one, then the invitations.</summary>
    /// <param name="expert">professionals/{id}; null when nobody is free.</param>
    public async Task Convene(DateOnly day, string? expert)
    {
        if (programme.PreparatoryMeetingRequired && Session.State == SessionState.Planned)
        {
            await Step("prepare", async (session, id) => (await stage.Suite.Scheduling.HoldPreparatoryMeetingAsync(
                new HoldPreparatoryMeetingRequest { RequestId = id, Name = session.Name, Etag = session.Etag, MeetingDate = day.ToProto() },
                stage.As(Host, Stage.At(day, 19)))).Session);
        }

        if (Session.State is SessionState.Planned or SessionState.Prepared)
        {
            await Step("convene", async (session, id) => (await stage.Suite.Scheduling.ConveneSessionAsync(
                new ConveneSessionRequest
                {
                    RequestId = id,
                    Name = session.Name,
                    Etag = session.Etag,
                    Expert = expert ?? "",
                    ExpertWaiverReason = expert is null && NeedsExpert ? "Aucun expert disponible ce jour-là." : "",
                },
                stage.As(Host, Stage.At(day, 20)))).Session);
        }
    }

    /// <summary>Opens, discusses each item, records who was there, closes.</summary>
    public async Task Hold(AttendanceSheet sheet)
    {
        var start = Paris.InstantOf(Date, Start);
        if (Session.State == SessionState.Convened)
        {
            await Step("open", async (session, id) => (await stage.Suite.Scheduling.OpenSessionAsync(
                new OpenSessionRequest { RequestId = id, Name = session.Name, Etag = session.Etag }, stage.As(Facilitator, start))).Session);
        }

        if (Session.State != SessionState.Open)
        {
            return;
        }

        foreach (var item in Session.Items.Where(i => i.State is AgendaItem.Types.State.Scheduled or AgendaItem.Types.State.Open).ToList())
        {
            await Step($"discuss {item.Case}", async (session, id) => (await stage.Suite.Scheduling.CloseItemAsync(
                new CloseItemRequest { RequestId = id, Name = session.Name, Etag = session.Etag, Case = item.Case, Present = { sheet.PresentFor(item.Case) } },
                stage.As(Facilitator, start.AddMinutes(programme.MinutesPerCase * item.Position)))).Session);
        }

        var end = start.AddMinutes(Math.Max(Session.DurationMinutes, programme.MinutesPerCase * Session.Items.Count));
        await Step("attendance", async (session, id) => (await stage.Suite.Scheduling.RecordAttendanceAsync(
            new RecordAttendanceRequest { RequestId = id, Name = session.Name, Etag = session.Etag, Lines = { sheet.Lines } },
            stage.As(Host, end))).Session);
        await Step("close", async (session, id) => (await stage.Suite.Scheduling.CloseSessionAsync(
            new CloseSessionRequest { RequestId = id, Name = session.Name, Etag = session.Etag }, stage.As(Facilitator, end.AddMinutes(1)))).Session);
    }

    /// <summary>The facilitator signs; one's own indemnity on the sheet asks for the host coordinator's signature too.</summary>
    public async Task Certify()
    {
        var evening = Paris.InstantOf(Date, Start).AddMinutes(Math.Max(Session.DurationMinutes, programme.MinutesPerCase * Session.Items.Count) + 15);
        if (Session.State == SessionState.Held)
        {
            await Sign("certify", Facilitator, evening);
        }

        if (Session.State == SessionState.Held)
        {
            await Sign("countersign", Host, evening.AddMinutes(15));
        }
    }

    public async Task Read() => Session = await Current();

    private Task Sign(string verb, DevelopmentClaims who, DateTimeOffset now) => Step(verb, async (session, id) =>
        (await stage.Suite.Scheduling.CertifyAttendanceAsync(
            new CertifyAttendanceRequest { RequestId = id, Name = session.Name, Etag = session.Etag }, stage.As(who, now))).Session);

    private async Task Step(string verb, Func<Session, string, Task<Session>> act)
    {
        var id = RequestId.Of(Session.Name, verb);
        Session = await Stage.Step(Session, session => act(session, id), Current);
    }

    private async Task<Session> Current() => (await stage.Suite.Scheduling.GetSessionAsync(
        new GetSessionRequest { Name = Session.Name }, stage.As(Cast.Coordinator, Stage.At(Date, 12)))).Session;
}
