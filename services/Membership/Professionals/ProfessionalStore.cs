using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Professionals;

/// <summary>SQL of reading professionals.</summary>
internal static class ProfessionalStore
{
    private const string Columns = "professional_id, rpps, family_name, given_name, mssante, expert, charter_accepted_date, version";

    public static Task<ProfessionalRow?> Find(Tx tx, string id) =>
        tx.SingleOrDefault<ProfessionalRow>($"select {Columns} from professional where professional_id = @id", new { id });

    /// <param name="pole">Only those with an activity in this pôle, whenever it was; null for all.</param>
    public static Task<IReadOnlyList<ProfessionalRow>> Page(Tx tx, string? after, int limit, string? pole) =>
        tx.Query<ProfessionalRow>(
            $"""
            select {Columns} from professional p
            where (@after::text is null or professional_id > @after)
              and (@pole::text is null or exists (select from activity a where a.professional_id = p.professional_id and a.pole = @pole))
            order by professional_id limit @limit
            """,
            new { after, limit, pole });

    /// <param name="date">Only activities in force on that date; null for all.</param>
    public static async Task<ILookup<string, ActivityRow>> Activities(Tx tx, string[] ids, DateOnly? date = null) =>
        (await tx.Query<ActivityRow>(
            """
            select professional_id, profession_table, profession_code, savoir_faire, mode, organisation, pole, from_date, until_date from activity
            where professional_id = any(@ids) and (@date::date is null or (from_date <= @date and (until_date is null or until_date > @date)))
            order by professional_id, from_date, organisation, profession_table, profession_code, mode
            """,
            new { ids, date })).ToLookup(a => a.ProfessionalId, StringComparer.Ordinal);
}

/// <summary>A professional as read.</summary>
internal sealed class ProfessionalRow
{
    public string ProfessionalId { get; init; } = "";

    public string? Rpps { get; init; }

    public string FamilyName { get; init; } = "";

    public string GivenName { get; init; } = "";

    public string? Mssante { get; init; }

    public bool Expert { get; init; }

    public DateOnly? CharterAcceptedDate { get; init; }

    public long Version { get; init; }

    public Professional ToProto(IEnumerable<ActivityRow> activities) => new()
    {
        Name = Names.Professionals + ProfessionalId,
        Rpps = Rpps ?? "",
        FamilyName = FamilyName,
        GivenName = GivenName,
        Mssante = Mssante ?? "",
        Expert = Expert,
        CharterAcceptedDate = CharterAcceptedDate?.ToProto(),
        Activities = { activities.Select(a => a.ToProto()) },
        Etag = Etag.Of(Version),
    };
}

/// <summary>An activity as read.</summary>
internal sealed class ActivityRow
{
    public string ProfessionalId { get; init; } = "";

    public string ProfessionTable { get; init; } = "";

    public string ProfessionCode { get; init; } = "";

    public string? SavoirFaire { get; init; }

    public int Mode { get; init; }

    public string Organisation { get; init; } = "";

    public string? Pole { get; init; }

    public DateOnly FromDate { get; init; }

    public DateOnly? UntilDate { get; init; }

    public Activity ToProto() => new()
    {
        ProfessionTable = ProfessionTable,
        ProfessionCode = ProfessionCode,
        SavoirFaire = SavoirFaire ?? "",
        Mode = (Mode)Mode,
        Organisation = Names.Organisations + Organisation,
        Pole = Names.Of(Names.Poles, Pole),
        FromDate = FromDate.ToProto(),
        UntilDate = UntilDate?.ToProto(),
    };
}
