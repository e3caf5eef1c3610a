using Google.Protobuf.WellKnownTypes;
using Intervision.Demo.Region;
using Intervision.Demo.Suite;
using Intervision.Membership.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Demo.Season;

/// <summary>
/// Who came, in what capacity, from when to when and how far: drawn from the data, so that it falls the same each time
/// it is played. Most come; some are late, some do not come, some are on the screen.
/// </summary>
internal sealed class AttendanceSheet
{
    private readonly Dictionary<string, HashSet<string>> presentByCase = new(StringComparer.Ordinal);

    private AttendanceSheet(List<AttendanceLine> lines) => Lines = lines;

    public IReadOnlyList<AttendanceLine> Lines { get; }

    public IEnumerable<string> PresentFor(string caseName) => presentByCase.GetValueOrDefault(caseName, []).Order(StringComparer.Ordinal);

    /// <param name="elsewhere">People who sit at another table at that time.</param>
    public static AttendanceSheet Of(RegionData region, SessionLife life, IReadOnlySet<string> elsewhere)
    {
        var session = life.Session;
        var invited = session.Invitations.GroupBy(i => i.Professional)
            .Select(g => new Guest(g.Key, g.Min(i => i.Role), g.Any(i => i.Cases.Count == 0) ? [] : [.. g.SelectMany(i => i.Cases).Distinct()]))
            .OrderBy(g => g.Role).ThenBy(g => g.Professional, StringComparer.Ordinal)
            .Select(g => g with { Capacities = region.ActivitiesOn(Id(g.Professional), life.Date) })
            .Where(g => g.Capacities.Count > 0 && !elsewhere.Contains(g.Professional))
            .ToList();
        var open = session.Items.Where(i => i.State != AgendaItem.Types.State.Removed).Select(i => i.Case).ToList();
        var coming = invited.Where(g => Comes(life, g)).ToList();
        foreach (var item in open)
        {
            // Two structures at the table for each situation (C5): whoever was hesitating comes.
            coming.AddRange(invited
                .Where(g => Structures(coming, item) < 2 && !coming.Contains(g) && g.IsFor(item))
                .TakeWhile(_ => Structures(coming, item) < 2).ToList());
        }

        var sheet = new AttendanceSheet([.. coming.Select(g => LineOf(region, life, g, open))]);
        foreach (var item in open)
        {
            sheet.presentByCase[item] = [.. coming.Where(g => g.IsFor(item)).Select(g => g.Professional)];
        }

        return sheet;
    }

    private static bool Comes(SessionLife life, Guest guest) =>
        guest.Role == SessionRole.Facilitator || Die(life, guest, 100, "comes") < (guest.Role is SessionRole.Expert or SessionRole.Requester ? 97 : 85);

    private static int Structures(List<Guest> coming, string item) =>
        coming.Where(g => g.IsFor(item)).Select(g => Choose(g).Organisation).Distinct(StringComparer.Ordinal).Count();

    private static AttendanceLine LineOf(RegionData region, SessionLife life, Guest guest, List<string> open)
    {
        var capacity = Choose(guest);
        var start = Paris.InstantOf(life.Date, life.Start);
        var byVideo = life.Pole.Modality == Modality.Video || (life.Pole.Modality == Modality.Hybrid && guest.Role != SessionRole.Facilitator && Die(life, guest, 4, "video") == 0);
        var late = guest.Role != SessionRole.Facilitator && Die(life, guest, 10, "late") == 0 ? 5 + Die(life, guest, 25, "minutes late") : 0;
        return new AttendanceLine
        {
            Professional = guest.Professional,
            Role = guest.Role,
            // Only who has several must say in which one they came.
            Capacity = guest.Capacities.Count == 1 ? null : new Capacity
            {
                ProfessionTable = capacity.Table,
                ProfessionCode = capacity.Code,
                Mode = capacity.Mode,
                Organisation = $"organisations/{capacity.Organisation}",
            },
            Mode = byVideo ? AttendanceMode.Video : AttendanceMode.InPerson,
            InTime = Timestamp.FromDateTimeOffset(start.AddMinutes(late)),
            OutTime = Timestamp.FromDateTimeOffset(start.AddMinutes(life.Session.DurationMinutes)),
            Cases = { open.Where(guest.IsFor) },
            Kilometres = byVideo ? 0 : Kilometres(region, life, guest, capacity),
            NoOtherFunderDeclared = true,
            Signature = byVideo ? "ELECTRONIC" : "PAPER",
        };
    }

    private static int Kilometres(RegionData region, SessionLife life, Guest guest, ActivityRow capacity) =>
        region.OrganisationById.GetValueOrDefault(capacity.Organisation)?.Commune == life.Pole.SeatCommune ? 0 : 4 + Die(life, guest, 50, "kilometres");

    /// <summary>Who works both ways came as a liberal two times out of three.</summary>
    private static ActivityRow Choose(Guest guest)
    {
        var liberal = guest.Capacities.FirstOrDefault(a => a.Mode == "L");
        return liberal is not null && RequestId.Die(3, guest.Professional, "capacity") > 0 ? liberal : guest.Capacities.FirstOrDefault(a => a.Mode != "L") ?? guest.Capacities[0];
    }

    private static int Die(SessionLife life, Guest guest, int sides, string what) =>
        RequestId.Die(sides, life.Pole.Code, life.Date.Iso(), guest.Professional, what);

    private static string Id(string professional) => professional["professionals/".Length..];

    /// <param name="Cases">Empty: the whole session.</param>
    private sealed record Guest(string Professional, SessionRole Role, IReadOnlyList<string> Cases)
    {
        public IReadOnlyList<ActivityRow> Capacities { get; init; } = [];

        public bool IsFor(string item) => Cases.Count == 0 || Cases.Contains(item);
    }
}
