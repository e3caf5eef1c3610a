using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Organisations;

/// <summary>The memberships of programmes that an imported organisation carries.</summary>
internal static class ImportedMemberships
{
    public static void Check(Row<Organisation> row)
    {
        var memberships = row.Content.Memberships;
        row.Require(
            memberships.All(m => Names.IdOf(Names.Programmes, m.Programme) is not null && m.FromDate.ToDate() is { } from
                && (m.UntilDate is null || m.UntilDate.ToDate() > from)),
            "MEMBERSHIP_INVALID",
            "Une adhésion nomme un programme et une date de début, et une date de fin (exclue) postérieure quand elle est close.");
        if (row.IsOpen)
        {
            row.Require(!Overlaps(memberships), "MEMBERSHIP_OVERLAP", "Deux adhésions au même programme se chevauchent.");
        }
    }

    /// <summary>
    /// A row that names memberships carries them all, but for whether they were presented; one that names none leaves
    /// them. Those that end go first, so that no period meets one that the row takes away.
    /// </summary>
    /// <param name="named">Organisations whose row names memberships.</param>
    public static async Task Save(Tx tx, IReadOnlyList<Organisation> named)
    {
        var said = (from o in named from m in o.Memberships select (o.Identifier, m)).ToList();
        await tx.Execute(
            """
            delete from programme_membership m where organisation = any(@all) and not exists (
              select from unnest(@organisations, @programmes, @froms) as r (organisation, programme, from_date)
              where (r.organisation, r.programme, r.from_date) = (m.organisation, m.programme, m.from_date));
            insert into programme_membership (organisation, programme, from_date, until_date)
            select organisation, programme, from_date, until_date
            from unnest(@organisations, @programmes, @froms, @untils) as r (organisation, programme, from_date, until_date)
            order by until_date nulls last
            on conflict (organisation, programme, from_date) do update set until_date = excluded.until_date
            """,
            new
            {
                all = named.Select(o => o.Identifier).ToArray(),
                organisations = said.Select(s => s.Identifier).ToArray(),
                programmes = said.Select(s => s.m.Programme[Names.Programmes.Length..]).ToArray(),
                froms = said.Select(s => s.m.FromDate.ToDate()!.Value).ToArray(),
                untils = said.Select(s => s.m.UntilDate.ToDate()).ToArray(),
            });
    }

    private static bool Overlaps(IReadOnlyList<ProgrammeMembership> memberships) => memberships
        .SelectMany((m, i) => memberships.Skip(i + 1).Where(o => o.Programme == m.Programme).Select(o => (m, o)))
        .Any(p => Period.Overlap(p.m.FromDate.ToDate()!.Value, p.m.UntilDate.ToDate(), p.o.FromDate.ToDate()!.Value, p.o.UntilDate.ToDate()));
}
