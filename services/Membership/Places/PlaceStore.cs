using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Places;

/// <summary>SQL of the public list: active pôles that have begun, and of them only what the public may know.</summary>
internal static class PlaceStore
{
    /// <param name="after">The place after which to begin; null for the first.</param>
    /// <param name="programme">Only of this programme; null for all.</param>
    public static Task<IReadOnlyList<PlaceRow>> Page(Tx tx, PlaceKey? after, int limit, string? programme, DateOnly today) =>
        tx.Query<PlaceRow>(
            """
            select p.code, p.display_name, r.display_name as programme_display_name, c.display_name as commune_display_name, c.departement,
                   case when p.modality = 3 then ''
                        when o.kind in ('CABINET', 'CABINET_MEDICAL') then k.display_name -- a cabinet often bears a person's name
                        else coalesce(o.display_name, '') end as host_display_name,
                   p.modality, p.rhythm, p.weekday, p.start_time, p.coordinator_email
            from pole p
            join programme r on r.code = p.programme
            join commune c on c.insee_code = p.seat_commune
            left join organisation o on o.identifier = p.host
            left join organisation_kind k on k.code = o.kind
            where p.state = 2 and p.active_from_date <= @today and (@programme::text is null or p.programme = @programme)
              and (@Code::text is null or (c.departement, p.display_name, p.code) > (@Departement, @DisplayName, @Code))
            order by c.departement, p.display_name, p.code
            limit @limit
            """,
            new { after?.Departement, after?.DisplayName, after?.Code, limit, programme, today });
}

/// <summary>A place's position in the list: by département, then name.</summary>
internal sealed record PlaceKey(string Departement, string DisplayName, string Code)
{
    /// <summary>As a page token holds it; labels have no control characters.</summary>
    public static PlaceKey Parse(string position) =>
        position.Split('\n') is [var departement, var name, var code] ? new(departement, name, code) : throw new FormatException("Not a place's position.");

    public override string ToString() => $"{Departement}\n{DisplayName}\n{Code}";
}

/// <summary>A place as read.</summary>
internal sealed class PlaceRow
{
    public string Code { get; init; } = "";

    public string DisplayName { get; init; } = "";

    public string ProgrammeDisplayName { get; init; } = "";

    public string HostDisplayName { get; init; } = "";

    public string CommuneDisplayName { get; init; } = "";

    public string Departement { get; init; } = "";

    public int Modality { get; init; }

    public int? Rhythm { get; init; }

    public int? Weekday { get; init; }

    public TimeOnly? StartTime { get; init; }

    public string? CoordinatorEmail { get; init; }

    public PlaceKey Key => new(Departement, DisplayName, Code);

    public Place ToProto() => new()
    {
        Pole = Names.Poles + Code,
        DisplayName = DisplayName,
        ProgrammeDisplayName = ProgrammeDisplayName,
        HostDisplayName = HostDisplayName,
        CommuneDisplayName = CommuneDisplayName,
        Departement = Departement,
        Modality = (Modality)Modality,
        RhythmDescription = RhythmInFrench.Of((Rhythm)(Rhythm ?? 0), (Weekday)(Weekday ?? 0), StartTime),
        CoordinatorEmail = CoordinatorEmail ?? "",
    };
}
