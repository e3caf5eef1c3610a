using Intervision.Intake.V1;
using Intervision.Tests.Support;
using Case = Intervision.Intake.V1.Case;

namespace Intervision.Intake.Tests;

/// <summary>The patient withdraws and agrees again: what a table decided is taken up where it was left.</summary>
public sealed class AgreedAgainTests(IntakeFixture service) : CaseSteps(service)
{
    private const double Withdrawing = 9;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Decided_it_is_reported_back_and_followed_up(bool informedBetween)
    {
        var found = await AgreedAgain(await Service.Decided(IntakeFixture.NewSession()), informedBetween);
        Assert.Equal(CaseState.Decided, found.State);
        found = await Service.Returned(found, ReturnRecipient.Requester, 13);
        found = (await Intake.RecordRestitutionAsync(FollowUpSteps.Restitution(found), IntakeFixture.At(IntakeFixture.Requester, 14))).Case;
        found = (await Intake.OpenFollowUpAsync(FollowUpSteps.Open(found), IntakeFixture.At(IntakeFixture.Requester, 15))).Case;
        Assert.Equal(CaseState.InFollowUp, found.State);
    }

    [Fact]
    public async Task Reported_back_or_followed_up_it_goes_on_from_there_even_after_a_second_withdrawal()
    {
        Assert.Equal(CaseState.ReportedBack, (await AgreedAgain(await Service.ReportedBack(), informedBetween: true)).State);
        var found = await AgreedAgain(await Service.InFollowUp(), informedBetween: false);
        Assert.Equal(CaseState.InFollowUp, found.State);
        found = await Consent(found, ConsentStatus.Withdrawn, IntakeFixture.Requester, 20);
        Assert.Equal(CaseState.InFollowUp, (await Consent(found, ConsentStatus.Granted, IntakeFixture.Requester, 21)).State);
    }

    [Fact]
    public async Task What_was_not_decided_or_was_reopened_is_prepared_again()
    {
        Assert.Equal(CaseState.InPreparation, (await AgreedAgain(await Service.Ready(), informedBetween: false)).State);
        Assert.Equal(CaseState.InPreparation, (await AgreedAgain(await Service.Discussed(IntakeFixture.NewSession()), informedBetween: false)).State);
        var reopened = (await Intake.ReopenCaseAsync(FollowUpSteps.Reopen(await Service.InFollowUp()), IntakeFixture.At(IntakeFixture.Requester, 8.5))).Case;
        Assert.Equal(CaseState.InPreparation, (await AgreedAgain(reopened, informedBetween: true)).State);
    }

    private async Task<Case> AgreedAgain(Case found, bool informedBetween)
    {
        var withdrawn = await Consent(found, ConsentStatus.Withdrawn, IntakeFixture.Requester, Withdrawing);
        Assert.Equal(CaseState.ConsentWithdrawn, withdrawn.State);
        var asked = informedBetween ? await Consent(withdrawn, ConsentStatus.Informed, IntakeFixture.Requester, 11) : withdrawn;
        return await Consent(asked, ConsentStatus.Granted, IntakeFixture.Requester, 12);
    }
}
