using Intervision.Membership.Identifiers;
using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Organisations;

/// <summary>Organisations with their convention and, for a CPTS, their territory.</summary>
internal sealed class OrganisationRows() : RowKind<Organisation>(r => r.Organisation)
{
    private IReadOnlyList<StoredConvention> conventions = [];

    protected override string KeyOf(Organisation content) => content.Identifier;

    protected override void Check(Row<Organisation> row)
    {
        var organisation = row.Content;
        Canonicalise(organisation);
        row.Require(
            OrganisationIdentifier.IsValid(organisation.IdentifierType, organisation.Identifier),
            "IDENTIFIER_INVALID",
            $"L'identifiant « {organisation.Identifier} » n'est pas un {organisation.IdentifierType} valable (longueur ou clé).");
        row.Require(
            organisation.Name == Names.Organisations + organisation.Identifier,
            "NAME_MISMATCH",
            "Le nom de ressource n'est pas « organisations/ » suivi de l'identifiant.");
        row.Require(Texts.IsLabel(organisation.DisplayName, 200), "DISPLAY_NAME_INVALID", "Le nom de l'organisation est vide ou trop long.");
        row.Require(Texts.IsInsee(organisation.Commune), "COMMUNE_INVALID", "La commune doit être donnée par son code INSEE.");
        row.Require(
            organisation.Pole.Length == 0 || (Names.IdOf(Names.Poles, organisation.Pole) is { } pole && Texts.IsPoleCode(pole)),
            "POLE_INVALID",
            "Le pôle doit avoir la forme « poles/P12 ».");
        row.Require(organisation.JoinedDate is null || organisation.JoinedDate.ToDate() is not null, "JOINED_DATE_INVALID", "La date d'adhésion n'est pas une date.");
        CheckTerritory(row);
        CheckConvention(row);
    }

    protected override async Task CheckReferences(Tx tx, IReadOnlyList<Row<Organisation>> rows, DateTimeOffset now)
    {
        var kinds = await Known(tx, "select code from organisation_kind where code = any(@keys)", rows.Select(r => r.Content.Kind));
        var communes = await Known(
            tx,
            "select insee_code from commune where insee_code = any(@keys)",
            rows.SelectMany(r => r.Content.TerritoryCommunes.Append(r.Content.Commune)));
        conventions = await OrganisationStore.Conventions(tx, Keys(rows));
        var byOrganisation = conventions.ToLookup(c => c.Organisation, StringComparer.Ordinal);
        foreach (var row in rows)
        {
            row.Require(kinds.Contains(row.Content.Kind), "UNKNOWN_KIND", $"Le type d'organisation « {row.Content.Kind} » n'est pas dans la liste.");
            row.Require(communes.Contains(row.Content.Commune), "UNKNOWN_COMMUNE", $"La commune {row.Content.Commune} n'est pas connue.");
            var unknown = row.Content.TerritoryCommunes.Where(c => !communes.Contains(c)).ToList();
            row.Require(unknown.Count == 0, "UNKNOWN_COMMUNE", $"Le territoire compte des communes inconnues : {Territories.Some(unknown)}.");
            var clash = Conventions.Overlapping(row.Content.Convention, byOrganisation[KeyOf(row.Content)]);
            row.Require(
                clash is null,
                "CONVENTION_OVERLAP",
                $"La convention chevauche {clash?.Name} (du {clash?.SignedDate:dd/MM/yyyy} au {clash?.EndDate:dd/MM/yyyy} inclus).");
        }
    }

    protected override Task<IReadOnlyList<Stored>> Load(Tx tx, string[] keys) =>
        tx.Query<Stored>(
            """
            select identifier as key, content_hash, version, update_time from organisation
            where identifier = any(@keys) order by identifier for update
            """,
            new { keys });

    protected override async Task Save(Tx tx, IReadOnlyList<Row<Organisation>> changes, DateTimeOffset now)
    {
        await tx.Execute(
            """
            insert into organisation (
              identifier, identifier_type, display_name, kind, commune, pole, joined_date, video_capable, content_hash, version, update_time)
            select identifier, identifier_type, display_name, kind, commune, pole, joined_date, video_capable, decode(hash, 'base64'), version, @now
            from jsonb_to_recordset(@rows::jsonb) as r (
              identifier text, identifier_type text, display_name text, kind text, commune text, pole text, joined_date date,
              video_capable boolean, hash text, version bigint)
            on conflict (identifier) do update set
              identifier_type = excluded.identifier_type, display_name = excluded.display_name, kind = excluded.kind,
              commune = excluded.commune, pole = excluded.pole, joined_date = excluded.joined_date, video_capable = excluded.video_capable,
              content_hash = excluded.content_hash, version = excluded.version, update_time = excluded.update_time
            """,
            new
            {
                now,
                rows = Json(changes.Select(r => new
                {
                    r.Content.Identifier,
                    r.Content.IdentifierType,
                    r.Content.DisplayName,
                    r.Content.Kind,
                    r.Content.Commune,
                    Pole = Names.IdOf(Names.Poles, r.Content.Pole),
                    JoinedDate = r.Content.JoinedDate.ToDate(),
                    r.Content.VideoCapable,
                    r.Hash,
                    r.Version,
                })),
            });
        await OrganisationStore.SaveTerritories(tx, changes.Select(r => r.Content).ToList());
        await OrganisationStore.SaveConventions(
            tx, Json(changes.Where(ChangesConvention).Select(r => new
            {
                ConventionId = Guid.CreateVersion7(now),
                Organisation = KeyOf(r.Content),
                SignedDate = r.Content.Convention.SignedDate.ToDate(),
                EndDate = r.Content.Convention.EndDate.ToDate(),
            })),
            now);
    }

    protected override async Task<IReadOnlyList<ToSay>> Tell(Tx tx, IReadOnlyList<Row<Organisation>> changes, DateTimeOffset now)
    {
        var today = Paris.DateOf(now);
        var current = (await OrganisationStore.Conventions(tx, Keys(changes))).ToLookup(c => c.Organisation, StringComparer.Ordinal);
        var told = changes.Select(r => new ToSay(r.Content.Name, Conventions.OrganisationChanged(r.Content, r.Version, current[KeyOf(r.Content)], today)));
        // Conventions have a stream of their own beside their organisation's: where the latest event wins, two types in
        // one stream would hide each other.
        var conventionsTold = changes.Where(ChangesConvention).Select(r => new ToSay(
            r.Content.Name + "/conventions", Conventions.ConventionChanged(r.Content.Name, current[KeyOf(r.Content)], today)));
        return [.. told, .. conventionsTold];
    }

    private bool ChangesConvention(Row<Organisation> row) =>
        row.Content.Convention is { } said && !conventions.Any(c => c.Organisation == KeyOf(row.Content) && c.Covers(said));

    private static void Canonicalise(Organisation organisation)
    {
        organisation.Etag = "";
        organisation.IdentifierType = organisation.IdentifierType.Trim().ToUpperInvariant();
        organisation.Identifier = Identifiers.Keys.Canonical(organisation.Identifier);
        organisation.DisplayName = Texts.Canonical(organisation.DisplayName);
        Territories.Canonicalise(organisation.TerritoryCommunes);
        if (organisation.Convention is { } convention)
        {
            // Name and state are output only, the organisation is this one.
            organisation.Convention = new Convention { SignedDate = convention.SignedDate, EndDate = convention.EndDate };
        }
    }

    private static void CheckTerritory(Row<Organisation> row)
    {
        var organisation = row.Content;
        row.Require(
            organisation.Kind == "CPTS" || organisation.TerritoryCommunes.Count == 0, "TERRITORY_NOT_ALLOWED", "Seule une CPTS porte un territoire.");
        row.Require(organisation.TerritoryCommunes.Count <= Territories.MaximumCommunes, "TERRITORY_TOO_LARGE", Territories.TooLarge);
        row.Require(organisation.TerritoryCommunes.All(Texts.IsInsee), "COMMUNE_INVALID", Territories.Invalid);
    }

    private static void CheckConvention(Row<Organisation> row)
    {
        if (row.Content.Convention is { } convention)
        {
            row.Require(
                convention.SignedDate.ToDate() is { } signed && convention.EndDate.ToDate() is { } end && signed <= end,
                "CONVENTION_DATES_INVALID",
                "La convention doit avoir une date de signature et une date de fin, dans cet ordre.");
        }
    }
}
