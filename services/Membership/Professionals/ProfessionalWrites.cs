using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Professionals;

/// <summary>SQL of writing professionals, one or many at once.</summary>
internal static class ProfessionalWrites
{
    /// <returns>How many were saved: not those whose version is not the one before.</returns>
    public static Task<int> Save(Tx tx, DateTimeOffset now, IEnumerable<(Professional Content, long Version, byte[]? ImportedHash)> said) =>
        tx.Execute(
            """
            insert into professional as p (
              professional_id, rpps, family_name, given_name, search_name, mssante, charter_accepted_date, identifier_source,
              identifier_verified_date, imported_hash, version, update_time)
            select professional_id, nullif(rpps, ''), family_name, given_name, search_name, nullif(mssante, ''), charter_accepted_date,
              identifier_source, identifier_verified_date, decode(imported_hash, 'base64'), version, @now
            from jsonb_to_recordset(@rows::jsonb) as r (
              professional_id text, rpps text, family_name text, given_name text, search_name text, mssante text, charter_accepted_date date,
              identifier_source smallint, identifier_verified_date date, imported_hash text, version bigint)
            on conflict (professional_id) do update set
              rpps = excluded.rpps, family_name = excluded.family_name, given_name = excluded.given_name, search_name = excluded.search_name,
              mssante = excluded.mssante, charter_accepted_date = excluded.charter_accepted_date, identifier_source = excluded.identifier_source,
              identifier_verified_date = excluded.identifier_verified_date, imported_hash = coalesce(excluded.imported_hash, p.imported_hash),
              version = excluded.version, update_time = excluded.update_time
            where p.version = excluded.version - 1
            """,
            new
            {
                now,
                rows = JsonRows.Of(said.Select(s => new
                {
                    ProfessionalId = IdOf(s.Content),
                    s.Content.Rpps,
                    s.Content.FamilyName,
                    s.Content.GivenName,
                    SearchName = SearchName.Of(s.Content.FamilyName, s.Content.GivenName),
                    s.Content.Mssante,
                    CharterAcceptedDate = s.Content.CharterAcceptedDate.ToDate(),
                    IdentifierSource = (int)s.Content.IdentifierSource,
                    IdentifierVerifiedDate = s.Content.IdentifierVerifiedDate.ToDate(),
                    s.ImportedHash,
                    s.Version,
                })),
            });

    /// <summary>What each exercises, past activities too, instead of what was known.</summary>
    public static async Task SaveActivities(Tx tx, IReadOnlyList<Professional> people)
    {
        await tx.Execute("delete from activity where professional_id = any(@ids)", new { ids = people.Select(IdOf).ToArray() });
        await AddActivities(tx, people.SelectMany(p => p.Activities.Select(a => (IdOf(p), a))));
    }

    public static Task<int> AddActivities(Tx tx, IEnumerable<(string ProfessionalId, Activity Activity)> said) =>
        tx.Execute(
            """
            insert into activity (professional_id, profession_table, profession_code, savoir_faire, mode, organisation, pole, from_date, until_date)
            select professional_id, profession_table, profession_code, nullif(savoir_faire, ''), mode, organisation, pole, from_date, until_date
            from jsonb_to_recordset(@rows::jsonb) as r (
              professional_id text, profession_table text, profession_code text, savoir_faire text, mode smallint, organisation text,
              pole text, from_date date, until_date date)
            """,
            new
            {
                rows = JsonRows.Of(said.Select(s => new
                {
                    s.ProfessionalId,
                    s.Activity.ProfessionTable,
                    s.Activity.ProfessionCode,
                    s.Activity.SavoirFaire,
                    Mode = (int)s.Activity.Mode,
                    Organisation = Names.IdOf(Names.Organisations, s.Activity.Organisation),
                    Pole = Names.IdOf(Names.Poles, s.Activity.Pole),
                    FromDate = s.Activity.FromDate.ToDate(),
                    UntilDate = s.Activity.UntilDate.ToDate(),
                })),
            });

    public static Task<int> EndActivity(Tx tx, string id, Activity activity, DateOnly until) =>
        tx.Execute(
            """
            update activity set until_date = @until
            where professional_id = @id and organisation = @organisation and profession_table = @ProfessionTable and profession_code = @ProfessionCode
              and mode = @mode and from_date = @from
            """,
            new
            {
                id,
                until,
                organisation = Names.IdOf(Names.Organisations, activity.Organisation),
                activity.ProfessionTable,
                activity.ProfessionCode,
                mode = (int)activity.Mode,
                from = activity.FromDate.ToDate(),
            });

    private static string IdOf(Professional person) => person.Name[Names.Professionals.Length..];
}
