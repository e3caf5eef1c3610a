using Grpc.Core;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Case = Intervision.Intake.V1.Case;
using Refusal = Intervision.Tests.Support.Refused;

namespace Intervision.Intake.Tests;

/// <summary>What follows from what: consent, erasure, withdrawal, the table, the agenda.</summary>
public sealed class FlowTests(IntakeFixture service)
{
    private IntakeService.IntakeServiceClient Intake => service.Intake;

    [Fact]
    public async Task A_refusal_at_deposit_is_triaged_and_then_erased()
    {
        var submitted = await service.Submitted(Refused);
        Assert.Equal(CaseState.Submitted, submitted.State);
        Assert.Equal(1, await Texts(submitted.Name));
        var accepted = (await Intake.AcceptCaseAsync(
            new AcceptCaseRequest { RequestId = IntakeFixture.NewId(), Name = submitted.Name, Etag = submitted.Etag }, IntakeFixture.At(IntakeFixture.Referent, 1))).Case;
        Assert.Equal(CaseState.ConsentRefused, accepted.State);
        await IsErased(submitted.Name);

        static void Refused(SubmitCaseRequest r) => (r.ConsentStatus, r.ConsentForm) = (ConsentStatus.Refused, ConsentForm.Written);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_refusal_asked_later_erases_the_question(bool accepted)
    {
        var found = accepted ? await service.Accepted(NotCollected) : await service.Submitted(NotCollected);
        var refused = await Consent(found, ConsentStatus.Refused, IntakeFixture.Coordinator, 2);
        Assert.Equal((CaseState.ConsentRefused, ConsentStatus.Refused), (refused.State, refused.ConsentStatus));
        await IsErased(found.Name);
        await ConsentRefusedWith("CASE_ENDED", refused, ConsentStatus.Granted, IntakeFixture.Requester, 3);
    }

    [Fact]
    public async Task Only_a_health_professional_records_that_the_patient_was_informed()
    {
        var found = await service.Accepted(r =>
        {
            NotCollected(r);
            r.Requester = IntakeFixture.SocialWorker;
        });
        var socialWorker = Tokens.Professional(IntakeFixture.SocialWorker);
        foreach (var who in new[] { socialWorker, IntakeFixture.Coordinator })
        {
            await ConsentRefusedWith("HEALTH_PROFESSIONAL_REQUIRED", found, ConsentStatus.Informed, who, 2);
            await ConsentRefusedWith("HEALTH_PROFESSIONAL_REQUIRED", found, ConsentStatus.Granted, who, 2);
        }

        found = await Consent(found, ConsentStatus.Informed, IntakeFixture.Referent, 2);
        Assert.Equal((CaseState.AwaitingConsent, ConsentStatus.Informed), (found.State, found.ConsentStatus));
        found = await Consent(found, ConsentStatus.Granted, socialWorker, 3);
        Assert.Equal((CaseState.InPreparation, ConsentStatus.Granted), (found.State, found.ConsentStatus));
    }

    [Fact]
    public async Task A_doctor_records_the_agreement_at_once()
    {
        var found = await service.Accepted(NotCollected);
        Assert.Equal(CaseState.AwaitingConsent, found.State);
        found = await Consent(found, ConsentStatus.Granted, IntakeFixture.Requester, 2);
        Assert.Equal(CaseState.InPreparation, found.State);
    }

    [Theory]
    [InlineData("status", "CONSENT_STATUS_INVALID")]
    [InlineData("form", "CONSENT_DETAILS_MISSING")]
    [InlineData("giver", "CONSENT_DETAILS_MISSING")]
    [InlineData("notice", "NOTICE_VERSION_MISSING")]
    [InlineData("right", "WITHDRAWAL_RIGHT_NOT_TOLD")]
    [InlineData("reason", "REASON_INVALID")]
    [InlineData("deferred", "REASON_INVALID")]
    [InlineData("future", "ANSWER_IN_FUTURE")]
    public async Task An_agreement_says_what_it_must(string what, string reason)
    {
        var found = await service.Accepted(NotCollected);
        var request = ConsentRequest(found, ConsentStatus.Granted);
        switch (what)
        {
            case "status": request.Status = ConsentStatus.Expired; break;
            case "form": request.Form = ConsentForm.Unspecified; break;
            case "giver": request.Giver = ConsentGiver.Unspecified; break;
            case "notice": request.NoticeVersion = ""; break;
            case "right": request.WithdrawalRightTold = false; break;
            case "reason": request.Reason = "URGENCE"; break;
            case "deferred": (request.Status, request.Reason) = (ConsentStatus.Deferred, "PARESSE"); break;
            case "future": request.AnswerTime = IntakeFixture.Start.AddHours(3).ToProto(); break;
        }

        await Refusal.With(
            StatusCode.InvalidArgument, reason, () => Intake.RecordConsentAsync(request, IntakeFixture.At(IntakeFixture.Requester, 2)));
    }

    [Fact]
    public async Task A_withdrawal_locks_the_sheet_and_takes_the_case_off_the_agendas_at_once()
    {
        var session = IntakeFixture.NewSession();
        var found = await service.Scheduled(session);
        found = await Consent(found, ConsentStatus.Withdrawn, IntakeFixture.Coordinator, 5);
        Assert.Equal((CaseState.ConsentWithdrawn, ConsentStatus.Withdrawn), (found.State, found.ConsentStatus));
        var said = await service.Said(found.Name);
        Assert.Equal(
            ["intervision.intake.case_no_longer_ready.v1", "intervision.intake.consent_withdrawn.v1"], said.Skip(2).Select(e => e.EventType));
        Assert.Equal("CONSENT_WITHDRAWN", said[2].As<CaseNoLongerReady>().Reason);
        await ReadRefused("CONSENT_NOT_GRANTED", found);
        Assert.Equal("CONSENT_NOT_GRANTED", (await Begin(found, session, 6)).Reason);

        // Scheduling's own words arrive afterwards: recorded, nothing undone.
        await service.Deliver("scheduling", new CaseUnscheduled { Session = session, Case = found.Name, Reason = "CONSENT_WITHDRAWN" }, session, IntakeFixture.Start.AddHours(6), 2);
        await service.Deliver("scheduling", new CaseDiscussed { Session = session, Case = found.Name }, session, IntakeFixture.Start.AddHours(6), 3);
        Assert.Equal(CaseState.ConsentWithdrawn, (await service.Get(found.Name)).State);

        // A new agreement: the sheet is there again, and read a second time again.
        found = await Consent(await service.Get(found.Name), ConsentStatus.Granted, IntakeFixture.Requester, 7);
        Assert.Equal(CaseState.InPreparation, found.State);
        Assert.Equal(IntakeFixture.Sheet(), (await Read(found)).Sheet);
        var approved = await Intake.ApproveSheetAsync(
            new ApproveSheetRequest { RequestId = IntakeFixture.NewId(), Name = found.Name, Etag = found.Etag }, IntakeFixture.At(IntakeFixture.Referent, 8));
        Assert.Equal(CaseState.Ready, approved.Case.State);
        Assert.Equal("intervision.intake.case_ready.v1", (await service.Said(found.Name))[^1].EventType);
    }

    [Fact]
    public async Task The_table_is_answered_as_of_its_instant()
    {
        var session = IntakeFixture.NewSession();
        var found = await service.Scheduled(session);
        Assert.True((await Begin(found, session, 10)).Allowed);
        found = await Consent(await service.Get(found.Name), ConsentStatus.Withdrawn, IntakeFixture.Requester, 20);

        // Entered from paper the next day: at noon the patient still agreed, in the evening no longer.
        Assert.True((await Begin(found, session, 48, at: 10)).Allowed);
        Assert.Equal("CONSENT_NOT_GRANTED", (await Begin(found, session, 48, at: 21)).Reason);
        Assert.Equal("CASE_NOT_SCHEDULED", (await Begin(found, session, 48, at: 1.5)).Reason);
        Assert.Equal("CONSENT_NOT_GRANTED", (await Begin(found, session, 48, at: -1)).Reason);
        await Refusal.With(
            StatusCode.InvalidArgument, "INSTANT_IN_FUTURE", () => BeginCall(found, session, 48, 49));
    }

    [Fact]
    public async Task A_withdrawal_told_for_an_earlier_hour_counts_from_that_hour()
    {
        var session = IntakeFixture.NewSession();
        var found = await service.Scheduled(session);
        var request = ConsentRequest(found, ConsentStatus.Withdrawn);
        request.AnswerTime = IntakeFixture.Start.AddHours(8).ToProto();
        await Intake.RecordConsentAsync(request, IntakeFixture.At(IntakeFixture.Coordinator, 20));
        Assert.True((await Begin(found, session, 48, at: 7)).Allowed);
        Assert.Equal("CONSENT_NOT_GRANTED", (await Begin(found, session, 48, at: 9)).Reason);

        var again = ConsentRequest(await service.Get(found.Name), ConsentStatus.Granted);
        again.AnswerTime = IntakeFixture.Start.AddHours(7).ToProto();
        await Refusal.With(
            StatusCode.FailedPrecondition, "ANSWER_BEFORE_LAST_ANSWER", () => Intake.RecordConsentAsync(again, IntakeFixture.At(IntakeFixture.Requester, 21)));
    }

    [Fact]
    public async Task Of_a_withdrawal_and_a_discussion_at_once_one_comes_first()
    {
        for (var i = 0; i < 10; i++)
        {
            var session = IntakeFixture.NewSession();
            var found = await service.Scheduled(session);
            var withdrawal = Intake.RecordConsentAsync(ConsentRequest(found, ConsentStatus.Withdrawn), IntakeFixture.At(IntakeFixture.Coordinator, 6)).ResponseAsync;
            var asked = await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ => await Begin(found, session, 6)));
            await withdrawal;
            Assert.All(asked, a => Assert.True(a.Allowed || a.Reason == "CONSENT_NOT_GRANTED"));
            Assert.Equal("CONSENT_NOT_GRANTED", (await Begin(found, session, 6)).Reason);

            // What was allowed was allowed before the withdrawal, under the same lock.
            var late = await service.Db.Read(
                tx => tx.Single<long>(
                    """
                    select count(*) from discussion d join cases c on c.id = d.case_id join case_history h on h.case_id = c.id
                    where 'cases/' || c.code = @Name and d.allowed and h.to_state = 'ConsentWithdrawn'
                      and d.no > (select coalesce(min(no), 99) from discussion x where x.case_id = c.id and not x.allowed)
                    """,
                    new { found.Name }),
                CancellationToken.None);
            Assert.Equal(0, late);
        }
    }

    [Fact]
    public async Task A_case_ready_here_may_be_discussed_before_the_agendas_word_arrives()
    {
        var session = IntakeFixture.NewSession();
        var ready = await service.Ready();
        Assert.True((await Begin(ready, session, 5)).Allowed);
        Assert.Equal("CASE_NOT_SCHEDULED", (await Begin(await service.Written(), session, 5)).Reason);
    }

    [Fact]
    public async Task Agendas_of_two_sessions_come_in_no_order()
    {
        var (first, second) = (IntakeFixture.NewSession(), IntakeFixture.NewSession());
        var found = await service.Scheduled(first);
        await service.Deliver("scheduling", new CaseScheduled { Session = second, Case = found.Name }, second, IntakeFixture.Start.AddHours(6));
        await service.Deliver("scheduling", new CaseUnscheduled { Session = first, Case = found.Name }, first, IntakeFixture.Start.AddHours(5), 2);
        Assert.Equal(CaseState.Scheduled, (await service.Get(found.Name)).State);
        await service.Deliver("scheduling", new CaseUnscheduled { Session = second, Case = found.Name }, second, IntakeFixture.Start.AddHours(7), 2);
        Assert.Equal(CaseState.Ready, (await service.Get(found.Name)).State);
    }

    [Fact]
    public async Task A_fact_about_a_case_never_seen_here_is_left()
    {
        var session = IntakeFixture.NewSession();
        await service.Deliver("scheduling", new CaseScheduled { Session = session, Case = "cases/SIT-0000-0000" }, session, IntakeFixture.Start);
        await service.Deliver("scheduling", new CaseDiscussed { Session = session, Case = "" }, session, IntakeFixture.Start, 2);
        Assert.Empty(await service.Said("cases/SIT-0000-0000"));
    }

    [Fact]
    public async Task The_author_does_not_approve_the_own_sheet()
    {
        var found = await service.Accepted();
        var written = (await Intake.WriteSheetAsync(
            new WriteSheetRequest { RequestId = IntakeFixture.NewId(), Name = found.Name, Etag = found.Etag, Sheet = IntakeFixture.Sheet() },
            IntakeFixture.At(IntakeFixture.Referent, 2))).Case;
        var request = new ApproveSheetRequest { RequestId = IntakeFixture.NewId(), Name = written.Name, Etag = written.Etag };
        await Refusal.With(
            StatusCode.FailedPrecondition, "SECOND_READER_REQUIRED", () => Intake.ApproveSheetAsync(request, IntakeFixture.At(IntakeFixture.Referent, 3)));
        Assert.Equal(CaseState.Ready, (await Intake.ApproveSheetAsync(request, IntakeFixture.At(IntakeFixture.Host, 3))).Case.State);
    }

    [Theory]
    [InlineData("", "bref", "", "QUESTION_TOO_SHORT", "sheet.question")]
    [InlineData("", "", "06 12 34 56 78", "QUESTION_TOO_SHORT", "sheet.question")]
    [InlineData("", null, "né le 03/04/1985", "IDENTIFYING_TEXT", "sheet.situation")]
    [InlineData("traitement de prenom.nom@example.org", null, "", "IDENTIFYING_TEXT", "sheet.treatments[0]")]
    [InlineData("", null, "LONG", "TEXT_TOO_LONG", "sheet.situation")]
    [InlineData("LONG", null, "", "TEXT_TOO_LONG", "sheet.treatments[0]")]
    public async Task A_sheet_is_bounded_and_scanned_field_by_field(string treatment, string? question, string situation, string reason, string field)
    {
        var found = await service.Accepted();
        var sheet = new Sheet
        {
            Treatments = { treatment == "LONG" ? new string('x', 101) : treatment },
            Question = question ?? "Comment coordonner les prescriptions ?",
            Situation = situation == "LONG" ? new string('x', 3001) : situation,
        };
        var refused = await Refusal.With(StatusCode.InvalidArgument, reason, () => Write(found, sheet));
        Assert.Equal(field, refused.Detail<Google.Rpc.BadRequest>()!.FieldViolations[0].Field);
        await Refusal.With(StatusCode.InvalidArgument, "SHEET_MISSING", () => Write(found, null));
    }

    [Fact]
    public async Task Suspicions_in_a_sheet_are_shown_to_the_second_reader()
    {
        var found = await service.Accepted();
        var sheet = IntakeFixture.Sheet("Mme Durand habite Lille.");
        var written = await Write(found, sheet);
        Assert.Equal(["CIVILITY_AND_NAME", "DWELLING"], written.Warnings.Select(w => w.Reason));
        var read = await Intake.ReadSheetAsync(
            new ReadSheetRequest { Name = found.Name, Purpose = "SECOND_READING" }, IntakeFixture.At(IntakeFixture.Referent, 3));
        Assert.Equal(written.Warnings, read.Warnings);
    }

    [Fact]
    public async Task Every_reading_is_traced_given_or_refused()
    {
        var written = await service.Written();
        await Read(written);
        await Refusal.With(
            StatusCode.PermissionDenied,
            "PERMISSION_DENIED",
            () => Intake.ReadSheetAsync(new ReadSheetRequest { Name = written.Name, Purpose = "FOLLOW_UP" }, IntakeFixture.At(IntakeFixture.OtherReferent, 3)));
        await Refusal.With(
            StatusCode.InvalidArgument,
            "UNKNOWN_PURPOSE",
            () => Intake.ReadSheetAsync(new ReadSheetRequest { Name = written.Name, Purpose = "CURIOSITY" }, IntakeFixture.At(IntakeFixture.Requester, 3)));
        foreach (var who in Strangers.All.Concat([IntakeFixture.Coordinator, IntakeFixture.Host, IntakeFixture.Cpts, IntakeFixture.Scheduling]))
        {
            foreach (var name in new[] { written.Name, "cases/SIT-0000-0000" })
            {
                await Refusal.With(
                    StatusCode.PermissionDenied,
                    "PERMISSION_DENIED",
                    () => Intake.ReadSheetAsync(new ReadSheetRequest { Name = name, Purpose = "FOLLOW_UP" }, IntakeFixture.At(who, 3)));
            }
        }

        var trace = await service.Db.Read(
            tx => tx.Query<string>(
                """
                select concat_ws(' ', actor, purpose, outcome) from access_log a join cases c on c.id = a.case_id
                where 'cases/' || c.code = @Name order by a.id limit 3
                """,
                new { written.Name }),
            CancellationToken.None);
        Assert.Equal(
            [
                $"{IntakeFixture.Doctor} PREPARATION GIVEN", "professionals/PER-9 FOLLOW_UP PERMISSION_DENIED",
                $"{IntakeFixture.Doctor} UNKNOWN UNKNOWN_PURPOSE",
            ],
            trace);
    }

    [Fact]
    public async Task Decisions_are_checked_one_by_one()
    {
        var session = IntakeFixture.NewSession();
        var found = await service.Discussed(session);
        var cases = new (string Reason, Action<RecordDecisionsRequest> Change)[]
        {
            ("SESSION_INVALID", r => r.Session = "x"),
            ("DECISIONS_COUNT", r => r.Decisions.Clear()),
            ("DECISIONS_COUNT", r => r.Decisions.Add(Enumerable.Repeat(r.Decisions[0], 20))),
            ("UNKNOWN_ORIENTATION", r => r.Decisions[0].Orientation = "X"),
            ("UNKNOWN_PERSON", r => r.Decisions[0].Responsible = "professionals/0"),
            ("DUE_DATE_INVALID", r => r.Decisions[0].DueDate = null),
            ("TEXT_TOO_LONG", r => r.Decisions[0].Wording = new string('x', 501)),
            ("IDENTIFYING_TEXT", r => r.Decisions[0].Wording = "Appeler le 06 12 34 56 78"),
        };
        foreach (var (reason, change) in cases)
        {
            var request = IntakeFixture.Decisions(found, session);
            change(request);
            await Refusal.With(
                StatusCode.InvalidArgument, reason, () => Intake.RecordDecisionsAsync(request, IntakeFixture.At(IntakeFixture.Referent, 6)));
        }
    }

    [Fact]
    public async Task A_restitution_is_done_or_says_why_not()
    {
        var found = await service.Decided(IntakeFixture.NewSession());
        foreach (var (done, why, day, reason) in new (bool, string, int, string)[]
        {
            (true, "AUTRE", 2, "IMPOSSIBLE_REASON_INVALID"), (false, "", 2, "IMPOSSIBLE_REASON_INVALID"),
            (false, "PARESSE", 2, "IMPOSSIBLE_REASON_INVALID"), (true, "", 0, "RESTITUTION_DATE_INVALID"), (true, "", 4, "RESTITUTION_IN_FUTURE"),
        })
        {
            var request = new RecordRestitutionRequest
            {
                RequestId = IntakeFixture.NewId(),
                Name = found.Name,
                Etag = found.Etag,
                Done = done,
                ImpossibleReason = why,
                RestitutionDate = day == 0 ? null : new DateOnly(2026, 10, day).ToProto(),
            };
            await Refusal.With(
                StatusCode.InvalidArgument, reason, () => Intake.RecordRestitutionAsync(request, IntakeFixture.At(IntakeFixture.Requester, 48)));
        }
    }

    [Fact]
    public async Task The_history_of_a_case_is_kept_and_cannot_be_changed()
    {
        var found = await service.Decided(IntakeFixture.NewSession());
        var history = await service.Db.Read(
            tx => tx.Query<string>(
                "select action || ' ' || to_state from case_history h join cases c on c.id = h.case_id where 'cases/' || c.code = @Name order by h.version",
                new { found.Name }),
            CancellationToken.None);
        Assert.Equal(
            [
                "SubmitCase Submitted", "AcceptCase InPreparation", "WriteSheet InPreparation", "ApproveSheet Ready",
                "CaseScheduled Scheduled", "CaseDiscussed Discussed", "RecordDecisions Decided",
            ],
            history);
        foreach (var table in new[] { "case_history", "consent_record", "discussion", "decision", "restitution", "access_log" })
        {
            foreach (var statement in new[] { $"delete from {table}", $"update {table} set case_id = case_id" })
            {
                var denied = await Assert.ThrowsAsync<Npgsql.PostgresException>(
                    () => service.Db.Read(tx => tx.Execute(statement), CancellationToken.None));
                Assert.Equal("42501", denied.SqlState);
            }
        }
    }

    private static void NotCollected(SubmitCaseRequest r) =>
        (r.ConsentStatus, r.ConsentForm) = (ConsentStatus.NotCollected, ConsentForm.Unspecified);

    private static RecordConsentRequest ConsentRequest(Case found, ConsentStatus status) => new()
    {
        RequestId = IntakeFixture.NewId(),
        Name = found.Name,
        Etag = found.Etag,
        Status = status,
        Form = status == ConsentStatus.Granted ? ConsentForm.Oral : ConsentForm.Unspecified,
        Giver = status == ConsentStatus.Granted ? ConsentGiver.Patient : ConsentGiver.Unspecified,
        NoticeVersion = status is ConsentStatus.Granted or ConsentStatus.Informed ? "2026-1" : "",
        WithdrawalRightTold = status == ConsentStatus.Granted,
    };

    private async Task<Case> Consent(Case found, ConsentStatus status, DevelopmentClaims who, double hours) =>
        (await Intake.RecordConsentAsync(ConsentRequest(found, status), IntakeFixture.At(who, hours))).Case;

    private Task<RpcException> ConsentRefusedWith(string reason, Case found, ConsentStatus status, DevelopmentClaims who, double hours) =>
        Refusal.With(
            StatusCode.FailedPrecondition, reason, () => Intake.RecordConsentAsync(ConsentRequest(found, status), IntakeFixture.At(who, hours)));

    private AsyncUnaryCall<WriteSheetResponse> Write(Case found, Sheet? sheet) => Intake.WriteSheetAsync(
        new WriteSheetRequest { RequestId = IntakeFixture.NewId(), Name = found.Name, Etag = found.Etag, Sheet = sheet }, IntakeFixture.At(IntakeFixture.Requester, 2));

    private async Task<ReadSheetResponse> Read(Case found) =>
        await Intake.ReadSheetAsync(new ReadSheetRequest { Name = found.Name, Purpose = "PREPARATION" }, IntakeFixture.At(IntakeFixture.Requester, 9));

    private Task<RpcException> ReadRefused(string reason, Case found) => Refusal.With(
        StatusCode.FailedPrecondition,
        reason,
        () => Intake.ReadSheetAsync(new ReadSheetRequest { Name = found.Name, Purpose = "PREPARATION" }, IntakeFixture.At(IntakeFixture.Requester, 9)));

    private async Task<BeginDiscussionResponse> Begin(Case found, string session, double hours, double? at = null) =>
        await BeginCall(found, session, hours, at);

    private AsyncUnaryCall<BeginDiscussionResponse> BeginCall(Case found, string session, double hours, double? at) => Intake.BeginDiscussionAsync(
        new BeginDiscussionRequest
        {
            RequestId = IntakeFixture.NewId(),
            Name = found.Name,
            Session = session,
            Instant = at is { } h ? IntakeFixture.Start.AddHours(h).ToProto() : null,
        },
        IntakeFixture.At(IntakeFixture.Scheduling, hours));

    private Task<long> Texts(string name) => service.Db.Read(
        tx => tx.Single<long>(
            """
            select count(*) from clinical_text t join cases c on c.id = t.case_id join case_key k on k.case_id = c.id
            where 'cases/' || c.code = @name and k.wrapped_key is not null
            """,
            new { name }),
        CancellationToken.None);

    private async Task IsErased(string name) => Assert.Equal(0, await Texts(name));
}
