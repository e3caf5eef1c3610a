using Grpc.Core;
using Intervision.Intake.Encryption;
using Intervision.Intake.Events.V1;
using Intervision.Intake.Tests.Watch;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Case = Intervision.Intake.V1.Case;

namespace Intervision.Intake.Tests.Retention;

public sealed class EraseCaseVerb(IntakeFixture service) : VerbCompliance<EraseCaseRequest, EraseCaseResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Coordinator;

    protected override int Events => 1;

    protected override IEnumerable<DevelopmentClaims> MayNot =>
        [.. Strangers.All, IntakeFixture.Requester, IntakeFixture.Referent, IntakeFixture.Host, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    protected override async Task<EraseCaseRequest> Prepare()
    {
        var submitted = await Service.Submitted();
        var abandoned = (await Intake.AbandonCaseAsync(
            new AbandonCaseRequest { RequestId = IntakeFixture.NewId(), Name = submitted.Name, Etag = submitted.Etag, Reason = "AUTRE" }, IntakeFixture.At(IntakeFixture.Requester, 1))).Case;
        return new EraseCaseRequest { RequestId = IntakeFixture.NewId(), Name = abandoned.Name, Etag = abandoned.Etag, Reason = ErasureReason.PatientRequest };
    }

    protected override void Change(EraseCaseRequest request) => request.Reason = ErasureReason.Unlawful;

    protected override AsyncUnaryCall<EraseCaseResponse> Call(EraseCaseRequest request, Metadata headers) => Intake.EraseCaseAsync(request, headers);

    /// <summary>The register's line and the events: the history goes.</summary>
    protected override async Task<long> Effects(EraseCaseRequest request) => await Service.Db.Read(
        tx => tx.Single<long>(
            "select (select count(*) from erasure where code_mac = @mac) + (select count(*) from outbox where subject = @Name)",
            new { mac = Service.Services.GetRequiredService<MasterKey>().Fingerprints.CodeMac(request.Name["cases/".Length..]), request.Name }),
        CancellationToken.None);
}

/// <summary>Erasure on request (RGPD art. 17).</summary>
public sealed class EraseCaseTests(RetentionFixture service) : CaseSteps(service), IClassFixture<RetentionFixture>
{
    [Fact]
    public async Task An_open_case_is_ended_first_and_one_erased_before_answers_its_line()
    {
        var accepted = await service.Accepted();
        await EraseRefused("CASE_STILL_OPEN", accepted);
        var withdrawn = await Consent(accepted, ConsentStatus.Withdrawn, IntakeFixture.Requester, 2);
        var first = (await Erase(withdrawn, ErasureReason.Unlawful)).Erasure;
        Assert.Equal((ErasureReason.Unlawful, "coordinator@region", 2), (first.Reason, first.Actor, first.Attestations));
        await service.GetRefused(withdrawn.Name, IntakeFixture.Requester);
        // Asked for again by somebody else, with whatever version: nothing happens twice.
        Assert.Equal(first, (await Erase(withdrawn, ErasureReason.PatientRequest)).Erasure);
        Assert.Equal("UNLAWFUL", (await service.Said(withdrawn.Name))[^1].As<CaseErased>().Reason);
        Assert.Equal(2, (await service.Said(withdrawn.Name)).Count(e => e.EventType.Contains("erased", StringComparison.Ordinal) || e.EventType.Contains("submitted", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_case_that_scheduling_has_not_let_go_of_waits_for_it()
    {
        var session = IntakeFixture.NewSession();
        var scheduled = await service.Scheduled(session);
        await EraseRefused("CASE_STILL_OPEN", scheduled, "CASE_ON_AGENDA");
        var withdrawn = await Consent(scheduled, ConsentStatus.Withdrawn, IntakeFixture.Requester, 6);
        await EraseRefused("CASE_ON_AGENDA", withdrawn);
        await service.Deliver(
            "scheduling", new Scheduling.Events.V1.CaseUnscheduled { Session = session, Case = withdrawn.Name, Reason = "CONSENT_WITHDRAWN" }, session, IntakeFixture.Start.AddHours(6), streamNo: 2);
        Assert.Equal(1, (await Erase(withdrawn, ErasureReason.PatientRequest)).Erasure.Destroyed["cases"]);
    }

    [Fact]
    public async Task The_duplicates_concern_the_same_patient_and_go_with_it()
    {
        var goesOn = await service.Submitted();
        var duplicate = await service.Submitted();
        await Intake.MarkDuplicateAsync(
            new MarkDuplicateRequest { RequestId = IntakeFixture.NewId(), Name = duplicate.Name, Etag = duplicate.Etag, DuplicateOf = goesOn.Name }, IntakeFixture.At(IntakeFixture.Coordinator, 1));
        // Asked by the duplicate's code, the other would stay: it is the one to erase. What was deposited by mistake may go alone.
        duplicate = await service.Get(duplicate.Name);
        await EraseRefused("ERASE_THE_CASE_THAT_GOES_ON", duplicate);
        Assert.True(await service.Exists(duplicate.Name));
        goesOn = (await Intake.AbandonCaseAsync(
            new AbandonCaseRequest { RequestId = IntakeFixture.NewId(), Name = goesOn.Name, Etag = goesOn.Etag, Reason = "DEMANDEUR_RENONCE" }, IntakeFixture.At(IntakeFixture.Requester, 2))).Case;
        var line = (await Erase(goesOn, ErasureReason.PatientRequest)).Erasure;
        Assert.Equal((line.Run, ErasureReason.PatientRequest), ((await service.Line(duplicate.Name))!.Run, (await service.Line(duplicate.Name))!.Reason));
        Assert.False(await service.Exists(duplicate.Name) || await service.Exists(goesOn.Name));
        Assert.IsType<CaseErased>((await service.Said(duplicate.Name))[^1].As<CaseErased>());
    }

    [Fact]
    public async Task Readings_and_withdrawals_that_race_with_it_come_before_or_find_nothing()
    {
        for (var round = 0; round < 8; round++)
        {
            var withdrawn = await service.Withdrawn(2);
            var again = new RecordConsentRequest
            {
                RequestId = IntakeFixture.NewId(), Name = withdrawn.Name, Etag = withdrawn.Etag, Status = ConsentStatus.Granted, Form = ConsentForm.Oral,
                Giver = ConsentGiver.Patient, NoticeVersion = "2026-1", WithdrawalRightTold = true,
            };
            var erased = Outcome(async () => await Erase(withdrawn, ErasureReason.PatientRequest));
            var granted = Outcome(async () => await Intake.RecordConsentAsync(again, IntakeFixture.At(IntakeFixture.Requester, 10)));
            var read = Outcome(async () => await Intake.ReadSheetAsync(new ReadSheetRequest { Name = withdrawn.Name, Purpose = "PREPARATION" }, IntakeFixture.At(IntakeFixture.Requester, 10)));
            var (e, g, r) = (await erased, await granted, await read);
            // Whoever is first wins: erased and unknown to the others, or agreed again and then neither at that version nor ended.
            Assert.Contains((e, g), new[] { (StatusCode.OK, StatusCode.PermissionDenied), (StatusCode.Aborted, StatusCode.OK) });
            Assert.Contains(r, new[] { StatusCode.FailedPrecondition, StatusCode.PermissionDenied });
            Assert.Equal(e != StatusCode.OK, await service.Exists(withdrawn.Name));
        }
    }

    [Fact]
    public async Task Those_who_follow_it_are_told_and_nobody_else()
    {
        var rejected = await service.Rejected();
        using var before = new Watcher(Intake, IntakeFixture.At(IntakeFixture.Requester));
        await before.UntilHeartbeat();
        using var stranger = new Watcher(Intake, IntakeFixture.At(IntakeFixture.OtherReferent));
        await stranger.UntilHeartbeat();
        await Erase(rejected, ErasureReason.PatientRequest);
        var told = await before.Change();
        Assert.Equal((rejected.Name, CaseState.Inadmissible, true), (told.Case, told.State, told.Erased));
        // Somebody who was away finds it under the token of before, and nothing of the history that went.
        var other = await service.Rejected();
        await before.Change();
        await before.Change();
        var token = before.Token;
        await Erase(other, ErasureReason.PatientRequest);
        using var back = new Watcher(Intake, IntakeFixture.At(IntakeFixture.Requester), token);
        Assert.Equal((other.Name, true), await back.Change() is var c ? (c.Case, c.Erased) : default);
        Assert.Empty(await stranger.UntilHeartbeat());
        // A month later nobody finds it any more.
        var dropped = await service.Erase(RetentionFixture.Months(2));
        Assert.True(dropped.NoticesDropped >= 2);
    }

    private async Task<EraseCaseResponse> Erase(Case found, ErasureReason reason) =>
        await Intake.EraseCaseAsync(
            new EraseCaseRequest { RequestId = IntakeFixture.NewId(), Name = found.Name, Etag = found.Etag, Reason = reason }, IntakeFixture.At(IntakeFixture.Coordinator, 10));

    private async Task EraseRefused(string reason, Case found, string? or = null)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(() => Erase(found, ErasureReason.PatientRequest));
        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Equal(or ?? reason, refused.Reason());
    }

    private static async Task<StatusCode> Outcome(Func<Task> call)
    {
        try
        {
            await call();
            return StatusCode.OK;
        }
        catch (RpcException refused)
        {
            return refused.StatusCode;
        }
    }
}
