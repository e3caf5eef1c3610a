using Intervision.Membership.Conventions;
using Intervision.Membership.History;
using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Organisations;

/// <summary>Organisations with their memberships, their convention and, for a CPTS, their territory.</summary>
internal sealed class OrganisationRows() : RowKind<Organisation>(r => r.Organisation)
{
    private readonly ImportedConventions conventions = new();

    protected override string KeyOf(Organisation content) => content.Identifier;

    protected override void Check(Row<Organisation> row)
    {
        Canonicalise(row.Content);
        Reject(row, OrganisationContent.Wrong(row.Content));
        ImportedMemberships.Check(row);
        ImportedConventions.Check(row);
    }

    protected override async Task CheckReferences(Tx tx, IReadOnlyList<Row<Organisation>> rows, DateTimeOffset now)
    {
        var references = await OrganisationReferences.Load(tx, rows.Select(r => r.Content).ToList());
        // Locked before their conventions are looked at: what is checked here is still so when it is saved.
        await OrganisationStore.Lock(tx, Keys(rows));
        await conventions.Load(tx, Keys(rows));
        foreach (var row in rows)
        {
            Reject(row, references.Unknown(row.Content));
            conventions.CheckAgainstKnown(row);
        }
    }

    protected override Task<IReadOnlyList<Stored>> Load(Tx tx, string[] keys) =>
        tx.Query<Stored>(
            """
            select identifier as key, imported_hash, version, update_time from organisation
            where identifier = any(@keys) order by identifier for update
            """,
            new { keys });

    protected override async Task Save(Tx tx, IReadOnlyList<Row<Organisation>> changes, DateTimeOffset now)
    {
        if (await OrganisationStore.Save(tx, now, changes.Select(r => (r.Content, r.Version, (byte[]?)r.Hash))) != changes.Count)
        {
            throw RuleBroken.Stale(Names.Organisations);
        }

        await OrganisationStore.SaveTerritories(tx, changes.Select(r => r.Content).ToList());
        await ImportedMemberships.Save(tx, changes.Select(r => r.Content).Where(o => o.Memberships.Count > 0).ToList());
        await Presentations.Settle(tx, Keys(changes));
        await conventions.Save(tx, changes, now);
    }

    protected override Task<IReadOnlyList<Organisation>> States(Tx tx, string[] keys, DateOnly today) => OrganisationStore.States(tx, keys, today);

    protected override Organisation AsRow(Organisation state)
    {
        var row = state.Clone();
        Canonicalise(row);
        return row;
    }

    protected override async Task<IReadOnlyList<Told>> Tell(Tx tx, IReadOnlyList<Organisation> states, DateOnly today) =>
        [.. states.Select(Told.Of), .. await conventions.Tell(tx, states.Select(s => s.Identifier), today)];

    /// <summary>Canonical, and without what is output only.</summary>
    private static void Canonicalise(Organisation organisation)
    {
        OrganisationContent.Canonicalise(organisation);
        organisation.Etag = "";
        organisation.Convention = organisation.Convention is { } convention ? ImportedConventions.AsImported(convention) : null;
        foreach (var membership in organisation.Memberships)
        {
            (membership.PresentedDate, membership.PresentedSession) = (null, "");
        }

        var ordered = organisation.Memberships.OrderBy(m => m.FromDate.ToDate()).ThenBy(m => m.Programme, StringComparer.Ordinal).ToList();
        organisation.Memberships.Clear();
        organisation.Memberships.Add(ordered);
    }

    private static void Reject(Row<Organisation> row, IEnumerable<FieldViolation> wrong)
    {
        foreach (var violation in wrong)
        {
            row.Require(false, violation.Reason, violation.French);
        }
    }
}
