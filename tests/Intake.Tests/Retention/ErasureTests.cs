using Grpc.Core;
using Intervision.Intake.Encryption;
using Intervision.Intake.Events.V1;
using Intervision.Intake.Indicators;
using Intervision.Intake.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Case = Intervision.Intake.V1.Case;

namespace Intervision.Intake.Tests.Retention;

/// <summary>What an erasure destroys, what it keeps, and what anybody can still learn.</summary>
public sealed class ErasureTests(RetentionFixture service) : CaseSteps(service), IClassFixture<RetentionFixture>
{
    [Fact]
    public async Task A_closed_case_is_erased_two_years_after_its_last_contact_and_leaves_its_proof()
    {
        var session = IntakeFixture.NewSession();
        var closed = await service.Closed(session);
        var (id, ciphertexts) = await service.Db.Read(
            async tx => (
                await tx.Single<Guid>("select id from cases where 'cases/' || code = @Name", new { closed.Name }),
                await tx.Query<byte[]>("select ciphertext from clinical_text t join cases c on c.id = t.case_id where 'cases/' || code = @Name", new { closed.Name })),
            CancellationToken.None);
        Assert.NotEmpty(ciphertexts);
        var last = (closed.UpdateTime.ToDateTimeOffset().AddMonths(24) - IntakeFixture.Start).TotalHours;
        var before = await Numbers(last);
        Assert.Contains("outcomes_six_months STABLE 1", before);

        await service.Erase(last - 0.001);
        Assert.True(await service.Exists(closed.Name));
        await service.Erase(last);
        Assert.False(await service.Exists(closed.Name));

        // The register says what went, without the code.
        var line = (await service.Line(closed.Name))!;
        Assert.Equal((ErasureReason.RetentionContact, "coordinator@region", "case=24mo ended=3mo attestation=60mo"), (line.Reason, line.Actor, line.Policy));
        Assert.Equal((1, 1), (line.Destroyed["cases"], line.Destroyed["case_key"]));
        Assert.Equal(ciphertexts.Count, line.Destroyed["clinical_text"]);
        Assert.All(new[] { "case_history", "consent_record", "intervision", "decision", "restitution", "follow_up", "outcome_review", "decision_progress", "case_return", "agenda_item" }, t => Assert.True(line.Destroyed[t] > 0, t));
        Assert.DoesNotContain(closed.Name["cases/".Length..], line.ToString(), StringComparison.Ordinal);

        // Forbidden and absent look the same to everybody, and nothing decrypts any more.
        foreach (var who in new[] { IntakeFixture.Requester, IntakeFixture.Referent, IntakeFixture.Coordinator, IntakeFixture.Cpts })
        {
            await service.GetRefused(closed.Name, who);
        }

        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Intake.ReadSheetAsync(
            new ReadSheetRequest { Name = closed.Name, Purpose = "FOLLOW_UP" }, IntakeFixture.At(IntakeFixture.Requester, last + 1)));
        Assert.Null(await service.Db.Read(tx => service.Services.GetRequiredService<Vault>().Read(tx, id, "sheet"), CancellationToken.None));

        // One last word, and the past is counted as before.
        var said = (await service.Said(closed.Name))[^1];
        Assert.Equal((closed.Name, "RETENTION_CONTACT"), (said.As<CaseErased>().Case, said.As<CaseErased>().Reason));
        Assert.Equal(before, await Numbers(last));
        Assert.Equal((0, ""), await Leftovers());
    }

    [Fact]
    public async Task What_comes_late_of_an_erased_case_brings_nothing_back()
    {
        var rejected = await service.Rejected();
        await service.Erase(RetentionFixture.Months(4));
        Assert.False(await service.Exists(rejected.Name));
        var session = IntakeFixture.NewSession();
        await service.Deliver("scheduling", new CaseScheduled { Session = session, Case = rejected.Name, Date = new DateOnly(2026, 10, 20).ToProto() }, session, IntakeFixture.Start);
        await service.Deliver("scheduling", new CaseUnscheduled { Session = session, Case = rejected.Name, Reason = "CASE_ERASED" }, session, IntakeFixture.Start, streamNo: 2);
        await service.Deliver("scheduling", new CaseDiscussed { Session = session, Case = rejected.Name, DiscussTime = IntakeFixture.Start.ToProto() }, session, IntakeFixture.Start, streamNo: 3);
        Assert.Equal((0, ""), await Leftovers());
        Assert.False(await service.Exists(rejected.Name));
    }

    [Fact]
    public async Task The_same_number_deposited_again_is_a_new_case()
    {
        var request = IntakeFixture.Request();
        var first = (await Intake.SubmitCaseAsync(request, IntakeFixture.At(IntakeFixture.Coordinator))).Case;
        await Intake.AbandonCaseAsync(
            new AbandonCaseRequest { RequestId = IntakeFixture.NewId(), Name = first.Name, Etag = first.Etag, Reason = "SANS_OBJET" }, IntakeFixture.At(IntakeFixture.Requester, 1));
        await service.Erase(RetentionFixture.Months(4));
        request.RequestId = IntakeFixture.NewId();
        request.Question = "Une autre question, posée bien plus tard ?";
        request.Availabilities[0].Date = new DateOnly(2027, 4, 20).ToProto();
        var second = (await Intake.SubmitCaseAsync(request, IntakeFixture.At(IntakeFixture.Coordinator, RetentionFixture.Months(5)))).Case;
        Assert.NotEqual(first.Name, second.Name);
        Assert.Equal(CaseState.Submitted, second.State);
    }

    [Fact]
    public async Task The_attestation_is_proved_by_whoever_has_the_code_and_had_requested_it()
    {
        var withdrawn = await service.Withdrawn(2);
        await service.Erase(RetentionFixture.Months(24, 2));
        Assert.False(await service.Exists(withdrawn.Name));
        var later = RetentionFixture.Months(30);
        var mine = await Attestations(withdrawn.Name, "", IntakeFixture.Requester, later);
        Assert.Equal([ConsentStatus.Granted, ConsentStatus.Withdrawn], mine.Records.Select(r => r.Status));
        Assert.Equal(IntakeFixture.Start.AddMonths(60).Year, mine.KeepUntilDate.ToDate()!.Value.Year);
        Assert.Equal(mine, await Attestations(withdrawn.Name, IntakeFixture.Doctor, RetentionFixture.Auditor, later));
        Assert.All(mine.Records, r => Assert.True(r.Scope.ExcludedPeople.Count + r.Scope.ExcludedTopics.Count == 0));

        // By RPPS alone too; by nobody else, and not for another code.
        Assert.Equal(mine, await Attestations(withdrawn.Name, "", Tokens.Professional("sub-without-name", "99700000013"), later));
        Assert.Empty((await Attestations(withdrawn.Name, "", IntakeFixture.Referent, later)).Records);
        Assert.Empty((await Attestations(withdrawn.Name, IntakeFixture.Pharmacist, RetentionFixture.Auditor, later)).Records);
        Assert.Empty((await Attestations("cases/SIT-0000-0000", "", IntakeFixture.Requester, later)).Records);
        Assert.Empty((await Attestations("", "", IntakeFixture.Requester, later)).Records);
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Ask(withdrawn.Name, IntakeFixture.Doctor, IntakeFixture.Referent, later));
        await Refused.With(StatusCode.InvalidArgument, "REQUESTER_MISSING", () => Ask(withdrawn.Name, "", RetentionFixture.Auditor, later));
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Ask(withdrawn.Name, "", IntakeFixture.Coordinator, later));
        Assert.DoesNotContain(IntakeFixture.Doctor, await service.AsOwner<string>("select string_agg(holder_mac::text, ',') from consent_attestation"), StringComparison.Ordinal);

        // Five years after the last contact it goes too.
        await service.Erase(RetentionFixture.Months(60, 2));
        Assert.Empty((await Attestations(withdrawn.Name, "", IntakeFixture.Requester, later)).Records);
    }

    [Fact]
    public async Task A_planted_leftover_is_found()
    {
        var rejected = await service.Rejected();
        await service.Erase(RetentionFixture.Months(4));
        var (id, code) = (await service.AsOwner<Guid>("select case_id from erasure order by no desc limit 1"), rejected.Name["cases/".Length..]);
        Assert.Equal((0, ""), await Leftovers());
        foreach (var (where, plant, undo) in new[]
        {
            ("urgent_alert.case_id", $"alter table urgent_alert drop constraint urgent_alert_case_id_fkey; insert into urgent_alert values ('{id}', now())",
                "delete from urgent_alert; alter table urgent_alert add constraint urgent_alert_case_id_fkey foreign key (case_id) references cases on delete cascade"),
            ("session_person.professional", $"insert into session_person values ('sessions/x', 'about {code}', 'Expert')", "delete from session_person where session = 'sessions/x'"),
            ("forgotten.notes", $"create table forgotten (notes text[]); grant select on forgotten to intake_app; insert into forgotten values (array['x', '{code}'])", "drop table forgotten"),
        })
        {
            await service.AsOwner(plant);
            var (exit, text) = await service.Verify();
            await service.AsOwner(undo);
            Assert.Equal(1, exit);
            Assert.Contains($"dans {where}", text, StringComparison.Ordinal);
        }

        Assert.Equal((0, ""), await Leftovers());
    }

    [Fact]
    public async Task Nothing_is_left_in_the_tables_that_belong_to_a_case()
    {
        // Whatever a later migration adds goes with the case, or says here why not.
        var kept = await service.AsOwner<string[]>(
            """
            select coalesce(array_agg(conrelid::regclass || '.' || conname order by 1), '{}') from pg_constraint
            where contype = 'f' and confdeltype <> 'c' and confrelid in (
              select 'cases'::regclass union select attrelid from pg_attribute where attname = 'case_id' and attnum > 0)
            """);
        Assert.Equal(["cases.cases_duplicate_of_fkey"], kept);
    }

    [Fact]
    public async Task The_service_cannot_erase_at_will()
    {
        var open = await service.Discussed(IntakeFixture.NewSession());
        var submitted = await service.Submitted();
        var rejected = await service.Rejected();
        async Task MayNot(string why, string name, string reason, string asOf)
        {
            var refused = await service.MayNot(
                $"select case_erase(id, '\\x00', '\\x00', '{reason}', {asOf}, 'x', 'x', id, '2099-01-01') from cases where 'cases/' || code = @name", new { name });
            Assert.Contains(why, refused.MessageText, StringComparison.Ordinal);
        }

        await MayNot("open case", open.Name, "RetentionContact", "'2090-01-01'");
        await MayNot("open case", open.Name, "PatientRequest", "'2090-01-01'");
        await MayNot("not due", submitted.Name, "PatientRequest", "'2090-01-01'");
        await MayNot("not due", submitted.Name, "RetentionEnded", "'2090-01-01'");
        await MayNot("not due", submitted.Name, "RetentionContact", "'2027-09-30'");
        await MayNot("not due", rejected.Name, "RetentionEnded", "'2026-10-31'");
        foreach (var sql in new[]
        {
            "delete from cases", "delete from case_history", "delete from consent_record", "delete from erasure", "update erasure set actor = 'x'",
            "insert into erasure (case_id, code_mac, reason, erase_time, actor, policy, run, destroyed, attestations) values (gen_random_uuid(), decode(repeat('00', 32), 'hex'), 'Unlawful', now(), 'x', 'x', gen_random_uuid(), '{}', 0)",
            "insert into consent_attestation (holder_mac, no, status, withdrawal_right_told, answer_time, record_time, recorder, keep_until) values (decode(repeat('00', 32), 'hex'), 1, 'Granted', true, now(), now(), 'x', now())",
            "delete from consent_attestation",
            "create or replace function retention_clock() returns timestamptz language sql as 'select now()'",
        })
        {
            Assert.Equal("42501", (await service.MayNot(sql)).SqlState);
        }
    }

    [Fact]
    public async Task Elsewhere_than_in_development_nothing_is_erased_ahead_of_the_databases_clock()
    {
        var database = await (await TestPostgres.Shared()).NewDatabase("intake", typeof(Program).Assembly);
        await using var connection = new Npgsql.NpgsqlConnection(new Npgsql.NpgsqlConnectionStringBuilder(service.OwnerConnectionString) { Database = database }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText =
            """
            insert into cases (id, code, version, state, consent, programme, candidate_poles, submitter, channel, external_id, payload_mac, requester, motives,
              age_band, sex, contexts, products, urgent, physician_absence, actors, availabilities, submit_time, update_time, state_time, end_code)
            values ('00000000-0000-7000-8000-000000000001', 'SIT-0000-0001', 1, 'Inadmissible', 'NotCollected', 'p', '{}', 's', 'c', 'e', decode(repeat('00', 32), 'hex'), 'r', '{M}',
              '', '', '{}', '{}', false, 'Unspecified', '{}', '{}', now(), now(), now(), 'AUTRE');
            insert into case_history (case_id, version, action, actor, to_state, consent, change_time)
            values ('00000000-0000-7000-8000-000000000001', 1, 'SubmitCase', 'x', 'Submitted', 'NotCollected', now());
            select case_erase(id, decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex'), 'RetentionEnded', now() + interval '10 years', 'x', 'x', id, '2099-01-01') from cases
            """;
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        Assert.Contains("ahead of time", refused.MessageText, StringComparison.Ordinal);
    }

    private async Task<(int, string)> Leftovers()
    {
        var (code, text) = await service.Verify();
        return (code, string.Join('\n', text.Split('\n').Where(l => l.StartsWith("Reste", StringComparison.Ordinal))));
    }

    /// <summary>Every number of every indicator, before small ones are hidden.</summary>
    private async Task<IReadOnlyList<string>> Numbers(double hours)
    {
        var parameters = new
        {
            all = true, poles = Array.Empty<string>(), Pole = "", from = new DateOnly(2026, 1, 1), until = new DateOnly(2030, 1, 1),
            today = Paris.DateOf(IntakeFixture.Start.AddHours(hours)),
        };
        var numbers = new List<string>();
        foreach (var (indicator, sql) in IndicatorSql.Tables)
        {
            numbers.AddRange((await service.Db.Read(tx => tx.Query<ReportIndicators.Row>(sql, parameters), CancellationToken.None)).Select(r => $"{indicator} {r.Code} {r.Count}"));
        }

        foreach (var (indicator, _, _, sql) in IndicatorSql.Delays)
        {
            var (median, p90) = await service.Db.Read(tx => tx.Single<(int?, int?)>(sql, parameters), CancellationToken.None);
            numbers.Add($"{indicator} {median} {p90}");
        }

        return numbers;
    }

    private async Task<ListConsentAttestationsResponse> Attestations(string name, string requester, ServiceDefaults.Security.DevelopmentClaims who, double hours) =>
        await Ask(name, requester, who, hours);

    private AsyncUnaryCall<ListConsentAttestationsResponse> Ask(string name, string requester, ServiceDefaults.Security.DevelopmentClaims who, double hours) =>
        Intake.ListConsentAttestationsAsync(new ListConsentAttestationsRequest { Case = name, Requester = requester }, IntakeFixture.At(who, hours));
}
