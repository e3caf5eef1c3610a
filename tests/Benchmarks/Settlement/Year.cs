using Google.Protobuf.WellKnownTypes;
using Intervision.Indemnisation.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Benchmarks.Settlement;

/// <summary>
/// An invented year, the same each time: the region's own proportions times as much as asked. For each 1,000 attendance
/// lines 119 sessions of 8 or 9 liberal professionals, 21 pôles, 870 liberal professionals and 787 payees.
/// </summary>
internal sealed class Year(int lines)
{
    public const string Programme = "programmes/ADDICTIONS";
    public const string Grid = "rateGrids/GRI-2026";
    private const double PerSession = 8.4;
    private static readonly string[] Professions = ["10", "21", "60", "70"];

    public int Lines => lines;

    public int Sessions { get; } = (int)Math.Ceiling(lines / PerSession);

    public int People { get; } = Math.Max(100, lines / 100 * 87);

    public int Payees { get; } = Math.Max(90, lines / 1000 * 787);

    private int Poles { get; } = Math.Max(1, lines / 1000 * 21);

    public string PersonName(int person) => $"professionals/PER-{person:D7}";

    /// <summary>Some are paid through their practice: several people, one payee.</summary>
    public string PayeeOf(int person) => $"payees/PAY-{person % Payees:D7}";

    public IEnumerable<AttendanceCertified> Sheets()
    {
        var left = lines;
        for (var session = 0; session < Sessions; session++)
        {
            var here = Math.Min(left, (int)Math.Round((session + 1) * PerSession) - (int)Math.Round(session * PerSession));
            here = session == Sessions - 1 ? left : here;
            yield return SheetOf(session, here);
            left -= here;
        }
    }

    /// <summary>When the referent signs, three hours after the beginning.</summary>
    public static DateTimeOffset CertifiedAt(AttendanceCertified sheet) => sheet.StartInstant.ToDateTimeOffset().AddHours(3);

    private AttendanceCertified SheetOf(int session, int present)
    {
        var random = new Random(session);
        // Sessions follow each other through the year, as their sheets do.
        var start = Paris.InstantOf(new DateOnly(2026, 1, 5).AddDays((int)(session * 350L / Sessions)), new TimeOnly(12, 30));
        // A pôle does not meet twice on one day: nobody is at two tables at once.
        var pole = (int)(session * 7919L % Poles);
        var sheet = new AttendanceCertified
        {
            Session = $"sessions/{Guid.CreateVersion7(start.AddTicks(session * TimeSpan.TicksPerMillisecond))}",
            Pole = $"poles/P{pole:D5}",
            Programme = Programme,
            Date = Paris.DateOf(start).ToProto(),
            StartInstant = start.ToTimestamp(),
            EndInstant = start.AddMinutes(90).ToTimestamp(),
            Certifiers = { $"professionals/REF-{pole:D5}" },
        };
        // People meet in their own pôle.
        var perPole = People / Poles;
        var first = pole * perPole;
        foreach (var person in Enumerable.Range(0, perPole).OrderBy(_ => random.Next()).Take(present))
        {
            sheet.Lines.Add(LineOf(sheet, first + person, random));
        }

        return sheet;
    }

    private AttendanceLine LineOf(AttendanceCertified sheet, int person, Random random)
    {
        var (start, kind) = (sheet.StartInstant.ToDateTimeOffset(), random.Next(1000));
        var byVideo = kind % 3 == 0;
        return new AttendanceLine
        {
            Professional = PersonName(person),
            Role = sheet.Lines.Count == 0 ? SessionRole.Facilitator : SessionRole.Requester,
            Capacity = new Capacity { ProfessionTable = "TRE_G15", ProfessionCode = Professions[person % Professions.Length], Mode = "L", Organisation = $"organisations/{59_000_0000 + person}" },
            Mode = byVideo ? AttendanceMode.Video : AttendanceMode.InPerson,
            InTime = start.ToTimestamp(),
            // Five in a thousand left too early to be paid; five are paid by somebody else.
            OutTime = start.AddMinutes(kind < 5 ? 20 : 45 + (random.Next(4) * 15)).ToTimestamp(),
            Kilometres = !byVideo && kind % 20 == 1 ? 15 + random.Next(30) : 0,
            NoOtherFunderDeclared = kind is < 5 or >= 10,
            Signature = "PAPER",
        };
    }

    public static RateGrid Rates() => new()
    {
        Name = Grid,
        Programme = Programme,
        ValidFromDate = new DateOnly(2026, 1, 1).ToProto(),
        ValidUntilDate = new DateOnly(2027, 1, 1).ToProto(),
        Rates =
        {
            Participant("10", 2250), Participant("21", 1750), Participant("60", 1250), Participant("70", 1250),
            new Rate { Component = Component.FacilitatorSupplement, Unit = RateUnit.Flat, AmountCents = 4500 },
            new Rate { Component = Component.Travel, Unit = RateUnit.Kilometre, AmountCents = 35, FreeKilometres = 10, CapCents = 5000 },
        },
    };

    private static Rate Participant(string profession, long cents) => new()
    {
        ProfessionTable = "TRE_G15",
        ProfessionCode = profession,
        Component = Component.Participant,
        Unit = RateUnit.StartedQuarterHour,
        AmountCents = cents,
        MinimumMinutes = 30,
        PaidMinutesCap = 90,
    };
}
