using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Case = Intervision.Intake.V1.Case;

namespace Intervision.Intake.Tests;

/// <summary>What an e-mail did not say is said: from then on it is a deposit.</summary>
public sealed class CompleteCaseTests(IntakeFixture service) : EmailSteps(service)
{
    [Fact]
    public async Task Completion_has_the_rules_of_a_deposit()
    {
        var draft = (await Submit(await Mail("Comment coordonner le suivi à domicile ?"))).Case;
        await Incomplete("UNKNOWN_MOTIVE", r => r.PrincipalMotive = "");
        await Incomplete("MISSING_PLACE", r => r.Pole = "");
        await Incomplete("UNKNOWN_AGE_BAND", r => r.AgeBand = "");
        await Incomplete("POLE_OF_OTHER_PROGRAMME", r => r.Pole = "poles/P12");
        await Incomplete("IDENTIFYING_TEXT", r => r.Question = "Peut-on le joindre au 06 12 34 56 78 ?");

        Task Incomplete(string reason, Action<CompleteCaseRequest> change) => Refused.With(
            StatusCode.InvalidArgument, reason,
            () =>
            {
                var request = Complete(draft);
                change(request);
                return Intake.CompleteCaseAsync(request, IntakeFixture.At(IntakeFixture.Requester, 1));
            });
    }

    [Fact]
    public async Task Only_a_draft_is_completed_and_a_draft_takes_no_consent()
    {
        var draft = (await Submit(await Mail("Comment coordonner le suivi à domicile ?"))).Case;
        await ConsentRefusedWith("CASE_INCOMPLETE", draft, ConsentStatus.Granted, IntakeFixture.Requester, 1);
        var completed = (await Intake.CompleteCaseAsync(Complete(draft), IntakeFixture.At(IntakeFixture.Requester, 1))).Case;
        await Refused.With(
            StatusCode.FailedPrecondition, "CASE_NOT_DRAFT", () => Intake.CompleteCaseAsync(Complete(completed), IntakeFixture.At(IntakeFixture.Requester, 2)));
    }

    [Fact]
    public async Task Completion_takes_the_answer_of_the_patient_as_a_deposit_does()
    {
        var granted = await Completed(IntakeFixture.Doctor, Agreed);
        Assert.Equal((CaseState.Submitted, ConsentStatus.Granted), (granted.State, granted.ConsentStatus));
        var record = (await Records(granted.Name))[^1];
        Assert.Equal((2, ConsentStatus.Granted, "2026-1", IntakeFixture.Pharmacist), (record.Number, record.Status, record.NoticeVersion, record.Scope.ExcludedPeople.Single()));

        // Before the e-mail itself: the answer counts for more than that nothing had been said.
        var earlier = await Completed(IntakeFixture.Doctor, r =>
        {
            Agreed(r);
            r.ConsentDetails.AnswerTime = IntakeFixture.Start.AddDays(-3).ToProto();
        });
        Assert.Equal(
            CaseState.InPreparation,
            (await Intake.AcceptCaseAsync(
                new AcceptCaseRequest { RequestId = IntakeFixture.NewId(), Name = earlier.Name, Etag = earlier.Etag }, IntakeFixture.At(IntakeFixture.Coordinator, 2))).Case.State);

        var declared = await Completed(IntakeFixture.SocialWorker, Agreed);
        Assert.Equal((ConsentStatus.NotCollected, ConsentStatus.Granted), (declared.ConsentStatus, declared.DeclaredConsentStatus));
        var confirmed = await Consent(declared, ConsentStatus.Granted, Tokens.Referent(IntakeFixture.ReferentName, "poles/L01"), 2);
        Assert.Equal(ConsentStatus.Granted, confirmed.ConsentStatus);
        Assert.Equal([IntakeFixture.Pharmacist], (await Records(declared.Name))[^1].Scope.ExcludedPeople);
        Assert.Equal(3, (await Records(declared.Name)).Count);

        var nothing = await Completed(IntakeFixture.Doctor, _ => { });
        Assert.Equal(ConsentStatus.NotCollected, nothing.ConsentStatus);
        Assert.Single(await Records(nothing.Name));
    }

    [Fact]
    public async Task What_the_patient_refused_ends_with_its_completion_and_no_question_is_kept()
    {
        var refused = await Completed(IntakeFixture.SocialWorker, r => (r.ConsentStatus, r.Urgent, r.Question) = (ConsentStatus.Refused, true, "Comment coordonner le suivi à domicile ?"));
        Assert.Equal((CaseState.ConsentRefused, ConsentStatus.Refused), (refused.State, refused.ConsentStatus));
        await IsErased(refused.Name);
    }

    [Theory]
    [InlineData("consent_form", "CONSENT_DETAILS_MISSING")]
    [InlineData("consent_details.notice_version", "NOTICE_VERSION_MISSING")]
    [InlineData("consent_details.notice_version", "NOTICE_VERSION_INVALID")]
    [InlineData("consent_status", "CONSENT_STATUS_INVALID")]
    public async Task An_answer_that_does_not_fit_is_refused_with_its_completion(string field, string reason)
    {
        var request = Complete((await Submit(await Mail("Comment coordonner le suivi à domicile ?"))).Case);
        Agreed(request);
        switch (reason)
        {
            case "CONSENT_DETAILS_MISSING": request.ConsentForm = ConsentForm.Unspecified; break;
            case "NOTICE_VERSION_MISSING": request.ConsentDetails.NoticeVersion = ""; break;
            case "NOTICE_VERSION_INVALID": request.ConsentDetails.NoticeVersion = "Jean Exemple"; break;
            default: request.ConsentStatus = ConsentStatus.Withdrawn; break;
        }

        var refused = await Refused.With(StatusCode.InvalidArgument, reason, () => Intake.CompleteCaseAsync(request, IntakeFixture.At(IntakeFixture.Requester, 1)));
        Assert.Equal(field, refused.Detail<Google.Rpc.BadRequest>()!.FieldViolations[0].Field);
    }

    private static void Agreed(CompleteCaseRequest r)
    {
        (r.ConsentStatus, r.ConsentForm, r.ConsentGiver) = (ConsentStatus.Granted, ConsentForm.Oral, ConsentGiver.Patient);
        r.ConsentDetails = new ConsentDetails
        {
            NoticeVersion = "2026-1", WithdrawalRightTold = true, Scope = new ConsentScope { ExcludedPeople = { IntakeFixture.Pharmacist } },
        };
    }

    private async Task<Case> Completed(string sender, Action<CompleteCaseRequest> change)
    {
        var id = IntakeFixture.NewId();
        await Known($"{sender[^5..]}@msante.invalid", sender, sender == IntakeFixture.Doctor ? "99700000013" : "");
        var complete = Complete((await Submit(Raw($"{sender[^5..]}@msante.invalid", "Comment coordonner le suivi à domicile ?", id))).Case);
        change(complete);
        return (await Intake.CompleteCaseAsync(complete, IntakeFixture.At(IntakeFixture.Coordinator, 1))).Case;
    }

    private async Task<IReadOnlyList<ConsentRecord>> Records(string name) =>
        (await Intake.ListConsentRecordsAsync(new ListConsentRecordsRequest { Case = name }, IntakeFixture.At(IntakeFixture.Coordinator, 2))).Records;
}

public sealed class CompleteCaseVerb(IntakeFixture service) : VerbCompliance<CompleteCaseRequest, CompleteCaseResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Coordinator;

    protected override int Events => 1;

    protected override IEnumerable<DevelopmentClaims> MayNot =>
        [.. Strangers.All, IntakeFixture.Requester, IntakeFixture.Referent, IntakeFixture.Host, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    protected override async Task<CompleteCaseRequest> Prepare()
    {
        var id = IntakeFixture.NewId()[^12..];
        await Service.Deliver("membership", EmailSteps.Person($"{id}@msante.invalid", $"professionals/E-{id}", ""), id, IntakeFixture.Start);
        var answer = await Intake.SubmitEmailAsync(
            new SubmitEmailRequest
            {
                RequestId = IntakeFixture.NewId(),
                Message = ByteString.CopyFromUtf8($"From: {id}@msante.invalid\nMessage-ID: <{id}>\n\nQuel relais proposer à la sortie ?"),
            },
            IntakeFixture.At(IntakeFixture.Coordinator));
        return EmailSteps.Complete(answer.Case);
    }

    protected override void Change(CompleteCaseRequest request) => request.Sex = "F";

    protected override AsyncUnaryCall<CompleteCaseResponse> Call(CompleteCaseRequest request, Metadata headers) => Intake.CompleteCaseAsync(request, headers);
}
