using Dapper;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Professionals;

/// <summary>SQL of reading professionals.</summary>
internal static class ProfessionalStore
{
    public const string Columns =
        """
        professional_id, rpps, family_name, given_name, mssante, charter_accepted_date, identifier_source, identifier_verified_date, version
        """;

    /// <summary>Null when there is none; else nobody changes the person until this transaction ends.</summary>
    public static Task<Locked?> Lock(Tx tx, string id) =>
        tx.SingleOrDefault<Locked>("select version, update_time from professional where professional_id = @id for update", new { id });

    public static Task<int> Touch(Tx tx, string id, DateTimeOffset now) =>
        tx.Execute("update professional set version = version + 1, update_time = @now where professional_id = @id", new { id, now });

    /// <summary>Full states, by id.</summary>
    /// <param name="onDate">Only activities in force on that date; null for all.</param>
    public static async Task<IReadOnlyList<Professional>> States(Tx tx, string[] ids, DateOnly today, DateOnly? onDate = null)
    {
        // One round trip: this is read 500 times a second.
        using var read = await Read(tx, $"select {Columns} from professional where professional_id = any(@ids) order by professional_id; {WhatHangsOnThem}", ids, onDate);
        return await Complete(read, [.. await read.ReadAsync<ProfessionalRow>()], today);
    }

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

    /// <summary>The rows with what hangs on them.</summary>
    /// <param name="today">Whether they are experts is said of this day.</param>
    /// <param name="onDate">Only activities in force on that date; null for all.</param>
    public static async Task<IReadOnlyList<Professional>> Complete(Tx tx, IReadOnlyList<ProfessionalRow> rows, DateOnly today, DateOnly? onDate = null)
    {
        using var read = await Read(tx, WhatHangsOnThem, rows.Select(r => r.ProfessionalId).ToArray(), onDate);
        return await Complete(read, rows, today);
    }

    private const string WhatHangsOnThem =
        """
        select professional_id, profession_table, profession_code, savoir_faire, mode, organisation, pole, from_date, until_date from activity
        where professional_id = any(@ids) and (@onDate::date is null or (from_date <= @onDate and (until_date is null or until_date > @onDate)))
        order by professional_id, from_date, organisation, profession_table, profession_code, mode;
        select professional_id, basis, from_date, until_date from expert_designation where professional_id = any(@ids) order by professional_id, from_date;
        select professional_id, programme, version, accept_date from charter_acceptance
        where professional_id = any(@ids) order by professional_id, accept_date, programme, version
        """;

    private static Task<SqlMapper.GridReader> Read(Tx tx, string sql, string[] ids, DateOnly? onDate) =>
        tx.Connection.QueryMultipleAsync(new CommandDefinition(sql, new { ids, onDate }, tx.Transaction, cancellationToken: tx.Cancellation));

    private static async Task<IReadOnlyList<Professional>> Complete(SqlMapper.GridReader read, IReadOnlyList<ProfessionalRow> rows, DateOnly today)
    {
        var activities = (await read.ReadAsync<ActivityRow>()).ToLookup(a => a.ProfessionalId, StringComparer.Ordinal);
        var designations = (await read.ReadAsync<DesignationRow>()).ToLookup(d => d.ProfessionalId, StringComparer.Ordinal);
        var acceptances = (await read.ReadAsync<AcceptanceRow>()).ToLookup(a => a.ProfessionalId, StringComparer.Ordinal);
        return [.. rows.Select(r => r.ToProto(activities[r.ProfessionalId], designations[r.ProfessionalId], acceptances[r.ProfessionalId], today))];
    }
}

/// <summary>A professional as read.</summary>
internal class ProfessionalRow
{
    public string ProfessionalId { get; init; } = "";

    public string? Rpps { get; init; }

    public string FamilyName { get; init; } = "";

    public string GivenName { get; init; } = "";

    public string? Mssante { get; init; }

    public DateOnly? CharterAcceptedDate { get; init; }

    public int IdentifierSource { get; init; }

    public DateOnly? IdentifierVerifiedDate { get; init; }

    public long Version { get; init; }

    public Professional ToProto(
        IEnumerable<ActivityRow> activities, IEnumerable<DesignationRow> designations, IEnumerable<AcceptanceRow> acceptances, DateOnly today)
    {
        var experts = designations.ToList();
        return new()
        {
            Name = Names.Professionals + ProfessionalId,
            Rpps = Rpps ?? "",
            FamilyName = FamilyName,
            GivenName = GivenName,
            Mssante = Mssante ?? "",
            Expert = experts.Exists(d => Period.Holds(d.FromDate, d.UntilDate, today)),
            CharterAcceptedDate = CharterAcceptedDate?.ToProto(),
            Activities = { activities.Select(a => a.ToProto()) },
            ExpertDesignations = { experts.Select(d => d.ToProto()) },
            CharterAcceptances = { acceptances.Select(a => a.ToProto()) },
            IdentifierSource = (IdentifierSource)IdentifierSource,
            IdentifierVerifiedDate = IdentifierVerifiedDate?.ToProto(),
            Etag = Etag.Of(Version),
        };
    }
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

    public Activity ToProto()
    {
        var activity = new Activity
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
        activity.ActivityName = Professionals.Activities.NameOf(ProfessionalId, activity);
        return activity;
    }
}

/// <summary>A designation as an expert, as read.</summary>
internal sealed class DesignationRow
{
    public string ProfessionalId { get; init; } = "";

    public int Basis { get; init; }

    public DateOnly FromDate { get; init; }

    public DateOnly? UntilDate { get; init; }

    public ExpertDesignation ToProto() =>
        new() { Basis = (ExpertDesignation.Types.Basis)Basis, FromDate = FromDate.ToProto(), UntilDate = UntilDate?.ToProto() };
}

/// <summary>An accepted charter, as read.</summary>
internal sealed class AcceptanceRow
{
    public string ProfessionalId { get; init; } = "";

    public string Programme { get; init; } = "";

    public string Version { get; init; } = "";

    public DateOnly AcceptDate { get; init; }

    public CharterAcceptance ToProto() => new() { Programme = Names.Programmes + Programme, Version = Version, AcceptDate = AcceptDate.ToProto() };
}
