using Intervision.Membership.History;
using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Conventions;

/// <summary>The convention that an imported organisation may carry: a signed one, known by its first day.</summary>
internal sealed class ImportedConventions
{
    private readonly HashSet<Guid> saved = [];
    private ILookup<string, StoredConvention> known = Enumerable.Empty<StoredConvention>().ToLookup(c => c.Organisation, StringComparer.Ordinal);

    /// <summary>As a row says it: name and state are output only, the organisation is the row's.</summary>
    public static Convention AsImported(Convention convention) => new()
    {
        SignedDate = convention.SignedDate, StartDate = convention.StartDate ?? convention.SignedDate, EndDate = convention.EndDate,
    };

    public static void Check(Row<Organisation> row)
    {
        if (row.Content.Convention is { } convention)
        {
            row.Require(
                convention.SignedDate.ToDate() is not null && convention.StartDate.ToDate() is { } start && convention.EndDate.ToDate() is { } end && start <= end,
                "CONVENTION_DATES_INVALID",
                "La convention doit avoir une date de signature, et une date de fin qui ne précède pas son début.");
        }
    }

    /// <param name="organisations">Already locked: their conventions stay as they are until this transaction ends.</param>
    public async Task Load(Tx tx, string[] organisations) =>
        known = (await ConventionStore.OfOrganisations(tx, organisations)).ToLookup(c => c.Organisation, StringComparer.Ordinal);

    public void CheckAgainstKnown(Row<Organisation> row)
    {
        if (row.Content.Convention is not { } said || !row.IsOpen)
        {
            return;
        }

        var all = known[row.Content.Identifier];
        var same = SaidBy(row);
        var clash = ConventionRules.Overlapping(said.StartDate.ToDate()!.Value, said.EndDate.ToDate()!.Value, all.Where(c => c != same));
        row.Require(
            clash is null,
            "CONVENTION_OVERLAP",
            $"La convention chevauche {clash?.Name} (du {clash?.StartDate:dd/MM/yyyy} au {clash?.LastDate:dd/MM/yyyy} inclus).");
        if (same is not null && same.EndDate != said.EndDate.ToDate())
        {
            var renewal = ConventionRules.RenewalOf(same, all);
            row.Require(renewal is null, "CONVENTION_RENEWED", $"La convention {same.Name} est renouvelée par {renewal?.Name} : sa fin ne bouge plus.");
            row.Require(same.TerminateDate is null, "CONVENTION_TERMINATED", $"La convention {same.Name} est résiliée : sa fin ne bouge plus.");
        }
    }

    public async Task Save(Tx tx, IEnumerable<Row<Organisation>> changes, DateTimeOffset now)
    {
        foreach (var row in changes.Where(r => r.Content.Convention is { } said && SaidBy(r)?.EndDate != said.EndDate.ToDate()))
        {
            await Save(tx, row.Content.Identifier, SaidBy(row)?.ConventionId ?? Guid.CreateVersion7(now), row.Content.Convention, now);
        }
    }

    /// <summary>The history of the conventions saved, and the events of their organisations.</summary>
    public async Task<IEnumerable<Told>> Tell(Tx tx, IEnumerable<string> organisations, DateOnly today)
    {
        var now = await ConventionStore.OfOrganisations(tx, saved.Count == 0 ? [] : [.. organisations]);
        var changed = now.Where(c => saved.Contains(c.ConventionId)).ToList();
        var withNews = changed.Select(c => c.Organisation).ToHashSet(StringComparer.Ordinal);
        return now.Where(c => withNews.Contains(c.Organisation)).GroupBy(c => c.Organisation, StringComparer.Ordinal)
            .Select(c => ConventionRules.Tell(Names.Organisations + c.Key, c, today))
            .Concat(changed.Select(c => ConventionRules.History(c, today)));
    }

    /// <summary>The convention the row speaks of: the agreed one with the same first day.</summary>
    private StoredConvention? SaidBy(Row<Organisation> row) =>
        known[row.Content.Identifier].FirstOrDefault(c => c.IsAgreed && c.StartDate == row.Content.Convention.StartDate.ToDate());

    private async Task Save(Tx tx, string organisation, Guid id, Convention said, DateTimeOffset now)
    {
        saved.Add(id);
        await tx.Execute(
            """
            insert into convention (convention_id, organisation, signed_date, start_date, end_date, state, update_time)
            values (@id, @organisation, @signed, @start, @end, 2, @now)
            on conflict (convention_id) do update set
              end_date = excluded.end_date, version = convention.version + 1, update_time = greatest(convention.update_time, excluded.update_time)
            """,
            new { now, id, organisation, signed = said.SignedDate.ToDate(), start = said.StartDate.ToDate(), end = said.EndDate.ToDate() });
    }
}
