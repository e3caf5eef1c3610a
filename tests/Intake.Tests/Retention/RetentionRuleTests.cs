using Intervision.Intake.Retention;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Microsoft.Extensions.Configuration;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Tests.Retention;

/// <summary>What is due when, and what is kept all the same.</summary>
public sealed class RetentionRuleTests
{
    private static readonly DateTimeOffset Contact = new(2027, 3, 31, 9, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Ended = Contact.AddDays(-1);
    private static readonly RetentionPolicy Usual = Policy();

    public static TheoryData<CaseState> States() => [.. Enum.GetValues<CaseState>().Where(s => s != CaseState.Unspecified)];

    [Theory]
    [MemberData(nameof(States))]
    public void Two_years_after_the_last_contact_or_three_months_after_an_end_that_no_table_spoke_of(CaseState state)
    {
        var ruling = Decide(state);
        var ends = state is CaseState.Inadmissible or CaseState.Redirected or CaseState.Duplicate or CaseState.ConsentRefused or CaseState.Abandoned;
        Assert.Equal(ends ? ErasureReason.RetentionEnded : ErasureReason.RetentionContact, ruling.Reason);
        Assert.Equal(ends ? Ended.AddMonths(3) : Contact.AddMonths(24), ruling.DueTime);
        Assert.False(ruling.IsPast(ruling.DueTime.AddTicks(-1)));
        Assert.True(ruling.IsPast(ruling.DueTime));
    }

    [Theory]
    [MemberData(nameof(States))]
    public void What_a_table_spoke_of_is_kept_two_years_even_when_it_was_abandoned_later(CaseState state) =>
        Assert.Equal((ErasureReason.RetentionContact, Contact.AddMonths(24)), (Decide(state, discussed: true).Reason, Decide(state, discussed: true).DueTime));

    [Theory]
    [MemberData(nameof(States))]
    public void Whoever_is_in_session_or_followed_up_is_held_back_whatever_the_age(CaseState state)
    {
        var hold = state switch
        {
            CaseState.Scheduled => HoldReason.OnAgenda,
            CaseState.Discussed or CaseState.Decided or CaseState.ReportedBack or CaseState.InFollowUp => HoldReason.OpenFollowUp,
            _ => HoldReason.Unspecified,
        };
        Assert.Equal(hold, Decide(state).Hold);
        Assert.Equal(hold == HoldReason.Unspecified, Decide(state).IsDue(Contact.AddYears(50)));
        Assert.Equal(HoldReason.OnAgenda, Decide(state, onAgenda: true).Hold);
        Assert.Equal(hold == HoldReason.Unspecified ? HoldReason.HasDuplicates : hold, Decide(state, hasDuplicates: true).Hold);
    }

    [Fact]
    public void The_limits_are_those_of_the_configuration()
    {
        var policy = Policy(("CaseMonths", "36"), ("EndedMonths", "1"), ("AttestationMonths", "120"), ("AccessLogMonths", "36"), ("AccessLogReason", "contrôle interne"), ("NoticeDays", "7"));
        Assert.Equal("case=36mo ended=1mo attestation=120mo", policy.ToString());
        Assert.Equal((36, 7), (policy.AccessLogMonths, policy.NoticeDays));
        Assert.Equal(Contact.AddMonths(36), RetentionRule.Decide(Facts(CaseState.Closed), policy).DueTime);
        Assert.Equal(Ended.AddMonths(1), RetentionRule.Decide(Facts(CaseState.Abandoned), policy).DueTime);
        Assert.Equal("case=24mo ended=3mo attestation=60mo", Usual.ToString());
        Assert.Equal((12, 30), (Usual.AccessLogMonths, Usual.NoticeDays));
    }

    [Theory]
    [InlineData("CaseMonths", "11")]
    [InlineData("CaseMonths", "121")]
    [InlineData("CaseMonths", "two years")]
    [InlineData("CaseMonths", "-24")]
    [InlineData("EndedMonths", "0")]
    [InlineData("AttestationMonths", "6")]
    [InlineData("AccessLogMonths", "5")]
    [InlineData("AccessLogMonths", "37")]
    [InlineData("NoticeDays", "0")]
    public void A_limit_that_cannot_be_stops_the_start(string key, string value)
    {
        var refused = Assert.Throws<InvalidOperationException>(() => Policy((key, value)));
        Assert.Contains($"Intake:Retention:{key}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("est attendu", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_of_more_than_twelve_months_is_documented() =>
        Assert.Contains("AccessLogReason", Assert.Throws<InvalidOperationException>(() => Policy(("AccessLogMonths", "13"))).Message, StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(States))]
    public void On_request_an_open_case_is_ended_first(CaseState state)
    {
        var found = new Case { State = state };
        var erasable = state is CaseState.Closed or CaseState.ConsentWithdrawn || Case.Ends.Contains(state);
        foreach (var reason in Enum.GetValues<ErasureReason>())
        {
            var expected = reason is not (ErasureReason.PatientRequest or ErasureReason.DepositedByMistake or ErasureReason.Unlawful) ? "REASON_INVALID"
                : erasable ? null : "CASE_STILL_OPEN";
            Assert.Equal(expected, Reason(() => EraseCase.Decide(found, Facts(state), reason)));
        }

        Assert.Equal("CASE_ON_AGENDA", Reason(() => EraseCase.Decide(found, Facts(state, onAgenda: true), ErasureReason.PatientRequest)));
    }

    internal static RetentionPolicy Policy(params (string Key, string Value)[] said) => new(
        new ConfigurationBuilder().AddInMemoryCollection(said.Select(s => KeyValuePair.Create($"Intake:Retention:{s.Key}", (string?)s.Value))).Build());

    private static string? Reason(Action decide) => (Record.Exception(decide) as RuleBroken)?.Reason;

    private static Ruling Decide(CaseState state, bool discussed = false, bool onAgenda = false, bool hasDuplicates = false) =>
        RetentionRule.Decide(Facts(state, discussed, onAgenda, hasDuplicates), Usual);

    private static RetentionFacts Facts(CaseState state, bool discussed = false, bool onAgenda = false, bool hasDuplicates = false) => new()
    {
        State = state, LastContact = Contact, StateTime = Ended, Discussed = discussed, OnAgenda = onAgenda, HasDuplicates = hasDuplicates,
    };
}
