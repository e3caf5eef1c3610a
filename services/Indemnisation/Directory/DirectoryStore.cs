using Intervision.Indemnisation.Lines;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Directory;

/// <summary>This service's projection of Membership.</summary>
internal static class DirectoryStore
{
    /// <param name="from">When Membership said so: another rule holds from that day on.</param>
    public static Task PutProgramme(Tx tx, string name, bool indemnified, DateTimeOffset from) =>
        tx.Execute(
            """
            insert into programme (name, indemnified) values (@name, @indemnified)
            on conflict (name) do update set indemnified = excluded.indemnified;
            insert into programme_rule (programme, from_time, indemnified)
            select @name, @from, @indemnified
            where @indemnified is distinct from (select indemnified from programme_rule where programme = @name order by from_time desc limit 1)
            on conflict do nothing
            """,
            new { name, indemnified, from });

    /// <summary>By the rule of the day; of days before the first rule that was told, by that one.</summary>
    /// <returns>Null when Membership has not told of the programme yet.</returns>
    public static Task<bool?> IsIndemnified(Tx tx, string programme, DateOnly date) =>
        tx.SingleOrDefault<bool?>(
            """
            select indemnified from programme_rule where programme = @programme
            order by from_time < @nextDay desc, case when from_time < @nextDay then from_time end desc, from_time limit 1
            """,
            new { programme, nextDay = Paris.InstantOf(date.AddDays(1), TimeOnly.MinValue) });

    public static Task PutProfessional(Tx tx, string name, string rpps, string displayName, int source, DateOnly? verified) =>
        tx.Execute(
            """
            insert into professional (name, rpps, display_name, identity_source, identity_verified_date) values (@name, @rpps, @displayName, @source, @verified)
            on conflict (name) do update set rpps = excluded.rpps, display_name = excluded.display_name,
              identity_source = excluded.identity_source, identity_verified_date = excluded.identity_verified_date
            """,
            new { name, rpps, displayName, source, verified });

    /// <summary>All conventions of an organisation that are in force some day, as they now are.</summary>
    public static async Task PutConventions(Tx tx, string organisation, IReadOnlyList<(string Name, DateOnly First, DateOnly Last)> conventions)
    {
        await tx.Execute("delete from convention where organisation = @organisation", new { organisation });
        foreach (var (name, first, last) in conventions)
        {
            await tx.Execute(
                """
                insert into convention (name, organisation, first_date, last_date) values (@name, @organisation, @first, @last)
                on conflict (name) do update set organisation = excluded.organisation, first_date = excluded.first_date, last_date = excluded.last_date
                """,
                new { name, organisation, first, last });
        }
    }

    /// <returns>By which employers are indemnified for salaried experts on the day; by convention in force only.</returns>
    public static Task<IReadOnlyList<ExpertConvention>> ExpertConventions(Tx tx, IReadOnlyCollection<string> organisations, DateOnly date) =>
        tx.Query<ExpertConvention>(
            """
            select e.convention as name, e.organisation, e.payee from expert_convention e join convention c on c.name = e.convention
            where e.organisation = any(@organisations) and e.valid @> @date and @date between c.first_date and c.last_date
            """,
            new { organisations = organisations.ToArray(), date });

    /// <returns>Who is known of the people.</returns>
    public static async Task<IReadOnlyDictionary<string, Identity>> Identities(Tx tx, IReadOnlyCollection<string> names) =>
        (await tx.Query<(string Name, string Rpps, int Source, DateOnly? Verified)>(
            "select name, rpps, identity_source::int, identity_verified_date from professional where name = any(@names)", new { names = names.ToArray() }))
        .ToDictionary(p => p.Name, p => new Identity(p.Rpps, (Evidence.Types.Source)p.Source, p.Verified), StringComparer.Ordinal);

    /// <returns>Every name the caller goes by: the token's subject, and who has its RPPS.</returns>
    public static async Task<IReadOnlyCollection<string>> NamesOf(Tx tx, Caller caller) =>
        [caller.Subject, .. string.IsNullOrEmpty(caller.Rpps) ? [] : await tx.Query<string>("select name from professional where rpps = @Rpps", new { caller.Rpps })];

    /// <returns>RPPS (empty for those without one) by name; unknown people are absent.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> Rpps(Tx tx, IReadOnlyCollection<string> names) =>
        (await tx.Query<(string Name, string Rpps)>(
            "select name, rpps from professional where name = any(@names)", new { names = names.ToArray() }))
        .ToDictionary(p => p.Name, p => p.Rpps, StringComparer.Ordinal);
}
