using System.Reflection;
using Dapper;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Scheduling.Tests;

/// <summary>A database in use is brought up to date from any version: its sessions stay what they are, the certified ones too.</summary>
public sealed class UpgradeTests
{
    private const string First = "0005";

    /// <summary>The agenda by hand may be there before the seasons.</summary>
    private const string AgendaFirst = "agenda_first";

    public static TheoryData<string> Versions =>
    [
        AgendaFirst,
        .. typeof(Program).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith("Migrations/", StringComparison.Ordinal) && string.CompareOrdinal(n, $"Migrations/{First}") >= 0)
            .Select(n => n["Migrations/".Length..^".sql".Length]).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task From_before(string version)
    {
        var postgres = await TestPostgres.Shared();
        var name = $"scheduling_upgrade_{version}";
        await Migrator.Migrate(postgres.Owner(name), "scheduling", new Before(typeof(Program).Assembly, version), TestPostgres.AppPassword, null, CancellationToken.None);
        await using var owner = new NpgsqlConnection(postgres.Owner(name) + ";Pooling=false");
        await owner.ExecuteAsync(await HasPlannedDate(owner) ? Filling.Replace("/*planned*/", ", planned_date", StringComparison.Ordinal).Replace("/*date*/", ", date", StringComparison.Ordinal) : Filling);
        // Who migrates twice does it once.
        foreach (var _ in Enumerable.Range(0, 2))
        {
            await Migrator.Migrate(postgres.Owner(name), "scheduling", typeof(Program).Assembly, TestPostgres.AppPassword, null, CancellationToken.None);
        }

        await using var source = NpgsqlDataSource.Create(postgres.App("scheduling", name) + ";Pooling=false");
        var db = new Db(source, new OutboxSignal());
        var sessions = await db.Read(async tx => await MeetingStore.LockSeason(tx, "poles/P1", new DateOnly(2026, 1, 1), new DateOnly(2026, 12, 31)), CancellationToken.None);
        Assert.Equal(
            [SessionState.Settled, SessionState.AttendanceCertified, SessionState.Convened, SessionState.Cancelled, SessionState.Planned], sessions.Select(s => s.State));
        Assert.All(sessions, s => Assert.Equal((s.Date, false, "", 1), (s.PlannedDate, s.MovedByHand, s.Room, s.Live.Count())));

        // Whom they name is booked for them.
        Assert.Equal(
            sessions.Count(s => s.State != SessionState.Cancelled && s.Facilitator.Length > 0),
            await owner.ExecuteScalarAsync<int>("select count(*)::int from session s join booking b on b.session_id = s.id and b.resource = s.facilitator and b.during = tstzrange(s.start_instant, s.end_instant)"));
        Assert.Equal(
            (PostgresErrorCodes.ForeignKeyViolation, "session_holds_its_facilitator"),
            await Assert.ThrowsAsync<PostgresException>(() => owner.ExecuteAsync("delete from booking where resource = 'professionals/F'")) is var left ? (left.SqlState, left.ConstraintName) : default);

        // A day that was called off is free again, one that was not is taken.
        Assert.Equal(1, await Again(owner, "CANCELLED"));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => Again(owner, "PLANNED"));
        Assert.Equal((PostgresErrorCodes.ExclusionViolation, "session_one_a_day"), (refused.SqlState, refused.ConstraintName));
    }

    private static Task<bool> HasPlannedDate(NpgsqlConnection owner) =>
        owner.ExecuteScalarAsync<bool>("select exists (select from information_schema.columns where table_name = 'session' and column_name = 'planned_date')");

    private static Task<int> Again(NpgsqlConnection owner, string state) => owner.ExecuteAsync(
        """
        insert into session (id, pole, programme, state, date, planned_date, start_time, duration_minutes, start_instant, end_instant, modality, host, capacity, version, change_time)
        select gen_random_uuid(), pole, programme, 'PLANNED', date, date, start_time, duration_minutes, start_instant, end_instant, 'VIDEO', host, capacity, 1, change_time
        from session where state = @state
        """,
        new { state });

    /// <summary>In columns that were there from the start, as a season leaves them.</summary>
    private const string Filling =
        """
        insert into programme (name, maximum_cases, minutes_per_case, closed_months, preparatory_meeting_required, expert_required, indemnified)
        values ('programmes/ADDICTIONS', 5, 30, '{7,8}', false, true, true);
        insert into pole (name, display_name, programme, rhythm, weekday, start_time, duration_minutes, modality, referent, host, state)
        values ('poles/P1', 'Pôle', 'programmes/ADDICTIONS', 'MONTHLY', 2, '12:15', 60, 'HYBRID', 'professionals/F', 'organisations/1', 'ACTIVE');
        insert into session (id, pole, programme, state, date/*planned*/, start_time, duration_minutes, start_instant, end_instant, modality, host, facilitator,
                             capacity, cancel_reason, freeze_time, version, change_time)
        select md5(state)::uuid, 'poles/P1', 'programmes/ADDICTIONS', state, date/*date*/, '12:15', 60, date + time '10:15', date + time '11:15', 'HYBRID', 'organisations/1',
          case when state in ('PLANNED', 'CANCELLED') then '' else 'professionals/F' end, 2, case when state = 'CANCELLED' then 'NO_CASE_READY' else '' end,
          date - interval '10 days', 3, date - interval '10 days'
        from (values ('SETTLED', date '2026-03-03'), ('CONVENED', '2026-05-05'), ('CANCELLED', '2026-06-02'), ('PLANNED', '2026-09-01'), ('HELD', '2026-04-07')) as v (state, date);
        insert into booking (session_id, resource, during) select id, host, tstzrange(start_instant, end_instant) from session where state <> 'CANCELLED';
        -- As verbs do; some sessions of before the keys did not name whom they had taken.
        insert into booking (session_id, resource, during) select id, facilitator, tstzrange(start_instant, end_instant) from session
        where facilitator <> '' and (state = 'CONVENED' or exists (select from information_schema.columns where table_name = 'session' and column_name = 'held_facilitator'));
        insert into agenda_item (session_id, position, case_name, state, discuss_time)
        select id, 1, 'cases/SIT-0000-' || to_char(date, 'MMDD'), case when state in ('SETTLED', 'HELD') then 'DISCUSSED' else 'SCHEDULED' end,
          case when state in ('SETTLED', 'HELD') then start_instant end from session;
        insert into invitation (session_id, professional, role, cases) select id, 'professionals/F', 'FACILITATOR', '{}' from session where facilitator <> '';
        insert into attendance_line (session_id, professional, role, profession_table, profession_code, capacity_mode, organisation, mode, in_time, out_time, cases, kilometres, no_other_funder_declared, signature)
        select id, 'professionals/F', 'FACILITATOR', 'TRE_G15', '10', 'L', 'organisations/1', 'IN_PERSON', start_instant, end_instant, '{}', 0, true, 'PAPER' from session where state = 'HELD';
        insert into certification (session_id, certifier, sheet_version, certify_time) select id, 'professionals/F', 0, end_instant from session where state = 'HELD';
        update session set state = 'ATTENDANCE_CERTIFIED' where state = 'HELD';
        """;

    /// <summary>The service as it was before a version.</summary>
    private sealed class Before(Assembly now, string version) : Assembly
    {
        public override string[] GetManifestResourceNames() => [.. now.GetManifestResourceNames().Where(Was)];

        public override Stream? GetManifestResourceStream(string name) => now.GetManifestResourceStream(name);

        private bool Was(string name) => version == AgendaFirst
            ? string.CompareOrdinal(name, "Migrations/0005") < 0 || (string.CompareOrdinal(name, "Migrations/0030") >= 0 && string.CompareOrdinal(name, "Migrations/0040") < 0)
            : string.CompareOrdinal(name, $"Migrations/{version}") < 0;
    }
}
