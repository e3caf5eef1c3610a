using Intervision.Membership.V1;

namespace Intervision.Membership.Files;

/// <summary>What each file holds, in key order, with the columns of <see cref="FileFormat"/>. No field is the empty string: it is null, which needs no quotes.</summary>
internal static class ExportQueries
{
    /// <param name="today">Whether somebody is an expert or in office is said of this day.</param>
    public static IReadOnlyDictionary<DirectoryFile, string> On(DateOnly today) => new Dictionary<DirectoryFile, string>
    {
        [DirectoryFile.Communes] =
            """
            select insee_code, display_name as name, departement, array_to_string(postal_codes, ' ') as postal_codes, population
            from commune order by insee_code
            """,
        [DirectoryFile.Organisations] =
            $"""
            select o.identifier_type, o.identifier, o.display_name as name, o.kind, o.commune as commune_insee, nullif(o.pole, '') as pole_code,
              {Date("o.joined_date")} as joined_date, {Date("c.signed_date")} as convention_signed_date, {Date("c.end_date")} as convention_end_date,
              o.video_capable::int as video_capable, {Date("c.start_date")} as convention_start_date, nullif(o.legal_frame, '') as legal_frame,
              nullif(o.operation, '') as operation, nullif(o.missions, '') as missions,
              {Code<IdentifierSource>("o.identifier_source")} as identifier_source, {Date("o.identifier_verified_date")} as identifier_verified_date
            from organisation o
            left join lateral (
              select signed_date, start_date, end_date from convention
              where organisation = o.identifier and (state = 2 or terminate_date is not null)
              order by start_date desc, convention_id desc limit 1) c on true
            order by o.identifier
            """,
        [DirectoryFile.Memberships] =
            $"""
            select organisation as organisation_identifier, programme as programme_code, {Date("from_date")} as from_date, {Date("until_date")} as until_date
            from programme_membership m order by organisation, programme, m.from_date
            """,
        [DirectoryFile.CptsTerritories] = "select organisation as cpts_identifier, commune as insee_code from cpts_territory order by organisation, commune",
        [DirectoryFile.People] =
            $"""
            select p.professional_id as person_id, p.rpps, p.family_name, p.given_name, p.mssante,
              (exists (select from expert_designation d where d.professional_id = p.professional_id and {Holds("d", today)}))::int as expert,
              {Date("p.charter_accepted_date")} as charter_accepted_date,
              {Code<IdentifierSource>("p.identifier_source")} as identifier_source, {Date("p.identifier_verified_date")} as identifier_verified_date
            from professional p order by p.professional_id
            """,
        [DirectoryFile.Activities] =
            $"""
            select professional_id as person_id, profession_table, profession_code, savoir_faire, {Code("mode", Modes.ByNumber)} as mode_exercice,
              organisation as organisation_identifier, nullif(pole, '') as pole_code, {Date("from_date")} as from_date, {Date("until_date")} as until_date
            from activity a order by professional_id, a.from_date, organisation, profession_table, profession_code, mode
            """,
        [DirectoryFile.Poles] =
            $"""
            select p.code as pole_code, p.display_name as name, p.seat_commune as seat_commune_insee, nullif(p.area, '') as area, p.programme,
              {Code<Rhythm>("p.rhythm")} as rhythm, {Code<Weekday>("p.weekday")} as weekday,
              to_char(p.start_time, case when extract(second from p.start_time) = 0 then 'HH24:MI' else 'HH24:MI:SS' end) as start_time,
              p.duration_minutes, {Code<Modality>("p.modality")} as modality, t.professional as referent_person_id, p.host as host_identifier,
              nullif(p.coordinator_email, '') as coordinator_email, {Date("p.active_from_date")} as active_from_date, p.carrier as carrier_identifier,
              (select string_agg(organisation, ' ' order by organisation) from pole_host where pole = p.code) as other_host_identifiers,
              {Code<CoordinatorKind>("p.coordinator_kind")} as coordinator_kind
            from pole p
            left join referent_term t on t.pole = p.code and {Holds("t", today)}
            order by p.code
            """,
        [DirectoryFile.PoleTerritories] = "select pole as pole_code, commune as insee_code from pole_commune order by pole, commune",
    };

    private static string Date(string column) => $"to_char({column}, 'YYYY-MM-DD')";

    private static string Holds(string table, DateOnly day) =>
        FormattableString.Invariant($"{table}.from_date <= date '{day:yyyy-MM-dd}' and ({table}.until_date is null or {table}.until_date > date '{day:yyyy-MM-dd}')");

    private static string Code<TEnum>(string column)
        where TEnum : struct, Enum => Code(column, Codes<TEnum>.ByNumber);

    /// <summary>0 has no code: it is null.</summary>
    private static string Code(string column, IReadOnlyList<string> codes) => $"('{{{string.Join(',', codes.Skip(1))}}}'::text[])[{column}]";
}
