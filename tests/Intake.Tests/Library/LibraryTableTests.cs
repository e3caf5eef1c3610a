using Intervision.Intake.Library;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;
using State = Intervision.Intake.V1.LibraryProposal.Types.State;
using Verdict = Intervision.Intake.V1.ReviewLibraryCaseRequest.Types.Verdict;

namespace Intervision.Intake.Tests.Library;

/// <summary>The library's decisions, cell by cell.</summary>
public sealed class LibraryTableTests
{
    private static readonly DateTimeOffset Now = IntakeFixture.Start;

    [Fact]
    public void Only_what_waits_is_reviewed()
    {
        foreach (var state in Enum.GetValues<State>().Where(s => s != State.Proposed))
        {
            Assert.Equal("PROPOSAL_NOT_WAITING", Refusal(() => ReviewLibraryCase.Decide(Granted, Of(state), Verdict.Approve, "", Somebody, Now)));
        }

        Assert.Equal(State.Approved, ReviewLibraryCase.Decide(Granted, Of(State.Proposed), Verdict.Approve, "", Somebody, Now).State);
        Assert.Equal(State.SentBack, ReviewLibraryCase.Decide(Granted, Of(State.Proposed), Verdict.SendBack, "INEXACT", Somebody, Now).State);
        Assert.Equal(State.Refused, ReviewLibraryCase.Decide(Granted, Of(State.Proposed), Verdict.Refuse, "DEJA_PUBLIE", Somebody, Now).State);
    }

    [Theory]
    [InlineData(Verdict.Unspecified, "", "VERDICT_INVALID")]
    [InlineData((Verdict)9, "", "VERDICT_INVALID")]
    [InlineData(Verdict.Approve, "AUTRE", "REASON_INVALID")]
    [InlineData(Verdict.SendBack, "", "REASON_INVALID")]
    [InlineData(Verdict.Refuse, "PARCE_QUE", "REASON_INVALID")]
    public void A_verdict_has_its_reason(Verdict verdict, string reason, string refusal) =>
        Assert.Equal(refusal, Refusal(() => ReviewLibraryCase.Decide(Granted, Of(State.Proposed), verdict, reason, Somebody, Now)));

    [Fact]
    public void Without_a_consent_in_force_nothing_is_proposed_approved_or_read()
    {
        foreach (var consent in Enum.GetValues<ConsentStatus>().Where(c => c != ConsentStatus.Granted))
        {
            var of = Granted with { Consent = consent };
            Assert.Equal("CONSENT_NOT_GRANTED", Refusal(() => ReviewLibraryCase.Decide(of, Of(State.Proposed), Verdict.Approve, "", Somebody, Now)));
            Assert.Equal("CONSENT_NOT_GRANTED", Refusal(() => ReadLibraryProposal.Decide(of, Of(State.Proposed), "REQUESTER")));
            Assert.Equal("CONSENT_NOT_GRANTED", Refusal(() => ProposeLibraryCase.Decide(of, null, Facts, AnyCrowd, Somebody, Now)));
            // What must not be published can still be refused.
            Assert.Equal(State.Refused, ReviewLibraryCase.Decide(of, Of(State.Proposed), Verdict.Refuse, "AUTRE", Somebody, Now).State);
        }

        Assert.Equal("PERMISSION_DENIED", Refusal(() => ReadLibraryProposal.Decide(Granted, Of(State.Proposed), "")));
    }

    [Fact]
    public void What_can_be_proposed()
    {
        Assert.Equal("CASE_NOT_DECIDED", Refusal(() => ProposeLibraryCase.Decide(Granted, null, Facts with { Decided = [] }, AnyCrowd, Somebody, Now)));
        Assert.Equal("CASE_ERASED", Refusal(() => ProposeLibraryCase.Decide(Granted, null, Facts with { IsErased = true }, AnyCrowd, Somebody, Now)));
        Assert.Equal("TOO_FEW_SIMILAR_CASES", Refusal(() => ProposeLibraryCase.Decide(Granted, null, Facts, null, Somebody, Now)));
        Assert.Equal("ALREADY_APPROVED", Refusal(() => ProposeLibraryCase.Decide(Granted, Of(State.Approved), Facts, AnyCrowd, Somebody, Now)));
        foreach (var live in new[] { State.Proposed, State.SentBack })
        {
            var again = ProposeLibraryCase.Decide(Granted, Of(live) with { Reason = "AUTRE", Reviewer = "x", ReviewTime = Now }, Facts, AnyCrowd, Somebody, Now);
            Assert.Equal((State.Proposed, "", null, Somebody.Subject), (again.State, again.Reason, again.Reviewer, again.Proposer));
        }
    }

    [Fact]
    public void Only_what_lives_is_withdrawn() => Assert.All(Enum.GetValues<State>(), state =>
        Assert.Equal(
            state is State.Proposed or State.SentBack or State.Approved ? "" : "PROPOSAL_ENDED",
            Refusal(() => WithdrawLibraryProposal.Decide(Of(state)))));

    [Theory]
    [InlineData("2026-10-01", "2027-01-01")]
    [InlineData("2026-12-02", "2027-01-01")]
    [InlineData("2026-12-03", "2027-04-01")]
    [InlineData("2026-11-30", "2027-01-01")]
    [InlineData("2026-06-01", "2026-07-01")]
    public void A_case_appears_with_the_first_quarter_after_it_has_cooled(string approved, string appears)
    {
        // Late in the evening in Paris.
        var time = Paris.InstantOf(Day(approved), new TimeOnly(23, 59));
        var proposal = Of(State.Approved) with { ReviewTime = time };
        Assert.Equal(Day(appears), proposal.PublishDate);
        Assert.Equal(Fate.Waits, FateOf(proposal, Day(appears).AddDays(-1)));
        Assert.Equal(Fate.IsPublished, FateOf(proposal, Day(appears)));
        // The same in SQL.
        Assert.False(time < PublicationSql.CooledBefore(Day(appears).AddDays(-1)));
        Assert.True(time < PublicationSql.CooledBefore(Day(appears)));
    }

    [Fact]
    public void What_becomes_of_a_proposal()
    {
        var due = Of(State.Approved) with { ReviewTime = Now };
        var today = new DateOnly(2027, 1, 1);
        Assert.Equal(Fate.IsPublished, Decide(due));
        Assert.Equal(Fate.TooFew, Decide(due, crowd: false));
        Assert.Equal(Fate.ConsentEnded, Decide(due, consent: false));
        Assert.Equal(Fate.Erased, Decide(due, consent: false, erased: true));
        foreach (var waiting in new[] { State.Proposed, State.SentBack })
        {
            Assert.Equal(Fate.Waits, Decide(Of(waiting)));
            Assert.Equal(Fate.ConsentEnded, Decide(Of(waiting), consent: false));
            Assert.Equal(Fate.Erased, Decide(Of(waiting), erased: true));
        }

        Assert.Equal(Fate.Waits, Decide(Of(State.Withdrawn), consent: false, erased: true));

        Fate Decide(Proposal p, bool crowd = true, bool consent = true, bool erased = false) =>
            PublishLibraryCases.Decide(new Candidate(p, new Traits("", null, null, null), consent, erased), crowd, today);
    }

    [Theory]
    [InlineData("2026-Q1", "2026-01-01")]
    [InlineData("2026-Q4", "2026-10-01")]
    [InlineData("2026-Q5", null)]
    [InlineData("2026-Q0", null)]
    [InlineData("0000-Q1", null)]
    [InlineData("2026Q1", null)]
    [InlineData("２０２６-Q1", null)]
    [InlineData("", null)]
    public void Quarters_are_written_and_read(string text, string? day)
    {
        Assert.Equal(day is null ? (DateOnly?)null : Day(day), Quarters.Parse(text));
        Assert.True(day is null || Quarters.Text(Day(day)) == text);
    }

    private static readonly Case Granted = new() { State = CaseState.Decided, Consent = ConsentStatus.Granted, SheetAuthor = "author" };

    private static readonly Caller Somebody = new("somebody", new HashSet<string> { Roles.Professional }, Rpps: null, new HashSet<string>(), Organisation: null, Cpts: null);

    private static readonly ProposalFacts Facts = new(["ORIENTATION_CSAPA"], [], IsErased: false);

    private static readonly Crowd AnyCrowd = new(new Shown("ADULTE", "HAUTS_DE_FRANCE", "", ""), []);

    private static Proposal Of(State state) => new() { State = state, Proposer = "proposer", ProposeTime = Now, UpdateTime = Now };

    private static Fate FateOf(Proposal p, DateOnly today) =>
        PublishLibraryCases.Decide(new Candidate(p, new Traits("", null, null, null), ConsentHolds: true, IsErased: false), hasCrowd: true, today);

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    private static string Refusal(Action decide)
    {
        try
        {
            decide();
            return "";
        }
        catch (RuleBroken broken)
        {
            return broken.Reason;
        }
    }
}
