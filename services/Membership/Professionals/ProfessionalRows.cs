using Intervision.Membership.History;
using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Professionals;

/// <summary>Professionals with all their activities.</summary>
internal sealed class ProfessionalRows() : RowKind<Professional>(r => r.Professional)
{
    protected override string KeyOf(Professional content) => content.Name[Names.Professionals.Length..];

    protected override void Check(Row<Professional> row)
    {
        var person = row.Content;
        Canonicalise(person);
        foreach (var wrong in ProfessionalContent.Wrong(person))
        {
            row.Require(false, wrong.Reason, wrong.French);
        }

        if (row.IsOpen && Activities.Overlap(person.Activities) is var (first, second))
        {
            row.Require(false, "ACTIVITY_OVERLAP", Activities.OverlapInFrench(KeyOf(person), first, second));
        }
    }

    protected override async Task CheckReferences(Tx tx, IReadOnlyList<Row<Professional>> rows, DateTimeOffset now)
    {
        var organisations = await Known(
            tx,
            "select identifier from organisation where identifier = any(@keys)",
            rows.SelectMany(r => r.Content.Activities.Select(a => a.Organisation[Names.Organisations.Length..])));
        var owners = (await tx.Query<(string Rpps, string Owner)>(
            "select rpps, professional_id from professional where rpps = any(@rpps)",
            new { rpps = rows.Select(r => r.Content.Rpps).Where(r => r.Length > 0).ToArray() }))
            .ToDictionary(o => o.Rpps, o => o.Owner, StringComparer.Ordinal);
        foreach (var row in rows)
        {
            var unknown = row.Content.Activities.Select(a => a.Organisation).Where(o => !organisations.Contains(o[Names.Organisations.Length..])).ToList();
            row.Require(unknown.Count == 0, "UNKNOWN_ORGANISATION", $"L'activité se réfère à une organisation inconnue : {Territories.Some(unknown)}.");
            if (row.IsOpen && row.Content.Rpps.Length > 0)
            {
                owners.TryAdd(row.Content.Rpps, KeyOf(row.Content));
                row.Require(
                    owners[row.Content.Rpps] == KeyOf(row.Content),
                    "RPPS_TAKEN",
                    $"Ce numéro RPPS est déjà celui de {Names.Professionals}{owners[row.Content.Rpps]}.");
            }
        }
    }

    protected override Task<IReadOnlyList<Stored>> Load(Tx tx, string[] keys) =>
        tx.Query<Stored>(
            """
            select professional_id as key, imported_hash, version, update_time from professional
            where professional_id = any(@keys) order by professional_id for update
            """,
            new { keys });

    protected override Task<IReadOnlyList<Professional>> States(Tx tx, string[] keys, DateOnly today) => ProfessionalStore.States(tx, keys, today);

    protected override Professional AsRow(Professional state)
    {
        var row = state.Clone();
        Canonicalise(row);
        return row;
    }

    protected override Task<IReadOnlyList<Told>> Tell(Tx tx, IReadOnlyList<Professional> states, DateOnly today) =>
        Task.FromResult<IReadOnlyList<Told>>([.. states.Select(Told.Of)]);

    protected override async Task Save(Tx tx, IReadOnlyList<Row<Professional>> changes, DateTimeOffset now)
    {
        if (await ProfessionalWrites.Save(tx, now, changes.Select(r => (r.Content, r.Version, (byte[]?)r.Hash))) != changes.Count)
        {
            throw RuleBroken.Stale(Names.Professionals);
        }

        await ProfessionalWrites.SaveActivities(tx, changes.Select(r => r.Content).ToList());
        await SaveDesignations(tx, changes, Paris.DateOf(now));
    }

    /// <summary>A row says only whether the person is an expert: from the day of the import on, or no longer.</summary>
    private async Task SaveDesignations(Tx tx, IReadOnlyList<Row<Professional>> changes, DateOnly today)
    {
        var keys = Keys(changes);
        var experts = Keys(changes.Where(r => r.Content.Expert));
        await tx.Execute(
            """
            delete from expert_designation where professional_id = any(@keys) and not professional_id = any(@experts) and from_date = @today;
            update expert_designation set until_date = @today
            where professional_id = any(@keys) and not professional_id = any(@experts) and from_date < @today and (until_date is null or until_date > @today);
            insert into expert_designation (professional_id, basis, from_date, until_date)
            select id, 0, @today, (select min(d.from_date) from expert_designation d where d.professional_id = id and d.from_date > @today)
            from unnest(@experts) id
            where not exists (
              select from expert_designation d
              where d.professional_id = id and d.from_date <= @today and (d.until_date is null or d.until_date > @today))
            """,
            new { keys, experts, today });
    }

    /// <summary>Canonical, and without what is output only.</summary>
    private static void Canonicalise(Professional person)
    {
        ProfessionalContent.Canonicalise(person);
        person.Etag = "";
        person.ExpertDesignations.Clear();
        person.CharterAcceptances.Clear();
    }
}
