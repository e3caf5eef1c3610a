using Intervision.Intake.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.V1.Case;

namespace Intervision.Intake.Tests;

/// <summary>Cases on their way from the table to their end. Days are counted from the discussion.</summary>
internal static class FollowUpSteps
{
    /// <summary>The civil day of the discussion of the fixture's cases.</summary>
    public static readonly DateOnly Discussion = Paris.DateOf(IntakeFixture.Start.AddHours(5));

    /// <summary>Hours after the start, for a day after the discussion.</summary>
    public static double Day(int day) => 10 + (24.0 * day);

    public static async Task<Case> ReportedBack(this IntakeFixture service, string? session = null)
    {
        var decided = await service.Decided(session ?? IntakeFixture.NewSession());
        var returned = await service.Returned(decided, ReturnRecipient.Requester, 7);
        return (await service.Intake.RecordRestitutionAsync(Restitution(returned), IntakeFixture.At(IntakeFixture.Requester, 7))).Case;
    }

    public static RecordRestitutionRequest Restitution(Case found) => new()
    {
        RequestId = IntakeFixture.NewId(), Name = found.Name, Etag = found.Etag, Done = true, RestitutionDate = Discussion.ToProto(),
    };

    public static RecordReturnRequest Return(Case found, ReturnRecipient to) => new()
    {
        RequestId = IntakeFixture.NewId(), Name = found.Name, Etag = found.Etag, To = to, How = ReturnMeans.Mssante, ReturnDate = Discussion.ToProto(),
    };

    public static async Task<Case> Returned(this IntakeFixture service, Case found, ReturnRecipient to, double hours) =>
        (await service.Intake.RecordReturnAsync(Return(found, to), IntakeFixture.At(IntakeFixture.Referent, hours))).Case;

    public static Task NamePhysician(this IntakeFixture service, string name, string physician) => service.Db.InTransaction(
        tx => tx.Execute("update cases set attending_physician = @physician where 'cases/' || code = @name", new { name, physician }), CancellationToken.None);

    public static OpenFollowUpRequest Open(Case found) => new() { RequestId = IntakeFixture.NewId(), Name = found.Name, Etag = found.Etag };

    public static async Task<Case> InFollowUp(this IntakeFixture service, string? session = null) =>
        (await service.Intake.OpenFollowUpAsync(Open(await service.ReportedBack(session)), IntakeFixture.At(IntakeFixture.Requester, 8))).Case;

    /// <summary>An answer with the one decision done on the day of the discussion.</summary>
    public static RecordOutcomeRequest OutcomeOf(Case found, OutcomeReview review, Outcome outcome) => new()
    {
        RequestId = IntakeFixture.NewId(),
        Name = found.Name,
        Etag = found.Etag,
        Review = review,
        Outcome = outcome,
        Decisions = { new DecisionProgress { Position = 1, Done = true, DoneDate = Discussion.ToProto() } },
    };

    public static async Task<Case> Reviewed(
        this IntakeFixture service, Case found, OutcomeReview review, Outcome outcome, int day, DateOnly? done = null)
    {
        var request = OutcomeOf(found, review, outcome);
        request.Decisions[0].DoneDate = (done ?? Discussion).ToProto();
        return (await service.Intake.RecordOutcomeAsync(request, IntakeFixture.At(IntakeFixture.Requester, Day(day)))).Case;
    }

    public static CloseCaseRequest Close(Case found, Outcome outcome) =>
        new() { RequestId = IntakeFixture.NewId(), Name = found.Name, Etag = found.Etag, Outcome = outcome };

    public static ReopenCaseRequest Reopen(Case found, string reason = "AGGRAVATION") =>
        new() { RequestId = IntakeFixture.NewId(), Name = found.Name, Etag = found.Etag, Reason = reason };

    /// <summary>From a reopened case to the next discussion, on the day given.</summary>
    public static async Task<Case> DiscussedAgain(this IntakeFixture service, Case reopened, string session, int day)
    {
        var hours = Day(day);
        var written = (await service.Intake.WriteSheetAsync(
            new WriteSheetRequest { RequestId = IntakeFixture.NewId(), Name = reopened.Name, Etag = reopened.Etag, Sheet = IntakeFixture.Sheet() },
            IntakeFixture.At(IntakeFixture.Requester, hours))).Case;
        await service.Approved(written, hours);
        var time = IntakeFixture.Start.AddHours(hours);
        await service.Deliver("scheduling", new CaseScheduled { Session = session, Case = reopened.Name, Date = Paris.DateOf(time).ToProto() }, session, time);
        await service.Deliver(
            "scheduling", new CaseDiscussed { Session = session, Case = reopened.Name, DiscussTime = time.ToProto() }, session, time, streamNo: 2);
        return await service.Get(reopened.Name);
    }
}
