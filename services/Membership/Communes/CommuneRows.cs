using Intervision.Membership.History;
using Intervision.Membership.Identifiers;
using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Communes;

/// <summary>Communes of the code officiel géographique. Their event is said once, at the end: <see cref="CommunesSaid"/>.</summary>
internal sealed class CommuneRows() : RowKind<Commune>(r => r.Commune)
{
    protected override string KeyOf(Commune content) => content.InseeCode;

    protected override void Check(Row<Commune> row)
    {
        var commune = row.Content;
        Canonicalise(commune);
        row.Require(Texts.IsInsee(commune.InseeCode), "COMMUNE_INVALID", "Le code INSEE d'une commune a cinq caractères (02691, 2A004).");
        row.Require(Texts.IsLabel(commune.DisplayName, 200), "DISPLAY_NAME_INVALID", "Le nom de la commune est vide ou trop long.");
        row.Require(
            Texts.IsInsee(commune.InseeCode) && commune.Departement == Insee.DepartementOf(commune.InseeCode),
            "DEPARTEMENT_MISMATCH",
            "Le département n'est pas celui du code INSEE.");
        row.Require(
            commune.PostalCodes.Count is > 0 and <= 100 && commune.PostalCodes.All(Texts.IsPostalCode),
            "POSTAL_CODE_INVALID",
            "Chaque code postal a cinq chiffres ; il en faut au moins un.");
        row.Require(commune.Population >= 0, "POPULATION_INVALID", "La population ne peut pas être négative.");
    }

    protected override Task CheckReferences(Tx tx, IReadOnlyList<Row<Commune>> rows, DateTimeOffset now) => Task.CompletedTask;

    protected override Task<IReadOnlyList<Stored>> Load(Tx tx, string[] keys) =>
        tx.Query<Stored>(
            """
            select insee_code as key, imported_hash, version, update_time from commune
            where insee_code = any(@keys) order by insee_code for update
            """,
            new { keys });

    protected override Task Save(Tx tx, IReadOnlyList<Row<Commune>> changes, DateTimeOffset now) =>
        tx.Execute(
            """
            insert into commune (insee_code, display_name, departement, postal_codes, population, imported_hash, version, update_time)
            select insee_code, display_name, departement, postal_codes, population, decode(hash, 'base64'), version, @now
            from jsonb_to_recordset(@rows::jsonb) as r (
              insee_code text, display_name text, departement text, postal_codes text[], population int, hash text, version bigint)
            on conflict (insee_code) do update set
              display_name = excluded.display_name, departement = excluded.departement, postal_codes = excluded.postal_codes,
              population = excluded.population, imported_hash = excluded.imported_hash, version = excluded.version,
              update_time = excluded.update_time
            """,
            new
            {
                now,
                rows = JsonRows.Of(changes.Select(r => new
                {
                    r.Content.InseeCode,
                    r.Content.DisplayName,
                    r.Content.Departement,
                    PostalCodes = r.Content.PostalCodes.ToArray(),
                    r.Content.Population,
                    r.Hash,
                    r.Version,
                })),
            });

    protected override Task<IReadOnlyList<Commune>> States(Tx tx, string[] keys, DateOnly today) => CommuneStore.States(tx, keys);

    protected override Commune AsRow(Commune state)
    {
        var row = state.Clone();
        Canonicalise(row);
        return row;
    }

    /// <summary>History only: the other services hear of lists of codes.</summary>
    protected override Task<IReadOnlyList<Told>> Tell(Tx tx, IReadOnlyList<Commune> states, DateOnly today) =>
        Task.FromResult<IReadOnlyList<Told>>([.. states.Select(s => new Told("communes/" + s.InseeCode, s, Event: null))]);

    private static void Canonicalise(Commune commune)
    {
        commune.DisplayName = Texts.Canonical(commune.DisplayName);
        Territories.Canonicalise(commune.PostalCodes);
    }
}
