using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Programmes;

/// <summary>SQL of programmes.</summary>
internal static class ProgrammeStore
{
    private const string Columns =
        """
        code, display_name, maximum_cases_per_session, minutes_per_case, session_minutes, open_to_members, closed_months,
        preparatory_meeting_required, new_partner_minutes, rhythms, indemnified, expert_required, attending_physician_required, version
        """;

    /// <returns>False when it was there already; it is then left as it is.</returns>
    public static async Task<bool> Add(Tx tx, Programme programme, DateTimeOffset now) =>
        await tx.Execute(
            $"""
            insert into programme ({Columns}, update_time)
            values (
              @Code, @DisplayName, @MaximumCasesPerSession, @MinutesPerCase, @SessionMinutes, @OpenToMembers, @ClosedMonths,
              @PreparatoryMeetingRequired, @NewPartnerMinutes, @Rhythms, @Indemnified, @ExpertRequired, @AttendingPhysicianRequired, 1, @now)
            on conflict (code) do nothing
            """,
            Parameters(programme, now)) == 1;

    /// <summary>All rules as said, one version further.</summary>
    public static Task<int> Save(Tx tx, Programme programme, DateTimeOffset now) =>
        tx.Execute(
            """
            update programme set
              display_name = @DisplayName, maximum_cases_per_session = @MaximumCasesPerSession, minutes_per_case = @MinutesPerCase,
              session_minutes = @SessionMinutes, open_to_members = @OpenToMembers, closed_months = @ClosedMonths,
              preparatory_meeting_required = @PreparatoryMeetingRequired, new_partner_minutes = @NewPartnerMinutes, rhythms = @Rhythms,
              indemnified = @Indemnified, expert_required = @ExpertRequired, attending_physician_required = @AttendingPhysicianRequired,
              version = version + 1, update_time = @now
            where code = @Code
            """,
            Parameters(programme, now));

    /// <summary>Null when there is none; else nobody changes the programme until this transaction ends.</summary>
    public static Task<Locked?> Lock(Tx tx, string code) =>
        tx.SingleOrDefault<Locked>("select version, update_time from programme where code = @code for update", new { code });

    public static Task<int> Touch(Tx tx, string code, DateTimeOffset now) =>
        tx.Execute("update programme set version = version + 1, update_time = @now where code = @code", new { code, now });

    /// <returns>False when this version was published before.</returns>
    public static async Task<bool> AddDocument(Tx tx, string code, ProgrammeDocument document) =>
        await tx.Execute(
            """
            insert into programme_document (programme, kind, version, title, sha256, uri, effective_date)
            values (@code, @Kind, @Version, @Title, @Sha256, @Uri, @EffectiveDate) on conflict do nothing
            """,
            new
            {
                code,
                Kind = (int)document.Kind,
                document.Version,
                document.Title,
                Sha256 = Convert.FromHexString(document.Sha256),
                document.Uri,
                EffectiveDate = document.EffectiveDate.ToDate(),
            }) == 1;

    /// <summary>Full state; null when there is none.</summary>
    public static async Task<Programme?> State(Tx tx, string code)
    {
        var row = await tx.SingleOrDefault<ProgrammeRow>($"select {Columns} from programme where code = @code", new { code });
        return row is null ? null : (await Complete(tx, [row]))[0];
    }

    /// <summary>The rows with their documents, newest first within a kind.</summary>
    public static async Task<IReadOnlyList<Programme>> Complete(Tx tx, IReadOnlyList<ProgrammeRow> rows)
    {
        var documents = (await tx.Query<DocumentRow>(
            """
            select programme, kind, version, title, sha256, uri, effective_date from programme_document
            where programme = any(@codes) order by programme, kind, effective_date desc, version desc
            """,
            new { codes = rows.Select(r => r.Code).ToArray() })).ToLookup(d => d.Programme, StringComparer.Ordinal);
        return [.. rows.Select(r => r.ToProto(documents[r.Code]))];
    }

    public static Task<IReadOnlyList<ProgrammeRow>> Page(Tx tx, string? after, int limit) =>
        tx.Query<ProgrammeRow>(
            $"select {Columns} from programme where @after::text is null or code > @after order by code limit @limit", new { after, limit });

    private static object Parameters(Programme programme, DateTimeOffset now) => new
    {
        now,
        Code = Names.MustBe(Names.Programmes, programme.Name),
        programme.DisplayName,
        programme.MaximumCasesPerSession,
        programme.MinutesPerCase,
        programme.SessionMinutes,
        programme.OpenToMembers,
        ClosedMonths = programme.ClosedMonths.ToArray(),
        programme.PreparatoryMeetingRequired,
        programme.NewPartnerMinutes,
        Rhythms = programme.Rhythms.Select(r => (int)r).ToArray(),
        programme.Indemnified,
        programme.ExpertRequired,
        programme.AttendingPhysicianRequired,
    };
}

/// <summary>A programme as read.</summary>
internal sealed class ProgrammeRow
{
    public string Code { get; init; } = "";

    public string DisplayName { get; init; } = "";

    public int MaximumCasesPerSession { get; init; }

    public int MinutesPerCase { get; init; }

    public int SessionMinutes { get; init; }

    public bool OpenToMembers { get; init; }

    public int[] ClosedMonths { get; init; } = [];

    public bool PreparatoryMeetingRequired { get; init; }

    public int NewPartnerMinutes { get; init; }

    public int[] Rhythms { get; init; } = [];

    public bool Indemnified { get; init; }

    public bool ExpertRequired { get; init; }

    public bool AttendingPhysicianRequired { get; init; }

    public long Version { get; init; }

    public Programme ToProto(IEnumerable<DocumentRow> documents) => new()
    {
        Name = Names.Programmes + Code,
        DisplayName = DisplayName,
        MaximumCasesPerSession = MaximumCasesPerSession,
        MinutesPerCase = MinutesPerCase,
        SessionMinutes = SessionMinutes,
        OpenToMembers = OpenToMembers,
        ClosedMonths = { ClosedMonths },
        PreparatoryMeetingRequired = PreparatoryMeetingRequired,
        NewPartnerMinutes = NewPartnerMinutes,
        Rhythms = { Rhythms.Select(r => (Rhythm)r) },
        Indemnified = Indemnified,
        ExpertRequired = ExpertRequired,
        AttendingPhysicianRequired = AttendingPhysicianRequired,
        Documents = { documents.Select(d => d.ToProto()) },
        Etag = Etag.Of(Version),
    };
}

/// <summary>One version of a document, as read.</summary>
internal sealed class DocumentRow
{
    public string Programme { get; init; } = "";

    public int Kind { get; init; }

    public string Version { get; init; } = "";

    public string Title { get; init; } = "";

    public byte[] Sha256 { get; init; } = [];

    public string Uri { get; init; } = "";

    public DateOnly EffectiveDate { get; init; }

    public ProgrammeDocument ToProto() => new()
    {
        Kind = (ProgrammeDocument.Types.Kind)Kind,
        Version = Version,
        Title = Title,
        Sha256 = Convert.ToHexStringLower(Sha256),
        Uri = Uri,
        EffectiveDate = EffectiveDate.ToProto(),
    };
}
