using Intervision.Demo.Region;
using Intervision.Demo.Suite;
using Intervision.Intake.V1;
using Intervision.Membership.V1;
using Intervision.Scheduling.V1;

namespace Intervision.Demo.Season;

/// <summary>
/// The season, day by day in simulated time. Within a day, what different people do goes on at once; between steps
/// that need each other across services, <see cref="Quiescence"/> is asked.
/// </summary>
internal sealed class SeasonPlay(Stage stage)
{
    private readonly Dictionary<string, Programme> programmes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SessionLife> sessions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CaseLife> caseByName = new(StringComparer.Ordinal);
    private readonly List<(CaseLife Case, DateOnly On)> restitutions = [];
    private readonly List<CaseLife> cases = [.. stage.Region.Requests.Select((row, i) => new CaseLife(stage, row, i))];

    public IReadOnlyList<CaseLife> Cases => cases;

    /// <summary>The last day anything can be due on.</summary>
    public DateOnly LastDay => Later(stage.Region.SeasonLast, cases.Count == 0 ? stage.Region.SeasonLast : cases.Max(c => c.AskedOn ?? c.Row.SubmittedDate)).AddDays(31);

    public async Task Play(Action<int> requestsDone, Action<double> daysDone)
    {
        await ReadProgrammes();
        await ReadSessions();
        var first = stage.Region.FirstDate;
        for (var day = first; day <= LastDay; day = day.AddDays(1))
        {
            await PlayDay(day, requestsDone);
            daysDone(1.0 / (LastDay.DayNumber - first.DayNumber + 1));
        }
    }

    /// <summary>All sessions as they stand now.</summary>
    public async Task<List<Session>> ListSessions()
    {
        var all = new List<Session>();
        var request = new ListSessionsRequest { PageSize = 200 };
        do
        {
            var page = await stage.Suite.Scheduling.ListSessionsAsync(request, stage.As(Cast.Coordinator, Stage.At(LastDay, 12)));
            all.AddRange(page.Sessions);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return all;
    }

    private async Task PlayDay(DateOnly day, Action<int> requestsDone)
    {
        var deposited = cases.Where(c => c.Row.SubmittedDate == day).ToList();
        var asked = cases.Where(c => c.AskedOn == day && c.Case is not null).ToList();
        await Stage.Together(deposited.Concat(asked).Distinct(), async life =>
        {
            if (life.Row.SubmittedDate == day)
            {
                if (await life.Submit())
                {
                    await life.Accept();
                }

                requestsDone(1);
            }
            else
            {
                await life.AskConsent(day);
            }
        });
        foreach (var life in deposited.Where(c => c.Case is not null))
        {
            caseByName[life.Case!.Name] = life;
        }

        await Place(day, deposited.Concat(asked).Where(c => c.Case is { State: CaseState.Ready }));
        await PrepareSessions(day);
        await Remind(day);
        await HoldSessions(day);
        await ReportBack(day);
    }

    /// <summary>Newly ready cases go into the agendas of their pôles; a pôle on demand gets a session.</summary>
    private async Task Place(DateOnly day, IEnumerable<CaseLife> ready)
    {
        var poles = ready.Select(c => c.Pole!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (poles.Count == 0)
        {
            return;
        }

        await stage.Quiescence.Heard("scheduling", "intake");
        await Stage.Together(poles, async code =>
        {
            var placed = await stage.Suite.Scheduling.PlaceReadyCasesAsync(
                new PlaceReadyCasesRequest { RequestId = RequestId.Of("place", code, day.Iso()), Pole = $"poles/{code}" },
                stage.As(Cast.HostCoordinatorOf(stage.Region.PoleByCode[code]), Stage.At(day, 17)));
            foreach (var name in placed.Placements.Select(p => p.Session).Distinct(StringComparer.Ordinal))
            {
                await Refresh(name, day);
            }
        });
    }

    private async Task Refresh(string name, DateOnly day)
    {
        var session = (await stage.Suite.Scheduling.GetSessionAsync(new GetSessionRequest { Name = name }, stage.As(Cast.Coordinator, Stage.At(day, 17)))).Session;
        lock (sessions)
        {
            sessions[name] = new SessionLife(stage, session, programmes[session.Programme]);
        }
    }

    /// <summary>Ten days before: the agenda is fixed or the session cancelled. A week before: people are invited.</summary>
    private async Task PrepareSessions(DateOnly day)
    {
        await Stage.Together(InOrder(s => s.IsToFreeze(day)), async life => await life.Freeze(day));
        await Stage.Together(InOrder(s => s.IsToConvene(day)), async life =>
            await life.Convene(day, Experts.For(stage.Region, life, InOrder(s => s.Date == life.Date))));
    }

    /// <summary>The evening before, as the hourly job does outside Development.</summary>
    private async Task Remind(DateOnly day)
    {
        if (sessions.Values.Any(s => s.Date == day.AddDays(1) && s.Session.State == SessionState.Convened))
        {
            await stage.Suite.Invitations.SendRemindersAsync(new SendRemindersRequest { RequestId = RequestId.Of("remind", day.Iso()) }, stage.As(Cast.Coordinator, Stage.At(day, 21)));
        }
    }

    private async Task HoldSessions(DateOnly day)
    {
        var today = InOrder(s => s.Session.State != SessionState.Cancelled && (s.Date == day || s.IsToHold(day)));
        if (today.Count == 0)
        {
            return;
        }

        // Intake must know what is on the table before the consents are asked again.
        await stage.Quiescence.Heard("intake", "scheduling");
        var sheets = Seat(today.Where(s => s.Session.Items.Count > 0));
        await Stage.Together(sheets, async s => await s.Life.Hold(s.Sheet));
        foreach (var life in today)
        {
            // In the order in which they were held: so are the lines of a day, should an envelope end among them.
            await life.Certify();
        }

        await stage.Quiescence.Heard("intake", "scheduling");
        var discussed = today.SelectMany(s => Discussed(s.Session).Select(c => (s.Session.Name, Case: caseByName.GetValueOrDefault(c)))).ToList();
        await Stage.Together(discussed, async d =>
        {
            if (d.Case is not null)
            {
                await d.Case.Read(day);
                await FollowUp.Decide(stage, d.Case, d.Name, day);
            }
        });
        restitutions.AddRange(discussed.Where(d => d.Case is not null).Select(d => (d.Case!, FollowUp.RestitutionDate(day))));
    }

    /// <summary>Who sits where; nobody at two tables at a time, the earlier one first.</summary>
    private List<(SessionLife Life, AttendanceSheet Sheet)> Seat(IEnumerable<SessionLife> today)
    {
        var seated = new List<(SessionLife Life, AttendanceSheet Sheet)>();
        foreach (var life in today)
        {
            var elsewhere = seated
                .Where(s => s.Life.Date == life.Date && Overlap(s.Life, life))
                .SelectMany(s => s.Sheet.Lines.Select(l => l.Professional))
                .ToHashSet(StringComparer.Ordinal);
            seated.Add((life, AttendanceSheet.Of(stage.Region, life, elsewhere)));
        }

        return seated;
    }

    private async Task ReportBack(DateOnly day)
    {
        await Stage.Together(restitutions.Where(r => r.On == day), async r => await FollowUp.ReportBack(stage, r.Case, day));
        restitutions.RemoveAll(r => r.On == day);
    }

    private async Task ReadProgrammes()
    {
        foreach (var code in stage.Region.Programmes)
        {
            var name = $"programmes/{code}";
            programmes[name] = (await stage.Suite.Membership.GetProgrammeAsync(
                new GetProgrammeRequest { Name = name }, stage.As(Cast.Coordinator, Stage.At(stage.Region.FirstDate, 6)))).Programme;
        }
    }

    private async Task ReadSessions()
    {
        foreach (var session in await ListSessions())
        {
            sessions[session.Name] = new SessionLife(stage, session, programmes[session.Programme]);
        }
    }

    private List<SessionLife> InOrder(Func<SessionLife, bool> due) =>
        [.. sessions.Values.Where(due).OrderBy(s => s.Date).ThenBy(s => s.Start).ThenBy(s => s.Pole.Code, StringComparer.Ordinal)];

    private static IEnumerable<string> Discussed(Session session) =>
        session.Items.Where(i => i.State == AgendaItem.Types.State.Discussed).Select(i => i.Case);

    private static bool Overlap(SessionLife one, SessionLife other) =>
        one.Start < other.Start.AddMinutes(other.Session.DurationMinutes) && other.Start < one.Start.AddMinutes(one.Session.DurationMinutes);

    private static DateOnly Later(DateOnly one, DateOnly other) => one > other ? one : other;
}
