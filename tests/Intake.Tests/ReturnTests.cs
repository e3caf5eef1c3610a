using Grpc.Core;
using Intervision.Intake.Consents;
using Intervision.Intake.FollowUp;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Case = Intervision.Intake.V1.Case;
using Decided = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Tests;

/// <summary>What was decided goes back to requester and attending physician; what is due after a discussion is listed.</summary>
public sealed class ReturnTests(IntakeFixture service)
{
    private static readonly PastIntervision Last = new() { Rank = 1, Session = "sessions/1", DiscussTime = IntakeFixture.Start, Decided = true };

    private IntakeService.IntakeServiceClient Intake => service.Intake;

    public static TheoryData<CaseState> States => [.. Enum.GetValues<CaseState>()];

    [Theory]
    [MemberData(nameof(States))]
    public void A_return_follows_decisions(CaseState state)
    {
        var found = new Decided { Code = "SIT-0000-0000", State = state };
        Refuses(
            "CASE_NOT_DECIDED",
            () => RecordReturn.Decide(found, ReturnTo(ReturnRecipient.Requester), Last with { Decided = false }, [ReturnRecipient.Requester], []));
        // Of a case that goes on to another intervision too: the first one's return is still owed.
        if (state is CaseState.AwaitingConsent or CaseState.InPreparation or CaseState.Ready or CaseState.Scheduled or CaseState.Discussed
            or CaseState.Decided or CaseState.ReportedBack or CaseState.InFollowUp)
        {
            RecordReturn.Decide(found, ReturnTo(ReturnRecipient.Requester), Last, [ReturnRecipient.Requester], []);
            Refuses("RETURN_NOT_EXPECTED", () => RecordReturn.Decide(found, ReturnTo(ReturnRecipient.AttendingPhysician), Last, [ReturnRecipient.Requester], []));
            Refuses(
                "RETURN_ALREADY_RECORDED",
                () => RecordReturn.Decide(found, ReturnTo(ReturnRecipient.Requester), Last, [ReturnRecipient.Requester], [ReturnRecipient.Requester]));
            var early = ReturnTo(ReturnRecipient.Requester);
            early.ReturnDate = Last.Day.AddDays(-1).ToProto();
            Refuses("RETURN_BEFORE_DISCUSSION", () => RecordReturn.Decide(found, early, Last, [ReturnRecipient.Requester], []));
        }
        else
        {
            Refuses("CASE_NOT_DECIDED", () => RecordReturn.Decide(found, ReturnTo(ReturnRecipient.Requester), Last, [ReturnRecipient.Requester], []));
        }
    }

    [Fact]
    public void The_attending_physician_is_told_unless_there_is_none_or_it_is_the_requester_or_the_patient_excluded_them()
    {
        ReturnRecipient[] both = [ReturnRecipient.Requester, ReturnRecipient.AttendingPhysician];
        var found = new Decided { Requester = IntakeFixture.Doctor, AttendingPhysician = IntakeFixture.Physician };
        Assert.Equal(both, Returns.Expected(found, Scope.Standard));
        Assert.Equal([ReturnRecipient.Requester], Returns.Expected(found with { AttendingPhysician = null }, Scope.Standard));
        Assert.Equal([ReturnRecipient.Requester], Returns.Expected(found with { AttendingPhysician = IntakeFixture.Doctor }, Scope.Standard));
        Assert.Equal([ReturnRecipient.Requester], Returns.Expected(found, Scope.Standard with { ExcludedPeople = [IntakeFixture.Physician] }));
    }

    [Fact]
    public void What_a_return_must_say()
    {
        var wrong = new RecordReturnRequest { To = (ReturnRecipient)9 };
        Assert.Equal(["RECIPIENT_INVALID", "MEANS_INVALID", "RETURN_DATE_INVALID"], Reasons(wrong, Last.Day));
        Assert.Equal(["RETURN_IN_FUTURE"], Reasons(ReturnTo(ReturnRecipient.Requester), Last.Day.AddDays(-1)));
        Assert.Empty(Reasons(ReturnTo(ReturnRecipient.AttendingPhysician), Last.Day));

        static string[] Reasons(RecordReturnRequest request, DateOnly today)
        {
            try
            {
                RecordReturn.Validate(request, today);
                return [];
            }
            catch (RuleBroken e)
            {
                return [.. e.Violations.Select(v => v.Reason)];
            }
        }
    }

    [Fact]
    public async Task A_case_is_not_closed_before_everybody_was_told()
    {
        var decided = await service.Decided(IntakeFixture.NewSession());
        await service.NamePhysician(decided.Name, IntakeFixture.Physician);
        var found = (await Intake.RecordRestitutionAsync(FollowUpSteps.Restitution(decided), IntakeFixture.At(IntakeFixture.Requester, 7))).Case;
        found = (await Intake.OpenFollowUpAsync(FollowUpSteps.Open(found), IntakeFixture.At(IntakeFixture.Requester, 8))).Case;
        found = await service.Reviewed(found, OutcomeReview.ThreeMonths, Outcome.Stable, 90);
        foreach (var to in new[] { ReturnRecipient.Requester, ReturnRecipient.AttendingPhysician })
        {
            await Refused.With(
                StatusCode.FailedPrecondition, "RETURN_MISSING",
                () => Intake.CloseCaseAsync(FollowUpSteps.Close(found, Outcome.Stable), IntakeFixture.At(IntakeFixture.Referent, FollowUpSteps.Day(91))));
            found = await service.Returned(found, to, FollowUpSteps.Day(91));
        }

        await Intake.CloseCaseAsync(FollowUpSteps.Close(found, Outcome.Stable), IntakeFixture.At(IntakeFixture.Referent, FollowUpSteps.Day(91)));
    }

    [Fact]
    public async Task What_is_due_is_listed_from_its_day_until_it_is_done()
    {
        var found = await service.Decided(IntakeFixture.NewSession());
        await service.NamePhysician(found.Name, IntakeFixture.Physician);
        await Due(14);
        await Due(15, DueKind.Restitution, DueKind.ReturnToRequester, DueKind.ReturnToAttendingPhysician);
        found = (await Intake.RecordRestitutionAsync(FollowUpSteps.Restitution(found), IntakeFixture.At(IntakeFixture.Requester, FollowUpSteps.Day(16)))).Case;
        found = await service.Returned(found, ReturnRecipient.Requester, FollowUpSteps.Day(16));
        await Due(16, DueKind.ReturnToAttendingPhysician);
        found = await service.Returned(found, ReturnRecipient.AttendingPhysician, FollowUpSteps.Day(17));
        await Due(89);
        await Due(90, DueKind.ThreeMonthsReview);
        await Due(180, DueKind.ThreeMonthsReview, DueKind.SixMonthsReview);
        found = (await Intake.OpenFollowUpAsync(FollowUpSteps.Open(found), IntakeFixture.At(IntakeFixture.Requester, FollowUpSteps.Day(90)))).Case;
        found = await service.Reviewed(found, OutcomeReview.ThreeMonths, Outcome.Stable, 91);
        await Due(180, DueKind.SixMonthsReview);
        found = await service.Reviewed(found, OutcomeReview.SixMonths, Outcome.Stable, 181);
        await Due(182);

        async Task Due(int day, params DueKind[] expected)
        {
            foreach (var who in new[] { IntakeFixture.Coordinator, IntakeFixture.Referent, IntakeFixture.Host, IntakeFixture.Requester })
            {
                var mine = (await All(who, "", day)).Where(d => d.Case == found.Name).ToList();
                Assert.Equal(expected, mine.Select(d => d.Kind));
                Assert.All(mine, d => Assert.Equal(("poles/P12", IntakeFixture.Doctor, 1), (d.Pole, d.Requester, d.Rank)));
                Assert.All(mine, d => Assert.Equal(FollowUpSteps.Discussion.AddDays(day - d.DaysOverdue), d.DueDate.ToDate()));
            }

            Assert.DoesNotContain(await All(IntakeFixture.OtherReferent, "", day), d => d.Case == found.Name);
            Assert.DoesNotContain(await All(IntakeFixture.Coordinator, "poles/P01", day), d => d.Case == found.Name);
        }
    }

    [Fact]
    public async Task The_return_of_the_first_intervision_stays_due_through_the_second_and_the_case_is_not_closed_without_it()
    {
        var (first, second) = (IntakeFixture.NewSession(), IntakeFixture.NewSession());
        var decided = await service.Decided(first);
        await Refused.With(
            StatusCode.FailedPrecondition, "RESTITUTION_MISSING",
            () => Intake.ReopenCaseAsync(FollowUpSteps.Reopen(decided), IntakeFixture.At(IntakeFixture.Referent, 7)));
        var found = (await Intake.RecordRestitutionAsync(FollowUpSteps.Restitution(decided), IntakeFixture.At(IntakeFixture.Requester, 7))).Case;
        found = (await Intake.ReopenCaseAsync(FollowUpSteps.Reopen(found), IntakeFixture.At(IntakeFixture.Referent, 8))).Case;
        await Due(15, (1, DueKind.ReturnToRequester));

        found = await service.DiscussedAgain(found, second, 20);
        await Due(20, (1, DueKind.ReturnToRequester));
        await Refused.With(
            StatusCode.FailedPrecondition, "CASE_NOT_DECIDED",
            () => Intake.RecordReturnAsync(FollowUpSteps.Return(found, ReturnRecipient.Requester), IntakeFixture.At(IntakeFixture.Referent, FollowUpSteps.Day(21))));
        var decisions = IntakeFixture.Decisions(found, second);
        decisions.Decisions[0].DueDate = FollowUpSteps.Discussion.AddDays(60).ToProto();
        found = (await Intake.RecordDecisionsAsync(decisions, IntakeFixture.At(IntakeFixture.Referent, FollowUpSteps.Day(21)))).Case;
        await Due(36, (1, DueKind.ReturnToRequester), (2, DueKind.Restitution), (2, DueKind.ReturnToRequester));
        var restitution = FollowUpSteps.Restitution(found);
        restitution.RestitutionDate = FollowUpSteps.Discussion.AddDays(22).ToProto();
        found = (await Intake.RecordRestitutionAsync(restitution, IntakeFixture.At(IntakeFixture.Requester, FollowUpSteps.Day(22)))).Case;
        var told = FollowUpSteps.Return(found, ReturnRecipient.Requester);
        told.ReturnDate = FollowUpSteps.Discussion.AddDays(22).ToProto();
        found = (await Intake.RecordReturnAsync(told, IntakeFixture.At(IntakeFixture.Referent, FollowUpSteps.Day(22)))).Case;
        found = (await Intake.OpenFollowUpAsync(FollowUpSteps.Open(found), IntakeFixture.At(IntakeFixture.Requester, FollowUpSteps.Day(22)))).Case;
        found = await service.Reviewed(found, OutcomeReview.ThreeMonths, Outcome.NotApplicable, 23, FollowUpSteps.Discussion.AddDays(23));

        var refused = await Refused.With(
            StatusCode.FailedPrecondition, "RETURN_MISSING",
            () => Intake.CloseCaseAsync(FollowUpSteps.Close(found, Outcome.NotApplicable), IntakeFixture.At(IntakeFixture.Referent, FollowUpSteps.Day(24))));
        Assert.Equal("1", refused.Detail<Google.Rpc.ErrorInfo>()!.Metadata["rank"]);
        var owed = FollowUpSteps.Return(found, ReturnRecipient.Requester);
        owed.Rank = 3;
        await Refused.With(StatusCode.FailedPrecondition, "CASE_NOT_DECIDED", () => Intake.RecordReturnAsync(owed, IntakeFixture.At(IntakeFixture.Referent, FollowUpSteps.Day(24))));
        (owed.RequestId, owed.Rank) = (IntakeFixture.NewId(), 1);
        found = (await Intake.RecordReturnAsync(owed, IntakeFixture.At(IntakeFixture.Referent, FollowUpSteps.Day(24)))).Case;
        await Due(36);
        await Intake.CloseCaseAsync(FollowUpSteps.Close(found, Outcome.NotApplicable), IntakeFixture.At(IntakeFixture.Referent, FollowUpSteps.Day(24)));

        async Task Due(int day, params (int Rank, DueKind Kind)[] expected) => Assert.Equal(
            expected, (await All(IntakeFixture.Coordinator, "", day)).Where(d => d.Case == decided.Name).Select(d => (d.Rank, d.Kind)).Order());
    }

    [Fact]
    public async Task Whom_the_patient_excluded_is_not_listed_as_to_be_told()
    {
        var found = await service.Decided(IntakeFixture.NewSession());
        await service.NamePhysician(found.Name, IntakeFixture.Physician);
        await Intake.AmendConsentAsync(
            new AmendConsentRequest
            {
                RequestId = IntakeFixture.NewId(), Name = found.Name, Etag = found.Etag,
                Scope = new ConsentScope { CategoriesInformed = { ParticipantCategory.HealthProfessional, ParticipantCategory.ListedProfessional, ParticipantCategory.Expert }, ExcludedPeople = { IntakeFixture.Physician } },
            },
            IntakeFixture.At(IntakeFixture.Requester, 7));
        Assert.DoesNotContain(
            await All(IntakeFixture.Coordinator, "", 20), d => d.Case == found.Name && d.Kind == DueKind.ReturnToAttendingPhysician);
        Assert.Contains(await All(IntakeFixture.Coordinator, "", 20), d => d.Case == found.Name && d.Kind == DueKind.ReturnToRequester);
    }

    [Fact]
    public async Task The_list_is_for_those_who_organise_or_asked()
    {
        foreach (var who in new[] { IntakeFixture.Cpts, IntakeFixture.Scheduling, Tokens.Of(Roles.Auditor, "ars"), Tokens.Of(Roles.FinanceOfficer, "finance") })
        {
            await Refused.With(
                StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Intake.ListDueFollowUpsAsync(new ListDueFollowUpsRequest(), IntakeFixture.At(who)));
        }
    }

    /// <summary>Page by page, two at a time.</summary>
    private async Task<List<DueFollowUp>> All(DevelopmentClaims who, string pole, int day)
    {
        var (all, token) = (new List<DueFollowUp>(), "");
        do
        {
            var page = await Intake.ListDueFollowUpsAsync(
                new ListDueFollowUpsRequest { PageSize = 40, PageToken = token, Pole = pole }, IntakeFixture.At(who, FollowUpSteps.Day(day)));
            all.AddRange(page.DueFollowUps);
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        Assert.Equal(all.OrderBy(d => d.DueDate.ToDate()).ThenBy(d => d.Case, StringComparer.Ordinal).ThenBy(d => d.Kind), all);
        return all;
    }

    private static RecordReturnRequest ReturnTo(ReturnRecipient to) => new() { To = to, How = ReturnMeans.Phone, ReturnDate = Last.Day.ToProto() };

    private static void Refuses(string reason, Action decide) => Assert.Equal(reason, Assert.Throws<RuleBroken>(decide).Reason);
}

public sealed class RecordReturnVerb(IntakeFixture service) : VerbCompliance<RecordReturnRequest, RecordReturnResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Referent;

    protected override int Events => 0;

    protected override IEnumerable<DevelopmentClaims> MayNot => [.. Strangers.All, IntakeFixture.Host, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    protected override async Task<RecordReturnRequest> Prepare() =>
        FollowUpSteps.Return(await Service.Decided(IntakeFixture.NewSession()), ReturnRecipient.Requester);

    protected override void Change(RecordReturnRequest request) => request.How = ReturnMeans.Phone;

    protected override AsyncUnaryCall<RecordReturnResponse> Call(RecordReturnRequest request, Metadata headers) => Intake.RecordReturnAsync(request, headers);
}
