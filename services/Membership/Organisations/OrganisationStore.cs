using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Organisations;

/// <summary>SQL of organisations, their territories and conventions.</summary>
internal static class OrganisationStore
{
    public const string Columns = "identifier, identifier_type, display_name, kind, commune, pole, joined_date, video_capable, version";

    /// <summary>All conventions of these organisations, by signature.</summary>
    public static Task<IReadOnlyList<StoredConvention>> Conventions(Tx tx, string[] organisations) =>
        tx.Query<StoredConvention>(
            """
            select convention_id, organisation, signed_date, end_date from convention
            where organisation = any(@organisations) order by organisation, signed_date
            """,
            new { organisations });

    public static async Task SaveTerritories(Tx tx, IReadOnlyList<Organisation> changed)
    {
        await tx.Execute("delete from cpts_territory where organisation = any(@ids)", new { ids = changed.Select(o => o.Identifier).ToArray() });
        var pairs = changed.SelectMany(o => o.TerritoryCommunes.Select(c => (o.Identifier, Commune: c))).ToList();
        await tx.Execute(
            "insert into cpts_territory (organisation, commune) select * from unnest(@organisations, @communes)",
            new { organisations = pairs.Select(p => p.Identifier).ToArray(), communes = pairs.Select(p => p.Commune).ToArray() });
    }

    /// <param name="rows">JSON of convention_id, organisation, signed_date, end_date.</param>
    public static Task SaveConventions(Tx tx, string rows, DateTimeOffset now) =>
        tx.Execute(
            """
            insert into convention (convention_id, organisation, signed_date, end_date, update_time)
            select convention_id, organisation, signed_date, end_date, @now
            from jsonb_to_recordset(@rows::jsonb) as r (convention_id uuid, organisation text, signed_date date, end_date date)
            on conflict (organisation, signed_date) do update set end_date = excluded.end_date, update_time = excluded.update_time
            """,
            new { now, rows });

    public static Task<IReadOnlyList<string>> Territory(Tx tx, string identifier) =>
        tx.Query<string>("select commune from cpts_territory where organisation = @identifier order by commune", new { identifier });
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

    public long Version { get; init; }

    public Organisation ToProto(StoredConvention? convention, DateOnly today) => new()
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
        Convention = convention?.ToProto(today),
        Etag = Etag.Of(Version),
    };
}
