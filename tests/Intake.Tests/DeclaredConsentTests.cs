using Grpc.Core;
using Intervision.Intake.Consents;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Case = Intervision.Intake.V1.Case;
using Refusal = Intervision.Tests.Support.Refused;

namespace Intervision.Intake.Tests;

/// <summary>
/// That the patient was informed is recorded by a health professional only (DESIGN §7.31, ADR 0022): what a social worker
/// declares with a deposit is kept, and is worth nothing until one attests it.
/// </summary>
public sealed class DeclaredConsentTests(IntakeFixture service) : CaseSteps(service)
{
    private const string ToConfirm = "Un professionnel de santé doit confirmer l'information du patient : l'accord déclaré reste sans effet jusque-là.";

    private static DevelopmentClaims SocialWorker => Tokens.Professional(IntakeFixture.SocialWorker);

    [Theory]
    [InlineData(ConsentStatus.Unspecified, false, ConsentStatus.NotCollected)]
    [InlineData(ConsentStatus.Unspecified, true, ConsentStatus.NotCollected)]
    [InlineData(ConsentStatus.NotCollected, false, ConsentStatus.NotCollected)]
    [InlineData(ConsentStatus.NotCollected, true, ConsentStatus.NotCollected)]
    [InlineData(ConsentStatus.Informed, false, ConsentStatus.NotCollected)]
    [InlineData(ConsentStatus.Informed, true, ConsentStatus.Informed)]
    [InlineData(ConsentStatus.Granted, false, ConsentStatus.NotCollected)]
    [InlineData(ConsentStatus.Granted, true, ConsentStatus.Granted)]
    [InlineData(ConsentStatus.Refused, false, ConsentStatus.Refused)]
    [InlineData(ConsentStatus.Refused, true, ConsentStatus.Refused)]
    [InlineData(ConsentStatus.Deferred, false, ConsentStatus.Deferred)]
    [InlineData(ConsentStatus.Deferred, true, ConsentStatus.Deferred)]
    public void What_a_deposit_says_is_in_force_where_nobody_else_must_attest_it(ConsentStatus said, bool attested, ConsentStatus inForce) =>
        Assert.Equal(inForce, ConsentRules.InForce(said, attested));

    [Fact]
    public async Task What_was_declared_opens_nothing_and_the_work_list_says_what_is_missing()
    {
        var answer = await Intake.SubmitCaseAsync(IntakeFixture.Request(r => r.Requester = IntakeFixture.SocialWorker), IntakeFixture.At(SocialWorker));
        Assert.EndsWith(ToConfirm, answer.Notice, StringComparison.Ordinal);
        Assert.Equal(CaseState.Submitted, answer.Case.State);
        var accepted = await Accepted(answer.Case);
        Assert.Equal((CaseState.AwaitingConsent, ToConfirm), (accepted.State, accepted.NextStep));
        await Refusal.With(
            StatusCode.FailedPrecondition, "CASE_NOT_IN_PREPARATION",
            () => Intake.WriteSheetAsync(
                new WriteSheetRequest { RequestId = IntakeFixture.NewId(), Name = accepted.Name, Etag = accepted.Etag, Sheet = IntakeFixture.Sheet() }, IntakeFixture.At(SocialWorker, 2)));
        var begun = await Begin(accepted, IntakeFixture.NewSession(), 2);
        Assert.Equal((false, "CONSENT_NOT_GRANTED"), (begun.Allowed, begun.Reason));
        // Saying it again is worth no more.
        foreach (var status in new[] { ConsentStatus.Informed, ConsentStatus.Granted })
        {
            await ConsentRefusedWith("HEALTH_PROFESSIONAL_REQUIRED", accepted, status, SocialWorker, 2);
            await ConsentRefusedWith("HEALTH_PROFESSIONAL_REQUIRED", accepted, status, IntakeFixture.Coordinator, 2);
        }

        var listed = (await Intake.ListCasesAsync(
            new ListCasesRequest { Pole = "poles/P12", States = { CaseState.AwaitingConsent }, PageSize = 1000 }, IntakeFixture.At(IntakeFixture.Referent, 2))).Cases;
        Assert.Equal(
            (ConsentStatus.NotCollected, ConsentStatus.Granted, ToConfirm),
            listed.Where(c => c.Name == accepted.Name).Select(c => (c.ConsentStatus, c.DeclaredConsentStatus, c.NextStep)).Single());
    }

    [Fact]
    public async Task A_health_professional_confirms_the_whole_or_the_information_alone()
    {
        var whole = await Accepted(await Service.Submitted(r => r.Requester = IntakeFixture.SocialWorker));
        var granted = await Consent(whole, ConsentStatus.Granted, IntakeFixture.Referent, 2);
        Assert.Equal((CaseState.InPreparation, ConsentStatus.Unspecified), (granted.State, granted.DeclaredConsentStatus));

        var informed = await Consent(await Accepted(await Service.Submitted(r => r.Requester = IntakeFixture.SocialWorker)), ConsentStatus.Informed, IntakeFixture.Referent, 2);
        Assert.Equal((CaseState.AwaitingConsent, "Informer le patient et recueillir son accord."), (informed.State, informed.NextStep));
        Assert.Equal(CaseState.InPreparation, (await Consent(informed, ConsentStatus.Granted, SocialWorker, 3)).State);
        Assert.Equal(
            [ConsentStatus.NotCollected, ConsentStatus.Informed, ConsentStatus.Granted], (await Records(informed.Name)).Select(r => r.Status));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whom_the_patient_excluded_when_it_was_declared_stays_excluded(bool deferredBetween)
    {
        var found = await Accepted(await Service.Submitted(r =>
        {
            r.Requester = IntakeFixture.SocialWorker;
            r.ConsentDetails = new ConsentDetails
            {
                NoticeVersion = "2026-1",
                WithdrawalRightTold = true,
                // Before the deposit itself.
                AnswerTime = IntakeFixture.Start.AddDays(-2).ToProto(),
                Scope = new ConsentScope { ExcludedPeople = { IntakeFixture.Pharmacist } },
            };
        }));
        if (deferredBetween)
        {
            var deferring = ConsentRequest(found, ConsentStatus.Deferred);
            (deferring.Reason, deferring.DueDate) = ("URGENCE", new DateOnly(2026, 10, 20).ToProto());
            found = (await Intake.RecordConsentAsync(deferring, IntakeFixture.At(SocialWorker, 2))).Case;
        }

        found = await Consent(found, ConsentStatus.Granted, IntakeFixture.Referent, 3);
        Assert.Equal([IntakeFixture.Pharmacist], (await Records(found.Name))[^1].Scope.ExcludedPeople);
        var written = (await Intake.WriteSheetAsync(
            new WriteSheetRequest { RequestId = IntakeFixture.NewId(), Name = found.Name, Etag = found.Etag, Sheet = IntakeFixture.Sheet() }, IntakeFixture.At(SocialWorker, 4))).Case;
        await Service.Approved(written, 5);
        Assert.DoesNotContain(IntakeFixture.Pharmacist, (await Service.Said(found.Name))[^1].As<CaseReady>().Actors);
    }

    [Fact]
    public async Task Many_deposits_at_once_are_each_judged_by_their_own_requester_and_depositor()
    {
        var mine = Tokens.Professional(IntakeFixture.SocialWorker);
        var found = await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            var requester = i % 2 == 0 ? IntakeFixture.Doctor : IntakeFixture.SocialWorker;
            var who = (i % 4) switch { 1 => mine, 3 => IntakeFixture.Referent, _ => IntakeFixture.Coordinator };
            return (i, (await Intake.SubmitCaseAsync(IntakeFixture.Request(r => r.Requester = requester), IntakeFixture.At(who))).Case);
        }));
        Assert.All(found, f => Assert.Equal(f.i % 4 == 1 ? ConsentStatus.NotCollected : ConsentStatus.Granted, f.Case.ConsentStatus));
    }

    [Fact]
    public async Task Whoever_is_a_health_professional_no_more_or_not_yet_attests_nothing()
    {
        foreach (var (from, until, status) in new[]
        {
            (new DateOnly(2020, 1, 1), new DateOnly(2026, 10, 1), ConsentStatus.NotCollected),
            (new DateOnly(2026, 10, 2), (DateOnly?)null, ConsentStatus.NotCollected),
            (new DateOnly(2026, 10, 1), new DateOnly(2026, 10, 2), ConsentStatus.Granted),
        })
        {
            var name = $"professionals/PER-{Guid.CreateVersion7():N}";
            await Service.Deliver(
                "membership",
                new Membership.Events.V1.ProfessionalChanged
                {
                    Professional = new Membership.V1.Professional
                    {
                        Name = name,
                        Activities =
                        {
                            new Membership.V1.Activity { ProfessionTable = "TRE_G15", ProfessionCode = "60", FromDate = from.ToProto(), UntilDate = until?.ToProto() },
                            new Membership.V1.Activity { ProfessionTable = "TRE_R94", ProfessionCode = "41", FromDate = new DateOnly(2020, 1, 1).ToProto() },
                        },
                    },
                },
                name,
                IntakeFixture.Start);
            Assert.Equal(status, (await Service.Submitted(r => r.Requester = name)).ConsentStatus);
        }
    }

    [Fact]
    public async Task The_database_too_keeps_a_declaration_from_being_in_force() =>
        await Assert.ThrowsAsync<Npgsql.PostgresException>(async () =>
        {
            var found = await Service.Submitted();
            await Service.Db.InTransaction(
                tx => tx.Execute(
                    """
                    insert into consent_record (case_id, no, status, declared, withdrawal_right_told, answer_time, record_time, recorder)
                    select id, 2, 'Granted', 'Granted', false, now(), now(), 'x' from cases where 'cases/' || code = @Name
                    """,
                    new { found.Name }),
                CancellationToken.None);
        });

    private async Task<Case> Accepted(Case submitted) => (await Intake.AcceptCaseAsync(
        new AcceptCaseRequest { RequestId = IntakeFixture.NewId(), Name = submitted.Name, Etag = submitted.Etag }, IntakeFixture.At(IntakeFixture.Coordinator, 1))).Case;

    private async Task<IReadOnlyList<ConsentRecord>> Records(string name) =>
        (await Intake.ListConsentRecordsAsync(new ListConsentRecordsRequest { Case = name }, IntakeFixture.At(IntakeFixture.Coordinator))).Records;
}
