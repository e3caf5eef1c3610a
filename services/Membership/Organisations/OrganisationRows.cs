using Intervision.Membership.Conventions;
using Intervision.Membership.History;
using Intervision.Membership.Identifiers;
using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Organisations;

/// <summary>Organisations with their convention and, for a CPTS, their territory.</summary>
internal sealed class OrganisationRows() : RowKind<Organisation>(r => r.Organisation)
{
    private readonly HashSet<string> organisationsWithNews = new(StringComparer.Ordinal);
    private readonly HashSet<Guid> conventionsSaved = [];
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
        CheckMemberships(row);
        CheckTerritory(row);
        CheckConvention(row);
    }

    protected override async Task CheckReferences(Tx tx, IReadOnlyList<Row<Organisation>> rows, DateTimeOffset now)
    {
        var kinds = await Known(tx, "select code from organisation_kind where code = any(@keys)", rows.Select(r => r.Content.Kind));
        var programmes = await Known(
            tx,
            "select code from programme where code = any(@keys)",
            rows.SelectMany(r => r.Content.Memberships.Select(m => m.Programme[Names.Programmes.Length..])));
        var communes = await Known(
            tx,
            "select insee_code from commune where insee_code = any(@keys)",
            rows.SelectMany(r => r.Content.TerritoryCommunes.Append(r.Content.Commune)));
        conventions = await ConventionStore.OfOrganisations(tx, Keys(rows));
        var byOrganisation = conventions.ToLookup(c => c.Organisation, StringComparer.Ordinal);
        foreach (var row in rows)
        {
            row.Require(kinds.Contains(row.Content.Kind), "UNKNOWN_KIND", $"Le type d'organisation « {row.Content.Kind} » n'est pas dans la liste.");
            row.Require(
                row.Content.Memberships.All(m => programmes.Contains(m.Programme[Names.Programmes.Length..])),
                "UNKNOWN_PROGRAMME",
                "Une adhésion nomme un programme inconnu.");
            row.Require(communes.Contains(row.Content.Commune), "UNKNOWN_COMMUNE", $"La commune {row.Content.Commune} n'est pas connue.");
            var unknown = row.Content.TerritoryCommunes.Where(c => !communes.Contains(c)).ToList();
            row.Require(unknown.Count == 0, "UNKNOWN_COMMUNE", $"Le territoire compte des communes inconnues : {Territories.Some(unknown)}.");
            CheckOverlap(row, byOrganisation[KeyOf(row.Content)]);
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
        await tx.Execute(
            """
            insert into organisation (
              identifier, identifier_type, display_name, kind, commune, pole, joined_date, video_capable, legal_frame, operation, missions,
              identifier_source, identifier_verified_date, imported_hash, version, update_time)
            select identifier, identifier_type, display_name, kind, commune, pole, joined_date, video_capable, legal_frame, operation, missions,
              identifier_source, identifier_verified_date, decode(hash, 'base64'), version, @now
            from jsonb_to_recordset(@rows::jsonb) as r (
              identifier text, identifier_type text, display_name text, kind text, commune text, pole text, joined_date date,
              video_capable boolean, legal_frame text, operation text, missions text, identifier_source smallint,
              identifier_verified_date date, hash text, version bigint)
            on conflict (identifier) do update set
              identifier_type = excluded.identifier_type, display_name = excluded.display_name, kind = excluded.kind,
              commune = excluded.commune, pole = excluded.pole, joined_date = excluded.joined_date, video_capable = excluded.video_capable,
              legal_frame = excluded.legal_frame, operation = excluded.operation, missions = excluded.missions,
              identifier_source = excluded.identifier_source, identifier_verified_date = excluded.identifier_verified_date,
              imported_hash = excluded.imported_hash, version = excluded.version, update_time = excluded.update_time
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
                    LegalFrame = r.Content.Profile?.LegalFrame ?? "",
                    Operation = r.Content.Profile?.Operation ?? "",
                    Missions = r.Content.Profile?.Missions ?? "",
                    IdentifierSource = (int)r.Content.IdentifierSource,
                    IdentifierVerifiedDate = r.Content.IdentifierVerifiedDate.ToDate(),
                    r.Hash,
                    r.Version,
                })),
            });
        await OrganisationStore.SaveTerritories(tx, changes.Select(r => r.Content).ToList());
        await SaveMemberships(tx, changes);
        foreach (var row in changes.Where(ChangesConvention))
        {
            await SaveConvention(tx, row, now);
        }
    }

    protected override Task<IReadOnlyList<Organisation>> States(Tx tx, string[] keys, DateOnly today) => OrganisationStore.States(tx, keys, today);

    protected override Organisation AsRow(Organisation state)
    {
        var row = state.Clone();
        Canonicalise(row);
        return row;
    }

    protected override async Task<IReadOnlyList<Told>> Tell(Tx tx, IReadOnlyList<Organisation> states, DateOnly today)
    {
        var of = (await ConventionStore.OfOrganisations(tx, [.. organisationsWithNews])).ToLookup(c => c.Organisation, StringComparer.Ordinal);
        return
        [
            .. states.Select(Told.Of),
            .. of.Select(c => ConventionRules.Tell(Names.Organisations + c.Key, c, today)),
            .. of.SelectMany(c => c).Where(c => conventionsSaved.Contains(c.ConventionId)).Select(c => new Told(c.Name, c.ToProto(today), Event: null)),
        ];
    }

    /// <summary>The convention the row speaks of: the agreed one with the same first day.</summary>
    private StoredConvention? SaidBy(Row<Organisation> row) =>
        conventions.FirstOrDefault(c => c.IsAgreed && c.Organisation == KeyOf(row.Content) && c.StartDate == row.Content.Convention.StartDate.ToDate());

    private bool ChangesConvention(Row<Organisation> row) =>
        row.Content.Convention is { } said && SaidBy(row)?.EndDate != said.EndDate.ToDate();

    private async Task SaveConvention(Tx tx, Row<Organisation> row, DateTimeOffset now)
    {
        var said = row.Content.Convention;
        var id = SaidBy(row)?.ConventionId ?? Guid.CreateVersion7(now);
        organisationsWithNews.Add(row.Content.Identifier);
        conventionsSaved.Add(id);
        await tx.Execute(
            """
            insert into convention (convention_id, organisation, signed_date, start_date, end_date, state, update_time)
            values (@id, @organisation, @signed, @start, @end, 2, @now)
            on conflict (convention_id) do update set
              end_date = excluded.end_date, version = convention.version + 1, update_time = excluded.update_time
            """,
            new
            {
                now,
                id,
                organisation = KeyOf(row.Content),
                signed = said.SignedDate.ToDate(),
                start = said.StartDate.ToDate(),
                end = said.EndDate.ToDate(),
            });
    }

    /// <summary>A row that names memberships carries them all, but for whether they were presented; one that names none leaves them.</summary>
    private static Task SaveMemberships(Tx tx, IReadOnlyList<Row<Organisation>> changes) =>
        tx.Execute(
            """
            delete from programme_membership m where organisation = any(@keys) and not exists (
              select from jsonb_to_recordset(@rows::jsonb) as r (organisation text, programme text, from_date date)
              where (r.organisation, r.programme, r.from_date) = (m.organisation, m.programme, m.from_date));
            insert into programme_membership (organisation, programme, from_date, until_date)
            select organisation, programme, from_date, until_date
            from jsonb_to_recordset(@rows::jsonb) as r (organisation text, programme text, from_date date, until_date date)
            on conflict (organisation, programme, from_date) do update set until_date = excluded.until_date
            """,
            new
            {
                keys = changes.Where(r => r.Content.Memberships.Count > 0).Select(r => r.Content.Identifier).ToArray(),
                rows = Json(
                    from row in changes
                    from m in row.Content.Memberships
                    select new
                    {
                        Organisation = row.Content.Identifier,
                        Programme = Names.IdOf(Names.Programmes, m.Programme),
                        FromDate = m.FromDate.ToDate(),
                        UntilDate = m.UntilDate.ToDate(),
                    }),
            });

    private void CheckOverlap(Row<Organisation> row, IEnumerable<StoredConvention> known)
    {
        if (row.Content.Convention is not { } said || !row.IsOpen)
        {
            return;
        }

        var same = SaidBy(row);
        var clash = ConventionRules.Overlapping(said.StartDate.ToDate()!.Value, said.EndDate.ToDate()!.Value, known.Where(c => c != same));
        row.Require(
            clash is null,
            "CONVENTION_OVERLAP",
            $"La convention chevauche {clash?.Name} (du {clash?.StartDate:dd/MM/yyyy} au {clash?.LastDate:dd/MM/yyyy} inclus).");
        if (same is not null && same.EndDate != said.EndDate.ToDate())
        {
            var renewal = known.FirstOrDefault(c => c.Renews == same.ConventionId && c.State != Convention.Types.State.Terminated);
            row.Require(renewal is null, "CONVENTION_RENEWED", $"La convention {same.Name} est renouvelée par {renewal?.Name} : sa fin ne bouge plus.");
            row.Require(same.TerminateDate is null, "CONVENTION_TERMINATED", $"La convention {same.Name} est résiliée : sa fin ne bouge plus.");
        }
    }

    private static void Canonicalise(Organisation organisation)
    {
        organisation.Etag = "";
        foreach (var membership in organisation.Memberships)
        {
            (membership.PresentedDate, membership.PresentedSession) = (null, "");
        }

        organisation.IdentifierType = organisation.IdentifierType.Trim().ToUpperInvariant();
        organisation.Identifier = Identifiers.Keys.Canonical(organisation.Identifier);
        organisation.DisplayName = Texts.Canonical(organisation.DisplayName);
        Territories.Canonicalise(organisation.TerritoryCommunes);
        if (organisation.Convention is { } convention)
        {
            // Name and state are output only, the organisation is this one.
            organisation.Convention = new Convention
            {
                SignedDate = convention.SignedDate, StartDate = convention.StartDate ?? convention.SignedDate, EndDate = convention.EndDate,
            };
        }
    }

    private static void CheckMemberships(Row<Organisation> row)
    {
        var memberships = row.Content.Memberships;
        row.Require(
            memberships.All(m => Names.IdOf(Names.Programmes, m.Programme) is not null && m.FromDate.ToDate() is { } from
                && (m.UntilDate is null || m.UntilDate.ToDate() > from)),
            "MEMBERSHIP_INVALID",
            "Une adhésion nomme un programme et une date de début, et une date de fin (exclue) postérieure quand elle est close.");
        if (row.IsOpen)
        {
            var pairs = memberships.SelectMany((m, i) => memberships.Skip(i + 1).Where(o => o.Programme == m.Programme).Select(o => (m, o)));
            row.Require(
                !pairs.Any(p => Period.Overlap(p.m.FromDate.ToDate()!.Value, p.m.UntilDate.ToDate(), p.o.FromDate.ToDate()!.Value, p.o.UntilDate.ToDate())),
                "MEMBERSHIP_OVERLAP",
                "Deux adhésions au même programme se chevauchent.");
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
                convention.SignedDate.ToDate() is not null && convention.StartDate.ToDate() is { } start && convention.EndDate.ToDate() is { } end && start <= end,
                "CONVENTION_DATES_INVALID",
                "La convention doit avoir une date de signature, et une date de fin qui ne précède pas son début.");
        }
    }
}
