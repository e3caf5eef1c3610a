using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using ItemState = Intervision.Scheduling.V1.AgendaItem.Types.State;

namespace Intervision.Scheduling.Attendance;

/// <summary>
/// What the sheet of a held session does not say although the table did: read with the session, so that it shows before the
/// certification and goes with its correction; never stored. In French.
/// </summary>
internal static class SheetGaps
{
    public static IEnumerable<string> Of(Meeting meeting)
    {
        if (meeting.State is not (SessionState.Held or SessionState.AttendanceCertified or SessionState.Settled))
        {
            yield break;
        }

        var structures = meeting.Sheet.ToDictionary(l => l.Professional, l => l.Capacity.Organisation, StringComparer.Ordinal);
        var discussed = meeting.Items.Where(i => i.State == ItemState.Discussed).OrderBy(i => i.Position).ToList();
        var missing = discussed.SelectMany(i => i.Present ?? []).Distinct(StringComparer.Ordinal).Where(p => !structures.ContainsKey(p)).Order(StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
        {
            yield return $"Présents à une situation, mais pas sur la feuille : {string.Join(", ", missing)}.";
        }

        // C5 held when the item was closed, by what the directory knew; the sheet says in which capacity each one came.
        foreach (var item in discussed.Where(i => (i.Present ?? []).All(structures.ContainsKey) && (i.Present ?? []).Select(p => structures[p]).Distinct(StringComparer.Ordinal).Count() < 2))
        {
            yield return $"D'après la feuille, une seule structure était là pour la situation n° {item.Position}.";
        }
    }
}
