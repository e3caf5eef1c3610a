using Intervision.Membership.Conventions;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Organisations;

/// <summary>SQL of organisations, their territories and memberships.</summary>
internal static class OrganisationStore
{
    public const string Columns =
        """
        identifier, identifier_type, display_name, kind, commune, pole, joined_date, video_capable, legal_frame, operation, missions,
        identifier_source, identifier_verified_date, version
        """;

    /// <summary>Null when there is none; else nobody changes the organisation until this transaction ends.</summary>
    public static Task<Locked?> Lock(Tx tx, string identifier) =>
        tx.SingleOrDefault<Locked>("select version, update_time from organisation where identifier = @identifier for update", new { identifier });

    /// <summary>Locks those of them that exist, in key order.</summary>
    public static Task<IReadOnlyList<string>> Lock(Tx tx, string[] identifiers) =>
        tx.Query<string>("select identifier from organisation where identifier = any(@identifiers) order by identifier for update", new { identifiers });

    public static Task<int> Touch(Tx tx, string identifier, DateTimeOffset now) =>
        tx.Execute("update organisation set version = version + 1, update_time = greatest(update_time, @now) where identifier = @identifier", new { identifier, now });

    /// <summary>Full states, by identifier.</summary>
    public static async Task<IReadOnlyList<Organisation>> States(Tx tx, string[] identifiers, DateOnly today)
    {
        var rows = await tx.Query<OrganisationRow>(
            $"select {Columns} from organisation where identifier = any(@identifiers) order by identifier", new { identifiers });
        var territories = (await tx.Query<(string Organisation, string Commune)>(
            "select organisation, commune from cpts_territory where organisation = any(@identifiers) order by organisation, commune", new { identifiers }))
            .ToLookup(t => t.Organisation, t => t.Commune, StringComparer.Ordinal);
        var organisations = await Complete(tx, rows, today);
        foreach (var organisation in organisations)
        {
            organisation.TerritoryCommunes.Add(territories[organisation.Identifier]);
        }

        return organisations;
    }

    /// <summary>The rows with their memberships and latest convention; without territory, which lists leave out.</summary>
    public static async Task<IReadOnlyList<Organisation>> Complete(Tx tx, IReadOnlyList<OrganisationRow> rows, DateOnly today)
    {
        var identifiers = rows.Select(r => r.Identifier).ToArray();
        var memberships = (await tx.Query<MembershipRow>(
            """
            select organisation, programme, from_date, until_date, presented_date, presented_session from programme_membership
            where organisation = any(@identifiers) order by organisation, from_date, programme
            """,
            new { identifiers })).ToLookup(m => m.Organisation, StringComparer.Ordinal);
        var conventions = (await ConventionStore.OfOrganisations(tx, identifiers)).ToLookup(c => c.Organisation, StringComparer.Ordinal);
        return [.. rows.Select(r => r.ToProto(memberships[r.Identifier], conventions[r.Identifier], today))];
    }

    /// <summary>New ones and changed ones, each with the version it makes; territories, memberships and conventions apart.</summary>
    /// <param name="said">With the hash of the row of an import; without one, that of the last import stays.</param>
    /// <returns>How many were saved: one that is there at another version than the one before is not.</returns>
    public static Task<int> Save(Tx tx, DateTimeOffset now, IEnumerable<(Organisation Content, long Version, byte[]? ImportedHash)> said) =>
        tx.Execute(
            """
            insert into organisation as o (
              identifier, identifier_type, display_name, kind, commune, pole, joined_date, video_capable, legal_frame, operation, missions,
              identifier_source, identifier_verified_date, imported_hash, version, update_time)
            select identifier, identifier_type, display_name, kind, commune, pole, joined_date, video_capable, legal_frame, operation, missions,
              identifier_source, identifier_verified_date, decode(imported_hash, 'base64'), version, @now
            from jsonb_to_recordset(@rows::jsonb) as r (
              identifier text, identifier_type text, display_name text, kind text, commune text, pole text, joined_date date,
              video_capable boolean, legal_frame text, operation text, missions text, identifier_source smallint,
              identifier_verified_date date, imported_hash text, version bigint)
            on conflict (identifier) do update set
              identifier_type = excluded.identifier_type, display_name = excluded.display_name, kind = excluded.kind,
              commune = excluded.commune, pole = excluded.pole, joined_date = excluded.joined_date, video_capable = excluded.video_capable,
              legal_frame = excluded.legal_frame, operation = excluded.operation, missions = excluded.missions,
              identifier_source = excluded.identifier_source, identifier_verified_date = excluded.identifier_verified_date,
              imported_hash = coalesce(excluded.imported_hash, o.imported_hash), version = excluded.version, update_time = excluded.update_time
            where o.version = excluded.version - 1
            """,
            new
            {
                now,
                rows = JsonRows.Of(said.Select(s => new
                {
                    s.Content.Identifier,
                    s.Content.IdentifierType,
                    s.Content.DisplayName,
                    s.Content.Kind,
                    s.Content.Commune,
                    Pole = Names.IdOf(Names.Poles, s.Content.Pole),
                    JoinedDate = s.Content.JoinedDate.ToDate(),
                    s.Content.VideoCapable,
                    LegalFrame = s.Content.Profile?.LegalFrame ?? "",
                    Operation = s.Content.Profile?.Operation ?? "",
                    Missions = s.Content.Profile?.Missions ?? "",
                    IdentifierSource = (int)s.Content.IdentifierSource,
                    IdentifierVerifiedDate = s.Content.IdentifierVerifiedDate.ToDate(),
                    s.ImportedHash,
                    s.Version,
                })),
            });

    public static async Task SaveTerritories(Tx tx, IReadOnlyList<Organisation> changed)
    {
        await tx.Execute("delete from cpts_territory where organisation = any(@ids)", new { ids = changed.Select(o => o.Identifier).ToArray() });
        var pairs = changed.SelectMany(o => o.TerritoryCommunes.Select(c => (o.Identifier, Commune: c))).ToList();
        await tx.Execute(
            "insert into cpts_territory (organisation, commune) select * from unnest(@organisations, @communes)",
            new { organisations = pairs.Select(p => p.Identifier).ToArray(), communes = pairs.Select(p => p.Commune).ToArray() });
    }
}

/// <summary>An organisation as read.</summary>
internal sealed class OrganisationRow
{
    public string Identifier { get; init; } = "";

    public string IdentifierType { get; init; } = "";

    public string DisplayName { get; init; } = "";

    public string Kind { get; init; } = "";

    public string Commune { get; init; } = "";

    public string? Pole { get; init; }

    public DateOnly? JoinedDate { get; init; }

    public bool VideoCapable { get; init; }

    public string LegalFrame { get; init; } = "";

    public string Operation { get; init; } = "";

    public string Missions { get; init; } = "";

    public int IdentifierSource { get; init; }

    public DateOnly? IdentifierVerifiedDate { get; init; }

    public long Version { get; init; }

    public Organisation ToProto(IEnumerable<MembershipRow> memberships, IEnumerable<StoredConvention> conventions, DateOnly today) => new()
    {
        Name = Names.Organisations + Identifier,
        IdentifierType = IdentifierType,
        Identifier = Identifier,
        DisplayName = DisplayName,
        Kind = Kind,
        Commune = Commune,
        Pole = Names.Of(Names.Poles, Pole),
        JoinedDate = JoinedDate?.ToProto(),
        VideoCapable = VideoCapable,
        Convention = conventions.LastOrDefault(c => c.IsAgreed)?.ToProto(today),
        Memberships = { memberships.Select(m => m.ToProto()) },
        Profile = (LegalFrame + Operation + Missions).Length == 0 ? null : new() { LegalFrame = LegalFrame, Operation = Operation, Missions = Missions },
        IdentifierSource = (IdentifierSource)IdentifierSource,
        IdentifierVerifiedDate = IdentifierVerifiedDate?.ToProto(),
        Etag = Etag.Of(Version),
    };
}

/// <summary>A membership of a programme, as read.</summary>
internal sealed class MembershipRow
{
    public string Organisation { get; init; } = "";

    public string Programme { get; init; } = "";

    public DateOnly FromDate { get; init; }

    public DateOnly? UntilDate { get; init; }

    public DateOnly? PresentedDate { get; init; }

    public string? PresentedSession { get; init; }

    public ProgrammeMembership ToProto() => new()
    {
        Programme = Names.Programmes + Programme,
        FromDate = FromDate.ToProto(),
        UntilDate = UntilDate?.ToProto(),
        PresentedDate = PresentedDate?.ToProto(),
        PresentedSession = PresentedSession ?? "",
    };
}
