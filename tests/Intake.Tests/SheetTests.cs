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

/// <summary>Sheets, decisions, restitution and the traces they leave.</summary>
public sealed class SheetTests(IntakeFixture service) : CaseSteps(service)
{
    [Fact]
    public async Task The_author_does_not_approve_the_own_sheet()
    {
        var found = await Service.Accepted();
        var written = (await Intake.WriteSheetAsync(
            new WriteSheetRequest { RequestId = IntakeFixture.NewId(), Name = found.Name, Etag = found.Etag, Sheet = IntakeFixture.Sheet() },
            IntakeFixture.At(IntakeFixture.Referent, 2))).Case;
        var request = new ApproveSheetRequest { RequestId = IntakeFixture.NewId(), Name = written.Name, Etag = written.Etag };
        await Refusal.With(
            StatusCode.FailedPrecondition, "SECOND_READER_REQUIRED", () => Intake.ApproveSheetAsync(request, IntakeFixture.At(IntakeFixture.Referent, 3)));
        // Nobody approves unread, and whoever may not read may not approve.
        await Refusal.With(
            StatusCode.FailedPrecondition, "SHEET_NOT_READ", () => Intake.ApproveSheetAsync(request, IntakeFixture.At(IntakeFixture.Substitute, 3)));
        foreach (var who in new[] { IntakeFixture.Host, IntakeFixture.Coordinator })
        {
            await Refusal.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Intake.ApproveSheetAsync(request, IntakeFixture.At(who, 3)));
        }

        // Nor does somebody else's reading count, nor one for another purpose.
        await Service.SecondReading(written);
        await Intake.ReadSheetAsync(new ReadSheetRequest { Name = written.Name, Purpose = "PREPARATION" }, IntakeFixture.At(IntakeFixture.Substitute, 3));
        await Refusal.With(
            StatusCode.FailedPrecondition, "SHEET_NOT_READ", () => Intake.ApproveSheetAsync(request, IntakeFixture.At(IntakeFixture.Substitute, 3)));
        await Service.SecondReading(written, 3, IntakeFixture.Substitute);
        Assert.Equal(CaseState.Ready, (await Intake.ApproveSheetAsync(request, IntakeFixture.At(IntakeFixture.Substitute, 3))).Case.State);
    }

    [Fact]
    public async Task What_is_approved_is_what_was_read()
    {
        var written = await Service.Written();
        await Service.SecondReading(written, 3);
        var again = (await Intake.WriteSheetAsync(
            new WriteSheetRequest { RequestId = IntakeFixture.NewId(), Name = written.Name, Etag = written.Etag, Sheet = IntakeFixture.Sheet("Autre chose.") },
            IntakeFixture.At(IntakeFixture.Requester, 4))).Case;
        var request = new ApproveSheetRequest { RequestId = IntakeFixture.NewId(), Name = again.Name, Etag = again.Etag };
        await Refusal.With(
            StatusCode.FailedPrecondition, "SHEET_NOT_READ", () => Intake.ApproveSheetAsync(request, IntakeFixture.At(IntakeFixture.Referent, 5)));
        Assert.Equal("Autre chose.", (await Service.SecondReading(again, 5)).Sheet.Situation);
        Assert.Equal(CaseState.Ready, (await Intake.ApproveSheetAsync(request, IntakeFixture.At(IntakeFixture.Referent, 5))).Case.State);
    }

    [Fact]
    public async Task Whose_category_the_patient_was_not_told_of_neither_reads_nor_approves()
    {
        var written = await Service.Written();
        var substitute = Tokens.Referent(IntakeFixture.Mediator, "poles/P12");
        await Refusal.With(StatusCode.FailedPrecondition, "CATEGORY_NOT_INFORMED", () => Intake.ApproveSheetAsync(
            new ApproveSheetRequest { RequestId = IntakeFixture.NewId(), Name = written.Name, Etag = written.Etag }, IntakeFixture.At(substitute, 3)));
    }

    [Fact]
    public async Task Suspicions_in_a_wording_are_accepted_and_returned()
    {
        var session = IntakeFixture.NewSession();
        var decided = await Intake.RecordDecisionsAsync(
            IntakeFixture.Decisions(await Service.Discussed(session), session, "Mme Durand voit le CSAPA de Lens."), IntakeFixture.At(IntakeFixture.Referent, 6));
        // Lens is the seat of the pôle.
        Assert.Equal(("CIVILITY_AND_NAME", "decisions[0].wording"), Assert.Single(decided.Warnings.Select(w => (w.Reason, w.Field))));
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
        var found = await Service.Accepted();
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
        var found = await Service.Accepted();
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
        var written = await Service.Written();
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

        var trace = await Service.Db.Read(
            tx => tx.Query<string>(
                """
                select concat_ws(' ', actor, purpose, outcome) from access_log
                where 'cases/' || case_code = @Name order by no limit 3
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
        var found = await Service.Discussed(session);
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
        var found = await Service.Decided(IntakeFixture.NewSession());
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
        var found = await Service.Decided(IntakeFixture.NewSession());
        var history = await Service.Db.Read(
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
        foreach (var (table, column) in new[]
        {
            ("case_history", "case_id"), ("consent_record", "case_id"), ("discussion", "case_id"), ("decision", "case_id"), ("restitution", "case_id"),
            ("access_log", "outcome"), ("access_segment", "opening"),
        })
        {
            foreach (var statement in new[] { $"delete from {table}", $"update {table} set {column} = {column}" })
            {
                var denied = await Assert.ThrowsAsync<Npgsql.PostgresException>(
                    () => Service.Db.Read(tx => tx.Execute(statement), CancellationToken.None));
                Assert.Equal("42501", denied.SqlState);
            }
        }
    }
}
