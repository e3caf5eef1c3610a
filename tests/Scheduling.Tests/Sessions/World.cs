using Intervision.Intake.V1;
using Intervision.Scheduling.Agendas;
using Intervision.Scheduling.Attendance;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using ItemState = Intervision.Scheduling.V1.AgendaItem.Types.State;
using Outcome = Intervision.Scheduling.V1.ItemReview.Types.Outcome;

namespace Intervision.Scheduling.Tests.Sessions;

/// <summary>Two sessions of a pôle, a month apart, and the cases that go to and fro: what the verbs make of them, whatever the order.</summary>
internal sealed class World
{
    public static readonly Person[] People =
    [
        A.Person("F", A.Capacity("1", "L")), A.Person("X", A.Capacity("2")), A.Person("Q", A.Capacity("3")), A.Person("G", A.Capacity("1")),
        A.Person("O", A.Capacity("5")), A.Person("B", A.Capacity("1"), A.Capacity("4", "L")),
    ];

    private static readonly Dictionary<string, Person> Known = People.ToDictionary(p => p.Name, StringComparer.Ordinal);
    private static readonly Pole Pole = new() { Name = "poles/P1", MaximumCases = 4, MinutesPerCase = 30, ExpertRequired = true, AttendingPhysicianRequired = true };
    private static readonly string[] Reasons = ["REQUESTER_ASKED", "PATIENT_AT_RISK", ""];
    private readonly HashSet<string> withoutReason = ["cases/SIT-0000-0002"];

    public Meeting[] Meetings { get; } = [A.Meeting(), Later()];

    public HashSet<string> Waiting { get; } = [.. Enumerable.Range(1, 6).Select(A.Case)];

    public Dictionary<string, int> Discussed { get; } = new(StringComparer.Ordinal);

    /// <returns>Whether anything changed.</returns>
    public bool Step(int die)
    {
        var (verb, which, a, b) = (die % 20, die / 20 % 2, die / 40 % 89, die / 3560 % 83);
        var meeting = Meetings[which];
        var now = meeting.Start.AddDays(-12 + (a % 14)).AddMinutes(b % 60);
        try
        {
            return Apply(verb, which, meeting, a, b, now);
        }
        catch (RuleBroken)
        {
            return false;
        }
    }

    private bool Apply(int verb, int which, Meeting meeting, int a, int b, DateTimeOffset now)
    {
        var name = A.Case(1 + (a % 6));
        var person = People[b % People.Length];
        return verb switch
        {
            0 or 1 => Placed(which, HandPlacing.Put(meeting, Case(name), Around(b), Reasons[b % 3], now), name),
            2 => Left(which, HandPlacing.Off(meeting, HandPlacing.MustBeOnAgenda(meeting, name), "REQUESTER_ASKED", Known), name),
            3 => Moved(which, name, b, now),
            4 => Set(which, ReorderAgenda.Decide(meeting, [.. meeting.Ahead.Select(i => i.Case).OrderBy(c => (c[^1] * 7) + (b % 5))])),
            5 or 6 => Set(which, FreezeAgenda.Decide(meeting, conventionInForce: true, meeting.Start.AddDays(-(a % 11))), returns: true),
            7 => Reviewed(which, meeting, name, b),
            8 => Set(which, HoldPreparatoryMeeting.Decide(meeting, meeting.Date.AddDays(-(a % 9)), everyItemReviewed: true, now)),
            9 => withoutReason.Remove(name),
            10 or 11 => Set(which, ConveneSession.Decide(meeting, Convening(meeting, a % 7 != 0))),
            12 => Set(which, OpenSession.Decide(meeting, [.. meeting.Ahead.Select((item, i) => Answer(item.Case, (b + i) % 6 != 0, b))], [], now)),
            13 => Set(which, StartItem.Decide(meeting, Answer(name, b % 9 != 0, b), b % 3 == 0 ? meeting.Running?.Case ?? "" : "", meeting.Start.AddMinutes(b))),
            14 => Set(which, RecordPatientPresence.Decide(meeting, name, b % 4 == 0 ? [] : [new PatientPresence { Function = PatientPresence.Types.Function.Patient, InTime = meeting.Start.ToProto() }])),
            15 or 16 => Closed(which, CloseItem.Decide(meeting, Answer(name, b % 11 != 0, b), [.. People.Where((_, i) => ((a + b) >> i) % 2 == 0)], meeting.Start.AddMinutes(60)), name),
            17 => Set(which, RecordAttendance.Decide(meeting, [Line(meeting, person, a)], Known)),
            18 => Set(which, b % 3 == 0 ? CloseSession.Decide(meeting) : CertifyAttendance.Decide(meeting, Signer(a, person), indemnified: true), returns: true),
            _ => b % 4 == 0
                ? LeaveAgenda.Decide(meeting, name, "CONSENT_WITHDRAWN", evenOpen: true, now) is { } left && Set(which, left)
                : Corrected(which, meeting, person, a, b, now),
        };
    }

    private static Meeting Later()
    {
        var day = A.Day.AddDays(28);
        var start = Paris.InstantOf(day, new TimeOnly(12, 15));
        return A.Meeting() with { Id = new Guid("01990000-0000-7000-8000-000000000002"), Date = day, Start = start, End = start.AddMinutes(90) };
    }

    private static ConsentAnswer Answer(string name, bool allowed, int b) => allowed
        ? new ConsentAnswer(name, true, "", new ItemNotice { Case = name, PatientWishesToAttend = b % 2 == 0, LeavingPeople = { b % 5 == 0 ? ["professionals/Q"] : Array.Empty<string>() } })
        : new ConsentAnswer(name, false, "CONSENT_NOT_GRANTED");

    private static Actor Signer(int a, Person person) => A.Actor(a % 3 == 0 ? "coordinator@region" : person.Name, Roles.Referent);

    private static AttendanceLine Line(Meeting meeting, Person person, int a)
    {
        var line = A.Line(person.Name["professionals/".Length..], person.Capacities[a % person.Capacities.Count]);
        line.Role = person.Name.EndsWith('O') ? SessionRole.Observer : SessionRole.Actor;
        line.Kilometres = a % 5;
        line.Cases.Add(meeting.Live.Select(i => i.Case).Take(a % 2));
        return line;
    }

    private Surroundings Around(int b) => new(Pole, ConventionInForce: b % 13 != 0, MayKnow: true, Known);

    private CaseToPlace Case(string name) => new()
    {
        Name = name, Pole = "poles/P1", Programme = "programmes/ADDICTIONS", Urgent = name[^1] is '1' or '2', Waiting = Waiting.Contains(name),
        OnAgenda = Meetings.Any(m => m.Ahead.Any(i => i.Case == name)), Rank = 1 + Discussed.GetValueOrDefault(name), Requester = "professionals/Q",
        AttendingPhysician = HasPhysician(name) ? "professionals/G" : "", PhysicianAbsence = HasPhysician(name) || withoutReason.Contains(name) ? "" : "UNREACHABLE",
    };

    public bool HasPhysicianOrReason(string name) => !withoutReason.Contains(name);

    private static bool HasPhysician(string name) => name[^1] != '2';

    private ConveneSession.Convening Convening(Meeting meeting, bool convention)
    {
        CasePeople[] cases = [.. meeting.Live.Select(i => Case(i.Case))];
        return new ConveneSession.Convening(Pole, convention, "professionals/F", "professionals/X", "", Invitations.For("professionals/F", "professionals/X", cases), Known) { Cases = cases };
    }

    private bool Set(int which, Decided decided, bool returns = false)
    {
        if (returns)
        {
            Waiting.UnionWith(Meetings[which].Ahead.Select(i => i.Case).Except(decided.After.Ahead.Select(i => i.Case)));
        }

        Meetings[which] = decided.After;
        return true;
    }

    private bool Placed(int which, Decided decided, string name) => Set(which, decided) && Waiting.Remove(name);

    private bool Left(int which, Decided decided, string name) => Set(which, decided) && Waiting.Add(name);

    private bool Moved(int which, string name, int b, DateTimeOffset now)
    {
        var (left, reached) = MoveCase.Decide(Meetings[which], Meetings[1 - which], Case(name), Around(b), Known, "REQUESTER_ASKED", now);
        return Set(which, left) && Set(1 - which, reached);
    }

    private bool Reviewed(int which, Meeting meeting, string name, int b)
    {
        var review = new ItemReview { Outcome = (Outcome)(1 + (b % 3)) };
        (review.Reason, review.NeedsFunction) = (b % 3 == 1 ? "INFORMATION_MISSING" : "", b % 3 == 2 ? "CMP" : "");
        var decided = ReviewItem.Decide(meeting, name, review);
        return b % 3 == 1 ? Left(which, decided, name) : Set(which, decided);
    }

    private bool Closed(int which, Decided decided, string name)
    {
        if (decided.After.Items.Any(i => i.Case == name && i.State == ItemState.Discussed) && Set(which, decided))
        {
            Discussed[name] = Discussed.GetValueOrDefault(name) + 1;
            // Intake says it ready again for another intervision.
            return Waiting.Add(name);
        }

        return Set(which, decided);
    }

    private bool Corrected(int which, Meeting meeting, Person person, int a, int b, DateTimeOffset now)
    {
        if (meeting.Corrections.FirstOrDefault(c => c.IsPending) is { } pending && b % 2 == 0)
        {
            return Set(which, CountersignCorrection.Decide(meeting, Signer(a, person), pending.Professional, pending.Revision, refuse: a % 2 == 0).Decided);
        }

        return Set(which, CorrectAttendance.Decide(meeting, Signer(a, People[a % People.Length]), person.Name, b % 7 == 0 ? null : Line(meeting, person, a), "TIME_WRONG", indemnified: true, now).Decided);
    }
}
