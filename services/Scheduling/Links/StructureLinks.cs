using Intervision.Scheduling.Sessions;
using Intervision.ServiceDefaults.Persistence;
using ItemState = Intervision.Scheduling.V1.AgendaItem.Types.State;

namespace Intervision.Scheduling.Links;

/// <summary>
/// Counts which structures met, once the sheet is certified: by then each person has one structure; a correction in force
/// changes the counts by what it changes. Kept by month, so that they survive the erasure of the cases and lead to none of
/// them (ADR 24).
/// </summary>
internal static class StructureLinks
{
    private const string Changed =
        "select p.one, p.other, p.items from jsonb_to_recordset(@changes::jsonb) as p(one text, other text, items int)";

    /// <summary>Each pair of structures present at the same discussed item, in ordinal order, and at how many items; none before the certification.</summary>
    internal static IReadOnlyDictionary<(string One, string Other), int> Pairs(Meeting meeting)
    {
        if (!meeting.IsCertified)
        {
            return new Dictionary<(string, string), int>();
        }

        var lines = meeting.Sheet.Where(l => l.Capacity.Organisation.Length > 0).ToList();
        var pairs = from item in meeting.Items
                    where item.State == ItemState.Discussed
                    let table = lines.Where(l => WasAt(meeting, item, l.Professional)).Select(l => l.Capacity.Organisation).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList()
                    from i in Enumerable.Range(0, table.Count)
                    from other in table.Skip(i + 1)
                    select (table[i], other);
        return pairs.GroupBy(p => p).ToDictionary(g => g.Key, g => g.Count());
    }

    /// <summary>As the item was closed, and as corrections in force have said since: of the items they name, or of the whole session.</summary>
    private static bool WasAt(Meeting meeting, Item item, string person)
    {
        var was = item.Present?.Contains(person) ?? false;
        foreach (var correction in meeting.Corrections.Where(c => c.Professional == person && c.IsInForce).OrderBy(c => c.Revision))
        {
            var (before, after) = (correction.Before?.Cases.Contains(item.Case) ?? false, correction.After?.Cases.Contains(item.Case) ?? false);
            was = correction switch
            {
                { After: null } => false,
                { Before: null, After.Cases.Count: 0 } => item.Present?.Contains(person) ?? false,
                { Before: null } => after,
                _ => before == after ? was : after,
            };
        }

        return was;
    }

    /// <summary>Counts what a certification or a correction changed.</summary>
    public static async Task Follow(Tx tx, Meeting before, Meeting after)
    {
        var (were, are) = (Pairs(before), Pairs(after));
        var changes = were.Keys.Union(are.Keys).Select(p => new { p.One, p.Other, Items = are.GetValueOrDefault(p) - were.GetValueOrDefault(p) }).Where(c => c.Items != 0).ToList();
        if (changes.Count == 0)
        {
            return;
        }

        var given = new { after.Programme, after.Pole, month = new DateOnly(after.Date.Year, after.Date.Month, 1), changes = JsonRows.Of(changes) };
        if (changes.Exists(c => c.Items < 0))
        {
            await Take(tx, given);
        }

        await tx.Execute(
            $"""
            insert into structure_link as l (programme, pole, month, one, other, items)
            select @Programme, @Pole, @month, c.one, c.other, c.items from ({Changed}) c
            where c.items > 0
            order by c.one collate "C", c.other collate "C"
            on conflict (programme, pole, month, one, other) do update set items = l.items + excluded.items
            """,
            given);
    }

    /// <summary>A pair that met at nothing any more has no row. Locked first, in the order of every counting.</summary>
    private static async Task Take(Tx tx, object given)
    {
        const string Same = "l.programme = @Programme and l.pole = @Pole and l.month = @month and (l.one, l.other) = (c.one, c.other) and c.items < 0";
        await tx.Query<int>($"""select 1 from structure_link l join ({Changed}) c on {Same} order by l.one collate "C", l.other collate "C" for update of l""", given);
        await tx.Execute(
            $"""
            delete from structure_link l using ({Changed}) c where {Same} and l.items + c.items <= 0;
            update structure_link l set items = l.items + c.items from ({Changed}) c where {Same}
            """,
            given);
    }
}
