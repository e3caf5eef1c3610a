using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Tests.Model;

/// <summary>How one person was there; null where it stands: was not.</summary>
/// <param name="Declared">True: no other funder; false: another one; null: nothing said.</param>
public sealed record Presence(int Minutes, int Kilometres, bool Video, bool? Declared, SessionRole Role, bool Salaried)
{
    public static Gen<Presence?> Any =>
        Gen.Frequency((1, Gen.Constant<Presence?>(null)), (5, There.Select(p => (Presence?)p)));

    private static Gen<Presence> There =>
        from minutes in Gen.Choose(0, 110)
        from kilometres in Gen.Choose(0, 200)
        from video in Gen.Elements(false, false, true)
        from declared in Gen.Frequency((8, Gen.Constant<bool?>(true)), (1, Gen.Constant<bool?>(false)), (1, Gen.Constant<bool?>(null)))
        from role in Gen.Elements(SessionRole.Requester, SessionRole.Actor, SessionRole.Facilitator, SessionRole.Expert)
        from salaried in Gen.Frequency((6, Gen.Constant(false)), (1, Gen.Constant(true)))
        select new Presence(minutes, kilometres, video, declared, role, salaried);
}

/// <summary>One session as Scheduling tells it, in its order: convened and moved, then cancelled, or certified and corrected.</summary>
public sealed record SessionStory(int Day, int[] Moves, int Invited, bool Cancelled, Presence?[] Sheet, (int Person, Presence? Now)[] Corrections)
{
    public const int People = 4;
    private static readonly DateOnly FirstDay = new(2026, 10, 1);

    public static Gen<SessionStory> Any =>
        from day in Gen.Choose(0, 150)
        from moved in Gen.Choose(0, 2)
        from moves in Gen.ArrayOf(Gen.Choose(0, 150), moved)
        from invited in Gen.Choose(0, (1 << People) - 1)
        from cancelled in Gen.Frequency((6, Gen.Constant(false)), (1, Gen.Constant(true)))
        from sheet in Gen.ArrayOf(Presence.Any, People)
        from corrected in Gen.Choose(0, 3)
        from corrections in Gen.ArrayOf(Correction, corrected)
        select new SessionStory(day, moves, invited, cancelled, sheet, corrections);

    private static Gen<(int, Presence?)> Correction =>
        from person in Gen.Choose(0, People - 1)
        from now in Presence.Any
        select (person, now);

    /// <summary>Of the day it is held.</summary>
    public DateOnly Date => FirstDay.AddDays(Moves.Length == 0 ? Day : Moves[^1]);

    public static string PersonName(int person) => $"professionals/P{person}";

    /// <summary>The stream of the session, from 1.</summary>
    public IReadOnlyList<IMessage> Events(string name)
    {
        var events = new List<IMessage> { Convened(name, FirstDay.AddDays(Day)) };
        events.AddRange(Moves.Select((m, i) => Moved(name, FirstDay.AddDays(m), i + 1)));
        if (Cancelled)
        {
            return [.. events, new SessionCancelled { Session = name, Reason = "TEST" }];
        }

        events.Add(Certified(name));
        var revisions = new int[People];
        events.AddRange(Corrections.Select(c => Corrected(name, c.Person, c.Now, ++revisions[c.Person] + 1)));
        return events;
    }

    /// <summary>What is true of everybody in the end; nobody was there when it was cancelled.</summary>
    public Presence?[] Truth()
    {
        var truth = Cancelled ? new Presence?[People] : [.. Sheet];
        foreach (var (person, now) in Cancelled ? [] : Corrections)
        {
            truth[person] = now;
        }

        return truth;
    }

    private SessionConvened Convened(string name, DateOnly date) => new()
    {
        Session = name, Pole = "poles/P12", Programme = "programmes/A", Date = date.ToProto(), StartInstant = Start(date), EndInstant = End(date),
        People =
        {
            Enumerable.Range(0, People).Where(p => (Invited & (1 << p)) != 0).Select(p => new SessionConvened.Types.InvitedPerson
            {
                Professional = PersonName(p), Role = SessionRole.Requester, Capacity = Capacity(salaried: false),
            }),
        },
    };

    private static SessionMoved Moved(string name, DateOnly date, int sequence) =>
        new() { Session = name, Date = date.ToProto(), StartInstant = Start(date), EndInstant = End(date), Sequence = sequence };

    private AttendanceCertified Certified(string name) => new()
    {
        Session = name, Pole = "poles/P12", Programme = "programmes/A", Date = Date.ToProto(), StartInstant = Start(Date), EndInstant = End(Date),
        Certifiers = { "professionals/REFERENT" },
        Lines = { Sheet.Select((p, i) => (p, i)).Where(p => p.p is not null).Select(p => Line(p.i, p.p!)) },
    };

    private AttendanceCorrected Corrected(string name, int person, Presence? now, int revision) => new()
    {
        Session = name, Pole = "poles/P12", Programme = "programmes/A", Date = Date.ToProto(), StartInstant = Start(Date), EndInstant = End(Date),
        Certifiers = { "professionals/REFERENT" }, Professional = PersonName(person), Revision = revision, Line = now is null ? null : Line(person, now), Reason = "TIME_WRONG",
    };

    private AttendanceLine Line(int person, Presence p) => new()
    {
        Professional = PersonName(person), Role = p.Role, Capacity = Capacity(p.Salaried), Mode = p.Video ? AttendanceMode.Video : AttendanceMode.InPerson,
        InTime = Start(Date), OutTime = Timestamp.FromDateTimeOffset(Start(Date).ToDateTimeOffset().AddMinutes(p.Minutes)), Kilometres = p.Video ? 0 : p.Kilometres,
        NoOtherFunderDeclared = p.Declared == true, OtherFunderDeclared = p.Declared == false, Signature = "PAPER",
    };

    private static Capacity Capacity(bool salaried) => new() { ProfessionTable = "TRE_G15", ProfessionCode = "10", Mode = salaried ? "S" : "L", Organisation = "organisations/1" };

    private static Timestamp Start(DateOnly date) => Timestamp.FromDateTimeOffset(Paris.InstantOf(date, new TimeOnly(12, 30)));

    private static Timestamp End(DateOnly date) => Timestamp.FromDateTimeOffset(Paris.InstantOf(date, new TimeOnly(14, 0)));
}

/// <summary>What somebody, or the broker, does next.</summary>
public enum Act
{
    /// <summary>An event of session A arrives: mostly the next one, else number B, early or again.</summary>
    Deliver,
    TellPayee,
    PublishGrid,
    PutEnvelope,
    Approve,
    Propose,
    Release,
    Withdraw,
    BankPays,
    BankRejects,
    CloseYear,
    CarryLateLines,
}

public sealed record Step(Act Act, int A, int B)
{
    public static Gen<Step> Any =>
        from act in Gen.Frequency(
            (20, Gen.Constant(Act.Deliver)), (2, Gen.Constant(Act.TellPayee)), (1, Gen.Constant(Act.PublishGrid)), (1, Gen.Constant(Act.PutEnvelope)),
            (5, Gen.Constant(Act.Approve)), (3, Gen.Constant(Act.Propose)), (3, Gen.Constant(Act.Release)), (1, Gen.Constant(Act.Withdraw)),
            (2, Gen.Constant(Act.BankPays)), (2, Gen.Constant(Act.BankRejects)),
            (1, Gen.Constant(Act.CloseYear)), (1, Gen.Constant(Act.CarryLateLines)))
        from a in Gen.Choose(0, 1000)
        from b in Gen.Choose(0, 1000)
        select new Step(act, a, b);
}

/// <summary>Sessions and a schedule in which their events, payees, grids and the people of finance come as they like.</summary>
/// <param name="Ready">Payees, grids and envelopes are there before the first session.</param>
/// <param name="Closes">Finance closes 2026 when it comes to it.</param>
public sealed record Story(SessionStory[] Sessions, Step[] Steps, bool Capped, bool Ready, bool Closes)
{
    public static Gen<Story> Any =>
        from sessions in Gen.ArrayOf(SessionStory.Any, 3)
        from steps in Gen.ArrayOf(Step.Any, 60)
        from capped in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true)))
        from ready in Gen.Frequency((3, Gen.Constant(true)), (1, Gen.Constant(false)))
        from closes in Gen.Frequency((2, Gen.Constant(false)), (1, Gen.Constant(true)))
        select new Story(sessions, steps, capped, ready, closes);

    /// <summary>Which event of a session arrives, from 1.</summary>
    public static int Arriving(Step step, int applied, int events) => step.B % 4 == 0 || applied == events ? (step.B % events) + 1 : applied + 1;
}
