using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.Tests;

/// <summary>From the request to the restitution.</summary>
public sealed class MainPathTests(IntakeFixture service)
{
    [Fact]
    public async Task A_case_goes_from_the_request_to_the_restitution()
    {
        var session = IntakeFixture.NewSession();
        var decided = await service.Decided(session);
        Assert.Equal(CaseState.Decided, decided.State);

        var response = await service.Intake.RecordRestitutionAsync(
            new RecordRestitutionRequest
            {
                RequestId = IntakeFixture.NewId(),
                Name = decided.Name,
                Etag = decided.Etag,
                Done = true,
                RestitutionDate = new DateOnly(2026, 10, 2).ToProto(),
            },
            IntakeFixture.At(IntakeFixture.Requester, 48));
        Assert.Equal(CaseState.ReportedBack, response.Case.State);
        Assert.Equal("Ouvrir la fiche de suivi.", response.Case.NextStep);

        var said = await service.Said(decided.Name);
        Assert.Equal(
            [
                "intervision.intake.case_submitted.v1", "intervision.intake.case_ready.v1", "intervision.intake.case_decided.v1",
                "intervision.intake.restitution_recorded.v1",
            ],
            said.Select(e => e.EventType));
        Assert.Equal([1, 2, 3, 4], said.Select(e => e.StreamNo));
    }

    [Fact]
    public async Task A_patient_who_was_not_asked_before_the_deposit_can_be_asked_after_it()
    {
        var request = IntakeFixture.Request(r =>
        {
            r.ConsentStatus = ConsentStatus.NotCollected;
            r.ConsentForm = ConsentForm.Unspecified;
            r.ConsentGiver = ConsentGiver.Unspecified;
        });
        var submitted = (await service.Intake.SubmitCaseAsync(request, IntakeFixture.At(IntakeFixture.Coordinator))).Case;

        var informed = await service.Intake.RecordConsentAsync(
            new RecordConsentRequest
            {
                RequestId = IntakeFixture.NewId(),
                Name = submitted.Name,
                Etag = submitted.Etag,
                Status = ConsentStatus.Informed,
                NoticeVersion = "2026-1",
            },
            IntakeFixture.At(IntakeFixture.Referent, 1));

        Assert.Equal(ConsentStatus.Informed, informed.Case.ConsentStatus);
    }

    [Fact]
    public async Task CaseReady_says_everything_an_agenda_needs()
    {
        var ready = await service.Ready();
        var said = (await service.Said(ready.Name))[^1].As<CaseReady>();
        Assert.Equal("poles/P12", said.Pole);
        Assert.Equal("programmes/ADDICTIONS", said.Programme);
        Assert.Equal(IntakeFixture.Doctor, said.Requester);
        Assert.Equal([IntakeFixture.Pharmacist, IntakeFixture.SocialWorker], said.Actors);
        var availability = Assert.Single(said.Availabilities);
        Assert.Equal(new DateOnly(2026, 10, 20), availability.Date.ToDate());
        Assert.Equal(Availability.Types.HalfDay.Noon, availability.HalfDay);
        Assert.Equal(IntakeFixture.Start, said.SubmitTime.ToDateTimeOffset());
    }

    [Fact]
    public async Task The_sheet_is_read_as_it_was_written()
    {
        var written = await service.Written();
        var read = await service.Intake.ReadSheetAsync(
            new ReadSheetRequest { Name = written.Name, Purpose = "SECOND_READING" }, IntakeFixture.At(IntakeFixture.Referent, 2));
        Assert.Equal(IntakeFixture.Sheet(), read.Sheet);
    }
}
