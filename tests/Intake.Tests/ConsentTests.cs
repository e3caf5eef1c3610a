using Intervision.Intake.Cases;
using Intervision.Intake.Consents;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using static Intervision.Intake.V1.ConsentStatus;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Tests;

/// <summary>The consent table of DOMAIN §4, every cell.</summary>
public sealed class ConsentTests
{
    private static readonly DateTimeOffset Now = IntakeFixture.Start;

    // Rows: from. Columns: INFORMED, GRANTED, REFUSED, DEFERRED, WITHDRAWN, EXPIRED.
    // y: yes; h: yes, recorded by a health professional; -: never.
    private static readonly Dictionary<ConsentStatus, string> Table = new()
    {
        [NotCollected] = "hhyy--",
        [Informed] = "-yy---",
        [Granted] = "----yy",
        [Refused] = "------",
        [Deferred] = "hhy---",
        [Withdrawn] = "hh----",
        [Expired] = "hh----",
    };

    private static readonly ConsentStatus[] Answers = [Informed, Granted, Refused, Deferred, Withdrawn, Expired];

    public static TheoryData<ConsentStatus, ConsentStatus, bool, string> Cells()
    {
        var cells = new TheoryData<ConsentStatus, ConsentStatus, bool, string>();
        foreach (var from in Enum.GetValues<ConsentStatus>())
        {
            foreach (var to in Enum.GetValues<ConsentStatus>())
            {
                var cell = Table.TryGetValue(from, out var row) && Array.IndexOf(Answers, to) is var column and >= 0 ? row[column] : '-';
                cells.Add(from, to, true, cell == '-' ? "CONSENT_TRANSITION_REFUSED" : "");
                cells.Add(from, to, false, cell switch { '-' => "CONSENT_TRANSITION_REFUSED", 'h' => "HEALTH_PROFESSIONAL_REQUIRED", _ => "" });
            }
        }

        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Every_cell(ConsentStatus from, ConsentStatus to, bool healthProfessional, string reason)
    {
        if (reason.Length == 0)
        {
            Assert.Equal(to, ConsentRules.Decide(from, to, healthProfessional));
        }
        else
        {
            var broken = Assert.Throws<RuleBroken>(() => ConsentRules.Decide(from, to, healthProfessional));
            Assert.Equal((reason, "CONSENT"), (broken.Reason, broken.Preconditions.Single().Type));
        }
    }

    [Theory]
    // Before acceptance the answer waits for triage, except a refusal, which ends it at once.
    [InlineData(CaseState.Submitted, NotCollected, Informed, CaseState.Submitted)]
    [InlineData(CaseState.Submitted, NotCollected, Granted, CaseState.Submitted)]
    [InlineData(CaseState.InTriage, NotCollected, Deferred, CaseState.InTriage)]
    [InlineData(CaseState.Submitted, NotCollected, Refused, CaseState.ConsentRefused)]
    [InlineData(CaseState.Submitted, Granted, Withdrawn, CaseState.ConsentWithdrawn)]
    [InlineData(CaseState.AwaitingConsent, NotCollected, Informed, CaseState.AwaitingConsent)]
    [InlineData(CaseState.AwaitingConsent, NotCollected, Deferred, CaseState.AwaitingConsent)]
    [InlineData(CaseState.AwaitingConsent, NotCollected, Granted, CaseState.InPreparation)]
    [InlineData(CaseState.AwaitingConsent, Informed, Granted, CaseState.InPreparation)]
    [InlineData(CaseState.AwaitingConsent, Deferred, Granted, CaseState.InPreparation)]
    [InlineData(CaseState.AwaitingConsent, Informed, Refused, CaseState.ConsentRefused)]
    [InlineData(CaseState.InPreparation, Granted, Withdrawn, CaseState.ConsentWithdrawn)]
    [InlineData(CaseState.Ready, Granted, Withdrawn, CaseState.ConsentWithdrawn)]
    [InlineData(CaseState.Scheduled, Granted, Withdrawn, CaseState.ConsentWithdrawn)]
    [InlineData(CaseState.Discussed, Granted, Withdrawn, CaseState.ConsentWithdrawn)]
    [InlineData(CaseState.Decided, Granted, Withdrawn, CaseState.ConsentWithdrawn)]
    [InlineData(CaseState.ReportedBack, Granted, Withdrawn, CaseState.ConsentWithdrawn)]
    [InlineData(CaseState.InFollowUp, Granted, Withdrawn, CaseState.ConsentWithdrawn)]
    [InlineData(CaseState.Closed, Granted, Withdrawn, CaseState.ConsentWithdrawn)]
    [InlineData(CaseState.Inadmissible, Granted, Withdrawn, CaseState.Inadmissible)]
    [InlineData(CaseState.Duplicate, Granted, Withdrawn, CaseState.Duplicate)]
    [InlineData(CaseState.Submitted, Granted, Expired, CaseState.Submitted)]
    [InlineData(CaseState.InPreparation, Granted, Expired, CaseState.AwaitingConsent)]
    [InlineData(CaseState.Ready, Granted, Expired, CaseState.AwaitingConsent)]
    [InlineData(CaseState.Scheduled, Granted, Expired, CaseState.AwaitingConsent)]
    [InlineData(CaseState.Discussed, Granted, Expired, CaseState.AwaitingConsent)]
    [InlineData(CaseState.Decided, Granted, Expired, CaseState.Decided)]
    [InlineData(CaseState.InFollowUp, Granted, Expired, CaseState.InFollowUp)]
    [InlineData(CaseState.Closed, Granted, Expired, CaseState.Closed)]
    // After the table a new agreement opens the sheet again and undoes nothing.
    [InlineData(CaseState.Decided, Expired, Granted, CaseState.Decided)]
    [InlineData(CaseState.AwaitingConsent, Expired, Granted, CaseState.InPreparation)]
    [InlineData(CaseState.ConsentWithdrawn, Withdrawn, Informed, CaseState.AwaitingConsent)]
    [InlineData(CaseState.ConsentWithdrawn, Withdrawn, Granted, CaseState.InPreparation)]
    public void Where_an_answer_leads(CaseState state, ConsentStatus from, ConsentStatus answer, CaseState to)
    {
        var before = Of(state, from);
        var (after, _) = RecordConsent.Decide(before, answer, recorderIsHealthProfessional: true, Now);
        Assert.Equal((to, answer), (after.State, after.Consent));
        Assert.Equal(answer is Withdrawn or Expired, after.SheetLockTime == Now);
    }

    [Theory]
    [InlineData(CaseState.Inadmissible)]
    [InlineData(CaseState.Redirected)]
    [InlineData(CaseState.Duplicate)]
    [InlineData(CaseState.ConsentRefused)]
    [InlineData(CaseState.Abandoned)]
    [InlineData(CaseState.Closed)]
    public void A_case_that_has_ended_takes_no_answer_but_a_withdrawal_or_an_expiry(CaseState state)
    {
        foreach (var answer in Answers.Where(a => a is not (Withdrawn or Expired)))
        {
            var broken = Assert.Throws<RuleBroken>(() => RecordConsent.Decide(Of(state, NotCollected), answer, true, Now));
            Assert.Equal("CASE_ENDED", broken.Reason);
        }
    }

    [Theory]
    [InlineData(CaseState.Ready, true)]
    [InlineData(CaseState.Scheduled, true)]
    [InlineData(CaseState.InPreparation, false)]
    [InlineData(CaseState.Discussed, false)]
    public void A_withdrawal_says_so_and_takes_a_ready_case_off_the_agendas(CaseState state, bool wasReady)
    {
        var (_, events) = RecordConsent.Decide(Of(state, Granted), Withdrawn, false, Now);
        Assert.IsType<ConsentWithdrawn>(events[^1]);
        Assert.Equal(wasReady ? 2 : 1, events.Count);
        Assert.Equal(wasReady, events[0] is CaseNoLongerReady { Reason: "CONSENT_WITHDRAWN" });
    }

    [Fact]
    public void After_a_new_consent_the_sheet_is_open_and_read_a_second_time_again()
    {
        var before = Of(CaseState.ConsentWithdrawn, Withdrawn) with { SheetLockTime = Now, SheetApprover = "professionals/PER-3" };
        var (after, _) = RecordConsent.Decide(before, Granted, true, Now);
        Assert.Null(after.SheetLockTime);
        Assert.Null(after.SheetApprover);
        var (stillLocked, _) = RecordConsent.Decide(before, Informed, true, Now);
        Assert.NotNull(stillLocked.SheetLockTime);
    }

    [Theory]
    [InlineData(Granted, CaseState.Ready, false, null)]
    [InlineData(Granted, CaseState.Scheduled, false, null)]
    [InlineData(Granted, CaseState.Discussed, true, null)]
    [InlineData(Granted, CaseState.Discussed, false, BeginDiscussion.CaseNotScheduled)]
    [InlineData(Granted, CaseState.InPreparation, false, BeginDiscussion.CaseNotScheduled)]
    [InlineData(Granted, CaseState.Decided, true, BeginDiscussion.CaseNotScheduled)]
    [InlineData(Granted, CaseState.Unspecified, false, BeginDiscussion.CaseNotScheduled)]
    [InlineData(Withdrawn, CaseState.Scheduled, false, BeginDiscussion.ConsentNotGranted)]
    [InlineData(Withdrawn, CaseState.ConsentWithdrawn, true, BeginDiscussion.ConsentNotGranted)]
    [InlineData(NotCollected, CaseState.Scheduled, false, BeginDiscussion.ConsentNotGranted)]
    [InlineData(Informed, CaseState.Scheduled, false, BeginDiscussion.ConsentNotGranted)]
    [InlineData(Refused, CaseState.Scheduled, false, BeginDiscussion.ConsentNotGranted)]
    [InlineData(Deferred, CaseState.Scheduled, false, BeginDiscussion.ConsentNotGranted)]
    [InlineData(Expired, CaseState.Scheduled, false, BeginDiscussion.ConsentNotGranted)]
    [InlineData(ConsentStatus.Unspecified, CaseState.Scheduled, false, BeginDiscussion.ConsentNotGranted)]
    public void At_the_table(ConsentStatus consent, CaseState state, bool alreadyInThisSession, string? reason) =>
        Assert.Equal(reason, BeginDiscussion.Decide(new TableState(consent, state, alreadyInThisSession, Scope.Standard)));

    private static Case Of(CaseState state, ConsentStatus consent) => new()
    {
        Code = "SIT-0000-0000",
        State = state,
        Consent = consent,
        Pole = "poles/P12",
        AcceptTime = state is CaseState.Submitted or CaseState.InTriage ? null : Now.AddDays(-1),
    };
}
