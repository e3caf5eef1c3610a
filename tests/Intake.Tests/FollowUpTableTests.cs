using Intervision.Intake.FollowUp;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Tests;

/// <summary>Which verb of the follow-up does what in which state, and when.</summary>
public sealed class FollowUpTableTests
{
    private static readonly PastIntervision Last = new() { Rank = 1, Session = "sessions/1", DiscussTime = IntakeFixture.Start };

    public static TheoryData<CaseState> States => [.. Enum.GetValues<CaseState>()];

    [Theory]
    [MemberData(nameof(States))]
    public void Open(CaseState state) => Check(
        state, [CaseState.ReportedBack], CaseState.InFollowUp, "CASE_NOT_REPORTED_BACK", OpenFollowUp.Decide);

    [Theory]
    [MemberData(nameof(States))]
    public void Reopen(CaseState state)
    {
        CaseState[] from = [CaseState.Discussed, CaseState.ReportedBack, CaseState.InFollowUp, CaseState.Closed];
        var reason = state == CaseState.Decided ? "RESTITUTION_MISSING" : "CASE_NOT_DISCUSSED";
        Check(state, from, CaseState.InPreparation, reason, c => ReopenCase.Decide(c, "SUITE_PREVUE", erased: false));
        Check(
            state, from, CaseState.AwaitingConsent, reason,
            c => ReopenCase.Decide(c with { Consent = ConsentStatus.Expired }, "SUITE_PREVUE", erased: false));
    }

    [Fact]
    public void A_reopened_case_is_read_a_second_time_again_and_has_no_end()
    {
        var closed = Of(CaseState.Closed) with { EndCode = "STABLE", SheetAuthor = IntakeFixture.Doctor, SheetApprover = IntakeFixture.ReferentName };
        var reopened = ReopenCase.Decide(closed, "AGGRAVATION", erased: false);
        Assert.Equal((null, null, IntakeFixture.Doctor), (reopened.EndCode, reopened.SheetApprover, reopened.SheetAuthor));
        Refuses("PATIENT_DECEASED", () => ReopenCase.Decide(closed with { EndCode = "DECEDE" }, "AGGRAVATION", erased: false));
        Refuses("CASE_ERASED", () => ReopenCase.Decide(closed, "AGGRAVATION", erased: true));
        Refuses("REASON_INVALID", () => ReopenCase.Decide(closed, "", erased: false));
        Refuses("REASON_INVALID", () => ReopenCase.Decide(closed, "DECES", erased: false));
    }

    [Theory]
    [MemberData(nameof(States))]
    public void Close(CaseState state) => Check(
        state, [CaseState.InFollowUp, CaseState.ConsentWithdrawn], CaseState.Closed, "CASE_NOT_IN_FOLLOW_UP",
        c => CloseCase.Decide(c, Outcome.LostToFollowUp, Last, [], Last.SixMonths));

    [Theory]
    [InlineData(Outcome.Improved, "AMELIOREE")]
    [InlineData(Outcome.Stable, "STABLE")]
    [InlineData(Outcome.Worse, "AGGRAVEE")]
    [InlineData(Outcome.LostToFollowUp, "PERDU_DE_VUE")]
    [InlineData(Outcome.Deceased, "DECEDE")]
    [InlineData(Outcome.NotApplicable, "SANS_OBJET")]
    [InlineData(Outcome.Unspecified, null)]
    [InlineData((Outcome)99, null)]
    public void A_case_is_closed_with_the_last_answer_given(Outcome outcome, string? code)
    {
        var followed = Of(CaseState.InFollowUp);
        if (code is null)
        {
            Refuses("OUTCOME_INVALID", () => CloseCase.Decide(followed, outcome, Last, [], Last.SixMonths));
            return;
        }

        Assert.Equal(code, CloseCase.Decide(followed, outcome, Last, [Said(OutcomeReview.ThreeMonths, outcome)], Last.ThreeMonths).EndCode);
        var other = outcome == Outcome.Stable ? Outcome.Worse : Outcome.Stable;
        Refuses(
            "OUTCOME_NOT_RECORDED",
            () => CloseCase.Decide(followed, outcome, Last, [Said(OutcomeReview.ThreeMonths, outcome), Said(OutcomeReview.SixMonths, other)], Last.SixMonths));
        Refuses("OUTCOME_NOT_RECORDED", () => CloseCase.Decide(followed, outcome, Last, [], Last.SixMonths.AddDays(-1)));
    }

    [Fact]
    public void Lost_to_follow_up_at_six_months_when_nobody_answered_then()
    {
        var followed = Of(CaseState.InFollowUp);
        RecordedReview[] stableAtThree = [Said(OutcomeReview.ThreeMonths, Outcome.Stable)];
        Assert.Equal("PERDU_DE_VUE", CloseCase.Decide(followed, Outcome.LostToFollowUp, Last, stableAtThree, Last.SixMonths).EndCode);
        Refuses("OUTCOME_NOT_RECORDED", () => CloseCase.Decide(followed, Outcome.LostToFollowUp, Last, stableAtThree, Last.SixMonths.AddDays(-1)));
    }

    [Fact]
    public void Nothing_more_is_learnt_of_a_patient_who_no_longer_agrees()
    {
        var withdrawn = Of(CaseState.ConsentWithdrawn) with { Consent = ConsentStatus.Withdrawn };
        foreach (var outcome in new[] { Outcome.LostToFollowUp, Outcome.Deceased, Outcome.NotApplicable })
        {
            Assert.Equal(CaseState.Closed, CloseCase.Decide(withdrawn, outcome, Last, [], Last.Day).State);
        }

        foreach (var outcome in new[] { Outcome.Improved, Outcome.Stable, Outcome.Worse })
        {
            Refuses("OUTCOME_NOT_RECORDED", () => CloseCase.Decide(withdrawn, outcome, Last, [Said(OutcomeReview.ThreeMonths, outcome)], Last.Day));
        }

        Refuses("CASE_NOT_IN_FOLLOW_UP", () => CloseCase.Decide(withdrawn, Outcome.NotApplicable, last: null, [], Last.Day));
    }

    [Theory]
    [InlineData(OutcomeReview.ThreeMonths, 60)]
    [InlineData(OutcomeReview.SixMonths, 150)]
    public void Who_says_how_the_patient_is_says_it_about_when_it_is_due(OutcomeReview review, int firstDay)
    {
        foreach (var outcome in new[] { Outcome.Improved, Outcome.Stable, Outcome.Worse })
        {
            RecordOutcome.Decide(Of(CaseState.InFollowUp), Answer(review, outcome), Last, Last.Day.AddDays(firstDay));
            Refuses(
                "OUTCOME_TOO_EARLY",
                () => RecordOutcome.Decide(Of(CaseState.InFollowUp), Answer(review, outcome), Last, Last.Day.AddDays(firstDay - 1)));
        }

        foreach (var outcome in new[] { Outcome.LostToFollowUp, Outcome.Deceased, Outcome.NotApplicable })
        {
            RecordOutcome.Decide(Of(CaseState.InFollowUp), Answer(review, outcome), Last, Last.Day);
        }
    }

    [Theory]
    [MemberData(nameof(States))]
    public void Reviews_are_answered_in_follow_up_only(CaseState state)
    {
        var request = Answer(OutcomeReview.ThreeMonths, Outcome.Stable);
        if (state == CaseState.InFollowUp)
        {
            RecordOutcome.Decide(Of(state), request, Last, Last.ThreeMonths);
        }
        else
        {
            Refuses("CASE_NOT_IN_FOLLOW_UP", () => RecordOutcome.Decide(Of(state), request, Last, Last.ThreeMonths));
        }
    }

    [Fact]
    public void What_an_answer_must_say()
    {
        var today = Last.ThreeMonths;
        Assert.Empty(Reasons(Answer(OutcomeReview.ThreeMonths, Outcome.Stable, (1, true, today), (2, false, null))));
        Assert.Empty(Reasons(Answer(OutcomeReview.SixMonths, Outcome.Deceased)));
        Assert.Empty(Reasons(Answer(OutcomeReview.SixMonths, Outcome.LostToFollowUp, (2, true, today))));
        Assert.Equal(["REVIEW_INVALID", "OUTCOME_INVALID"], Reasons(Answer((OutcomeReview)7, (Outcome)7)));
        Assert.Equal(["DECISIONS_INCOMPLETE"], Reasons(Answer(OutcomeReview.ThreeMonths, Outcome.Worse, (1, false, null))));
        Assert.Equal(["DECISION_TWICE"], Reasons(Answer(OutcomeReview.ThreeMonths, Outcome.NotApplicable, (1, false, null), (1, true, today))));
        Assert.Equal(["UNKNOWN_DECISION"], Reasons(Answer(OutcomeReview.ThreeMonths, Outcome.NotApplicable, (3, false, null))));
        Assert.Equal(["DONE_DATE_INVALID"], Reasons(Answer(OutcomeReview.ThreeMonths, Outcome.NotApplicable, (1, true, null))));
        Assert.Equal(["DONE_DATE_INVALID"], Reasons(Answer(OutcomeReview.ThreeMonths, Outcome.NotApplicable, (1, false, today))));
        Assert.Equal(["DONE_IN_FUTURE"], Reasons(Answer(OutcomeReview.ThreeMonths, Outcome.NotApplicable, (1, true, today.AddDays(1)))));
        var deceased = Answer(OutcomeReview.ThreeMonths, Outcome.Deceased);
        deceased.NewIntervisionWanted = true;
        Assert.Equal(["NEW_INTERVISION_OF_DECEASED"], Reasons(deceased));
        Refuses(
            "DONE_BEFORE_DISCUSSION",
            () => RecordOutcome.Decide(
                Of(CaseState.InFollowUp), Answer(OutcomeReview.ThreeMonths, Outcome.Stable, (1, true, Last.Day.AddDays(-1))), Last, Last.ThreeMonths));

        string[] Reasons(RecordOutcomeRequest request)
        {
            try
            {
                OutcomeValidation.Check(request, [1, 2], today);
                return [];
            }
            catch (RuleBroken e)
            {
                return [.. e.Violations.Select(v => v.Reason)];
            }
        }
    }

    private static RecordOutcomeRequest Answer(OutcomeReview review, Outcome outcome, params (int Position, bool Done, DateOnly? Date)[] decisions)
    {
        var request = new RecordOutcomeRequest { Review = review, Outcome = outcome };
        request.Decisions.Add(decisions.Select(d => new DecisionProgress { Position = d.Position, Done = d.Done, DoneDate = d.Date?.ToProto() }));
        return request;
    }

    private static RecordedReview Said(OutcomeReview review, Outcome outcome) => new() { Review = review, Outcome = outcome };

    private static void Check(CaseState state, CaseState[] allowed, CaseState to, string reason, Func<Case, Case> decide)
    {
        if (allowed.Contains(state))
        {
            Assert.Equal(to, decide(Of(state)).State);
        }
        else
        {
            Refuses(reason, () => decide(Of(state)));
        }
    }

    private static void Refuses(string reason, Action decide) => Assert.Equal(reason, Assert.Throws<RuleBroken>(decide).Reason);

    private static Case Of(CaseState state) => new() { Code = "SIT-0000-0000", State = state, Consent = ConsentStatus.Granted, Pole = "poles/P12" };
}
