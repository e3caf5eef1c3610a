using Intervision.Indemnisation.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Lines;

/// <summary>
/// Nobody sits at two tables at once, of whatever pôle or programme (DOMAIN §6, "No double payment"): by the times of the sheets as they
/// stand, for the few people whom a second session of the day gives something too.
/// </summary>
internal sealed class Presences
{
    private readonly Dictionary<(string Professional, DateOnly Date), HashSet<string>> paid = [];
    private readonly Dictionary<string, AttendanceCertified> sheets;

    private Presences(Dictionary<string, AttendanceCertified> sheets) => this.sheets = sheets;

    /// <summary>As of people who are at one table a day.</summary>
    public static Presences Unread() => new([]);

    public static async Task<Presences> Of(Tx tx, IReadOnlyList<Line> lines)
    {
        var own = lines.Select(l => (l.Professional, l.SessionDate, l.Session)).Distinct().ToList();
        var others = await Paid(tx, own);
        var together = own.GroupBy(o => (o.Professional, o.SessionDate)).Where(g => g.Count() > 1).SelectMany(g => g.Select(o => o.Session));
        var met = others.SelectMany(o => new[] { o.Session, o.Other }).Concat(together).Distinct(StringComparer.Ordinal).ToArray();
        var presences = new Presences(met.Length == 0 ? [] : await Sheets(tx, met));
        foreach (var other in others)
        {
            presences.Add(other.Professional, other.Date, other.Other);
        }

        return presences;
    }

    /// <summary>
    /// Checked last, under the locks of the people's years that the lines moved: who was certified elsewhere meanwhile is seen.
    /// </summary>
    /// <exception cref="OvertakenException">What is saved gives somebody two tables at once.</exception>
    public static async Task MustBeApart(Tx tx, IReadOnlyList<Change> changes)
    {
        var given = changes
            .Where(c => c.After is { Live: true, StoredState: LineState.Calculated, Component: Component.Participant } && c.Before?.StoredState != LineState.Calculated)
            .Select(c => c.After).ToList();
        if (given.Count > 0 && await Of(tx, given) is var presences && given.Exists(presences.Meet))
        {
            throw new OvertakenException("where somebody was");
        }
    }

    /// <summary>Whether another session that gives the person something has them at the same time.</summary>
    public bool Meet(Line line) =>
        sheets.TryGetValue(line.Session, out var sheet)
        && paid.TryGetValue((line.Professional, line.SessionDate), out var sessions)
        && sessions.Any(other => other != line.Session && sheets.TryGetValue(other, out var there) && AtOnce(sheet, there, line.Professional));

    public void Add(Line line) => Add(line.Professional, line.SessionDate, line.Session);

    internal static bool AtOnce(AttendanceCertified one, AttendanceCertified other, string professional) =>
        Times(one, professional).Any(here => Times(other, professional).Any(there => here.In < there.Out && there.In < here.Out));

    /// <summary>Within the session: what lies outside is not paid.</summary>
    private static IEnumerable<(DateTimeOffset In, DateTimeOffset Out)> Times(AttendanceCertified sheet, string professional)
    {
        var (start, end) = (sheet.StartInstant.ToDateTimeOffset(), sheet.EndInstant.ToDateTimeOffset());
        return sheet.Lines
            .Where(l => l.Professional == professional && l.InTime is not null && l.OutTime is not null)
            .Select(l => (In: l.InTime.ToDateTimeOffset(), Out: l.OutTime.ToDateTimeOffset()))
            .Select(t => (In: t.In > start ? t.In : start, Out: t.Out < end ? t.Out : end))
            .Where(t => t.In < t.Out);
    }

    private void Add(string professional, DateOnly date, string session)
    {
        if (!paid.TryGetValue((professional, date), out var sessions))
        {
            paid[(professional, date)] = sessions = new HashSet<string>(StringComparer.Ordinal);
        }

        sessions.Add(session);
    }

    /// <summary>One by one, by the index: joined, the planner who takes the table for small reads all of it for each batch.</summary>
    private static Task<IReadOnlyList<(string Professional, DateOnly Date, string Session, string Other)>> Paid(
        Tx tx, List<(string Professional, DateOnly Date, string Session)> own) =>
        tx.Query<(string, DateOnly, string, string)>(
            """
            select own.professional, own.session_date, own.session, other.session
            from unnest(@people, @dates, @sessions) as own (professional, session_date, session)
            cross join lateral (
              select l.session from indemnity_line l
              where l.professional = own.professional and l.session_date = own.session_date and l.session <> own.session
                and l.live and l.state = 3 and l.component = 1
              offset 0) other
            """,
            new
            {
                people = own.ConvertAll(o => o.Professional).ToArray(),
                dates = own.ConvertAll(o => o.Date).ToArray(),
                sessions = own.ConvertAll(o => o.Session).ToArray(),
            });

    private static async Task<Dictionary<string, AttendanceCertified>> Sheets(Tx tx, string[] sessions) =>
        (await tx.Query<(string Name, byte[] Event)>("select name, event from session_seen where name = any(@sessions) and state = 3", new { sessions }))
            .ToDictionary(s => s.Name, s => AttendanceCertified.Parser.ParseFrom(s.Event), StringComparer.Ordinal);
}
