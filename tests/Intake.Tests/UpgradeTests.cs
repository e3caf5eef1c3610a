using System.Reflection;
using Dapper;
using Intervision.Intake.Cases;
using Intervision.Intake.Consents;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Intake.Tests;

/// <summary>A database in use is brought up to date from any version since there is a retention: what is in its tables stays.</summary>
public sealed class UpgradeTests
{
    private const string First = "0060";

    public static TheoryData<string> Versions =>
        [.. typeof(Program).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith("Migrations/", StringComparison.Ordinal) && string.CompareOrdinal(n, $"Migrations/{First}") >= 0)
            .Select(n => n["Migrations/".Length..^".sql".Length]).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task From_before(string version)
    {
        var postgres = await TestPostgres.Shared();
        var name = $"upgrade_{version}";
        await Migrator.Migrate(postgres.Owner(name), "intake", new Before(typeof(Program).Assembly, version), TestPostgres.AppPassword, null, CancellationToken.None);
        await using var owner = new NpgsqlConnection(postgres.Owner(name) + ";Pooling=false");
        // Before 0060 only the time of recording tells the order; since then rows are numbered as they come.
        await owner.ExecuteAsync(Filling, new { order = version.StartsWith(First, StringComparison.Ordinal) ? -1 : 1 });
        // Who migrates twice does it once.
        foreach (var _ in Enumerable.Range(0, 2))
        {
            await Migrator.Migrate(postgres.Owner(name), "intake", typeof(Program).Assembly, TestPostgres.AppPassword, null, CancellationToken.None);
        }

        Assert.Equal(
            ["1 SubmitCase", "2 AcceptCase", "1 SubmitCase", "2 TakeCase"],
            (await owner.QueryAsync<(long Version, string Action)>("select version, action from case_history order by no")).Select(h => $"{h.Version} {h.Action}"));
        Assert.Equal(1, await owner.ExecuteScalarAsync<int>("select count(*) from case_change where code = 'SIT-0000-0009' and action = 'EraseCase'"));

        await using var source = NpgsqlDataSource.Create(postgres.App("intake", name) + ";Pooling=false");
        var db = new Db(source, new OutboxSignal());
        var (granted, asked) = await db.Read(
            async tx => (await CaseStore.Find(tx, "cases/SIT-0000-0001"), await CaseStore.Find(tx, "cases/SIT-0000-0002")), CancellationToken.None);
        Assert.Equal((CaseState.InPreparation, ConsentStatus.Granted, null), (granted!.State, granted.Consent, granted.Declared));
        Assert.Equal((CaseState.AwaitingConsent, ConsentStatus.NotCollected, null), (asked!.State, asked.Consent, asked.Declared));

        // The service's login goes on where it was: the next change comes after all of before, and what is append-only stays so.
        await db.InTransaction(
            async tx =>
            {
                Assert.Equal("2026-0", (await ConsentStore.Last(tx, granted)).NoticeVersion);
                await CaseStore.Save(tx, asked, asked, "Probe", "somebody", asked.UpdateTime.AddHours(1));
                return 0;
            },
            CancellationToken.None);
        Assert.Equal("Probe", await owner.ExecuteScalarAsync<string>("select action from case_history order by no desc limit 1"));
        foreach (var sql in new[] { "update consent_record set declared = 'Granted'", "delete from case_history", "delete from cases" })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => db.InTransaction(tx => tx.Execute(sql), CancellationToken.None));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }
    }

    /// <summary>In columns that were there before 0060: two cases, what they have, and the notice of an erased one.</summary>
    private const string Filling =
        """
        insert into programme values ('programmes/ADDICTIONS', true);
        insert into pole (name, programme, active) values ('poles/P12', 'programmes/ADDICTIONS', true);
        insert into cases (
          id, code, version, state, consent, programme, pole, candidate_poles, submitter, channel, external_id, payload_mac, requester, motives,
          age_band, sex, contexts, products, urgent, physician_absence, actors, availabilities, submit_time, update_time, state_time)
        select md5(code)::uuid, code, 2, state, consent, 'programmes/ADDICTIONS', 'poles/P12', '{}', 'x', 'ASSOCIATION', code, decode(repeat('00', 32), 'hex'),
          'professionals/PER-1', '{AUTRE}', '35-44', '', '{}', '{}', false, 'Unreachable', '{}', '{}', t, t, t
        from (values ('SIT-0000-0001', 'InPreparation', 'Granted'), ('SIT-0000-0002', 'AwaitingConsent', 'NotCollected')) as v (code, state, consent),
          (select timestamptz '2026-05-01 08:00Z' as t) t;
        insert into case_key (case_id, wrapped_key) select id, decode(repeat('00', 60), 'hex') from cases;
        insert into clinical_text (case_id, field, ciphertext) select id, 'question', decode(repeat('00', 40), 'hex') from cases;
        insert into consent_record (case_id, no, status, form, giver, notice_version, withdrawal_right_told, answer_time, record_time, recorder)
        select id, 1, consent, case when consent = 'Granted' then 'Oral' end, case when consent = 'Granted' then 'Patient' end,
          case when consent = 'Granted' then '2026-0' end, consent = 'Granted', submit_time, submit_time, 'x' from cases;
        insert into case_history (case_id, version, action, actor, from_state, to_state, consent, change_time, record_time)
        select c.id, v.version, v.action, 'x', v.from_state, case v.version when 1 then 'Submitted' else c.state end, c.consent, c.submit_time, c.submit_time + v.later
        from cases c join (values
          ('SIT-0000-0001', 1, 'SubmitCase', null, interval '0 hours'), ('SIT-0000-0001', 2, 'AcceptCase', 'Submitted', interval '1 hour'),
          ('SIT-0000-0002', 1, 'SubmitCase', null, interval '2 hours'), ('SIT-0000-0002', 2, 'TakeCase', 'Submitted', interval '3 hours'))
          as v (code, version, action, from_state, later) using (code)
        order by v.later * @order;
        insert into intervision (case_id, rank, session, discuss_time) select id, 1, 'sessions/1', submit_time from cases where code = 'SIT-0000-0001';
        insert into decision (case_id, session, position, orientation, responsible, due_date, patient_agreement_sought)
        select id, 'sessions/1', 1, 'ORIENTATION_CSAPA', 'professionals/PER-1', '2026-06-01', true from cases where code = 'SIT-0000-0001';
        insert into erasure_notice (case_id, code, state, pole, candidate_poles, requester, erase_time)
        values (gen_random_uuid(), 'SIT-0000-0009', 'Closed', 'poles/P12', '{}', 'professionals/PER-1', '2026-05-02');
        """;

    /// <summary>The service as it was before a version.</summary>
    private sealed class Before(Assembly now, string version) : Assembly
    {
        public override string[] GetManifestResourceNames() =>
            [.. now.GetManifestResourceNames().Where(n => string.CompareOrdinal(n, $"Migrations/{version}") < 0)];

        public override Stream? GetManifestResourceStream(string name) => now.GetManifestResourceStream(name);
    }
}
