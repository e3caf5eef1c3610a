using Intervision.Scheduling.Sessions;
using Intervision.ServiceDefaults.Persistence;
using ItemState = Intervision.Scheduling.V1.AgendaItem.Types.State;

namespace Intervision.Scheduling.Links;

/// <summary>
/// Counts which structures met, once the sheet is certified: by then each person has one structure. Kept by month, so that
/// it survives the erasure of the cases and leads to none of them (ADR 24).
/// </summary>
internal static class StructureLinks
{
    /// <summary>Each pair of structures present at the same discussed item, in ordinal order, and at how many items.</summary>
    internal static IReadOnlyDictionary<(string One, string Other), int> Pairs(Meeting meeting)
    {
        var structures = meeting.Attendance.Where(l => l.Capacity.Organisation.Length > 0).ToDictionary(l => l.Professional, l => l.Capacity.Organisation, StringComparer.Ordinal);
        var pairs = from item in meeting.Items
                    where item.State == ItemState.Discussed
                    let table = (item.Present ?? []).Select(p => structures.GetValueOrDefault(p)).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList()
                    from i in Enumerable.Range(0, table.Count)
                    from other in table.Skip(i + 1)
                    select (table[i], other);
        return pairs.GroupBy(p => p).ToDictionary(g => g.Key, g => g.Count());
    }

    public static async Task Count(Tx tx, Meeting certified)
    {
        var pairs = Pairs(certified);
        if (pairs.Count > 0)
        {
            await tx.Execute(
                """
                insert into structure_link as l (programme, pole, month, one, other, items)
                select @Programme, @Pole, @month, p.one, p.other, p.items
                from jsonb_to_recordset(@pairs::jsonb) as p(one text, other text, items int)
                order by p.one collate "C", p.other collate "C"
                on conflict (programme, pole, month, one, other) do update set items = l.items + excluded.items
                """,
                new
                {
                    certified.Programme, certified.Pole, month = new DateOnly(certified.Date.Year, certified.Date.Month, 1),
                    pairs = JsonRows.Of(pairs.Select(p => new { p.Key.One, p.Key.Other, Items = p.Value })),
                });
        }
    }
}
