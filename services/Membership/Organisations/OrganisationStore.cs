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

    public static Task<int> Touch(Tx tx, string identifier, DateTimeOffset now) =>
        tx.Execute("update organisation set version = version + 1, update_time = @now where identifier = @identifier", new { identifier, now });

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
