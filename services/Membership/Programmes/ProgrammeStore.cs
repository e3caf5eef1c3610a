using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;

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
            new
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
            }) == 1;

    public static Task<ProgrammeRow?> Find(Tx tx, string code) =>
        tx.SingleOrDefault<ProgrammeRow>($"select {Columns} from programme where code = @code", new { code });

    public static Task<IReadOnlyList<ProgrammeRow>> Page(Tx tx, string? after, int limit) =>
        tx.Query<ProgrammeRow>(
            $"select {Columns} from programme where @after::text is null or code > @after order by code limit @limit", new { after, limit });
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

    public Programme ToProto() => new()
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
        Etag = Etag.Of(Version),
    };
}
