using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Intervision.Membership.Conventions;
using Intervision.ServiceDefaults.Grpc;
using State = Intervision.Membership.V1.Convention.Types.State;

namespace Intervision.Membership.Tests;

/// <summary>The pure decisions of conventions: their tables, and what no sequence of them can make.</summary>
public sealed class ConventionLifeTests
{
    private static readonly DateOnly Today = Day("2026-09-01");

    /// <summary>What one person at the desk tries next; the numbers choose a convention and days.</summary>
    public enum Verb
    {
        Draft,
        Update,
        Sign,
        Renew,
        Terminate,
        GiveUp,
    }

    [Theory]
    [InlineData(State.Draft, "2026-08-31", "")]
    [InlineData(State.Draft, "2027-08-31", "")]
    [InlineData(State.Draft, "2027-09-01", "SIGN_DATE_AFTER_END")]
    [InlineData(State.Signed, "2026-08-31", "CONVENTION_NOT_DRAFT")]
    [InlineData(State.Terminated, "2026-08-31", "CONVENTION_NOT_DRAFT")]
    public void Signing(State state, string signDate, string reason) =>
        Assert.Equal(reason, Reason(() => SignConvention.Decide(Only(Convention(state)), Day(signDate), new byte[32])));

    [Theory]
    [InlineData("2027-09-01", "2028-08-31", "")]
    [InlineData("2027-08-31", "2028-08-31", "CONVENTION_OVERLAP")]
    [InlineData("2025-09-01", "2026-08-31", "")]
    [InlineData("2025-09-01", "2026-09-01", "CONVENTION_OVERLAP")]
    public void Signing_beside_another(string start, string end, string reason)
    {
        var draft = Convention(State.Draft) with { StartDate = Day(start), EndDate = Day(end) };
        Assert.Equal(reason, Reason(() => SignConvention.Decide(new HeldConvention(draft, [draft, Convention(State.Signed)]), Today.AddYears(-1), new byte[32])));
    }

    [Theory]
    [InlineData(State.Signed, "2027-09-01", "")]
    [InlineData(State.Signed, "2027-08-31", "END_DATE_INVALID")]
    [InlineData(State.Draft, "2028-08-31", "CONVENTION_NOT_SIGNED")]
    [InlineData(State.Terminated, "2028-08-31", "CONVENTION_TERMINATED")]
    public void Renewing(State state, string end, string reason) =>
        Assert.Equal(reason, Reason(() => RenewConvention.Decide(Only(Convention(state)), Day(end), Guid.CreateVersion7())));

    [Theory]
    [InlineData(State.Signed, "2026-09-01", "")] // its first day, which is today
    [InlineData(State.Signed, "2027-08-31", "")]
    [InlineData(State.Signed, "2026-08-31", "TERMINATE_DATE_BEFORE_START")]
    [InlineData(State.Signed, "2027-09-01", "TERMINATE_DATE_AFTER_END")]
    [InlineData(State.Signed, null, "TERMINATE_DATE_REQUIRED")]
    [InlineData(State.Draft, null, "")]
    [InlineData(State.Draft, "2026-12-31", "TERMINATE_DATE_NOT_ALLOWED")]
    [InlineData(State.Terminated, "2026-12-31", "CONVENTION_TERMINATED")]
    [InlineData(State.Signed, "2026-09-30", "TERMINATE_DATE_IN_PAST", "2026-10-01")]
    [InlineData(State.Signed, "2027-08-31", "CONVENTION_EXPIRED", "2027-09-01")]
    [InlineData(State.Signed, "2027-08-31", "", "2027-08-31")]
    [InlineData(State.Signed, null, "", "2026-08-31")] // not begun
    public void Terminating(State state, string? last, string reason, string today = "2026-09-01") =>
        Assert.Equal(reason, Reason(() => TerminateConvention.Decide(Only(Convention(state)), last is null ? null : Day(last), Day(today))));

    [Theory]
    [InlineData(State.Draft, null, "CONVENTION_RENEWED")]
    [InlineData(State.Signed, null, "CONVENTION_RENEWED")]
    [InlineData(State.Terminated, "2027-12-31", "CONVENTION_RENEWED")] // it was in force: the chain holds
    [InlineData(State.Terminated, null, "")] // given up
    public void What_a_renewal_forbids(State renewal, string? ended, string reason)
    {
        var convention = Convention(State.Signed);
        var next = Convention(renewal) with
        {
            Renews = convention.ConventionId, StartDate = Day("2027-09-01"), EndDate = Day("2028-08-31"), TerminateDate = ended is null ? null : Day(ended),
        };
        var held = new HeldConvention(convention, [convention, next]);
        Assert.Equal(reason, Reason(() => TerminateConvention.Decide(held, Day("2026-12-31"), Today)));
        Assert.Equal(reason, Reason(() => RenewConvention.Decide(held, Day("2028-12-31"), Guid.CreateVersion7())));
    }

    [Theory]
    [InlineData(91, null)]
    [InlineData(90, 90)]
    [InlineData(31, 90)]
    [InlineData(30, 30)]
    [InlineData(20, 30)]
    [InlineData(0, 30)]
    [InlineData(-1, null)]
    public void The_nearest_threshold_reached(int daysLeft, int? threshold) => Assert.Equal(threshold, ConventionReview.ThresholdReached(daysLeft));

    [Fact]
    public void Whatever_is_accepted_no_day_has_two_conventions_and_no_chain_has_a_gap() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll(Gen.ListOf(Attempts()).ToArbitrary(), attempts =>
        {
            var all = new List<StoredConvention>();
            var today = Today;
            foreach (var (verb, which, days, length) in attempts)
            {
                today = today.AddDays(days / 4);
                Try(all, verb, which, days, length, today);
                if (SharesADay(all) || HasAGap(all))
                {
                    return false;
                }
            }

            return true;
        }));

    private static Gen<(Verb Verb, int Which, int Days, int Length)> Attempts() =>
        from verb in Gen.Elements(Enum.GetValues<Verb>())
        from which in Gen.Choose(0, 5)
        from days in Gen.Choose(-10, 40)
        from length in Gen.Choose(-1, 30)
        select (verb, which, days, length);

    private static void Try(List<StoredConvention> all, Verb verb, int which, int days, int length, DateOnly today)
    {
        if (verb == Verb.Draft || all.Count == 0)
        {
            all.Add(new StoredConvention
            {
                ConventionId = Guid.CreateVersion7(), State = State.Draft, StartDate = today.AddDays(days), EndDate = today.AddDays(days + Math.Max(0, length)),
            });
            return;
        }

        // The latest ones most often: that is where chains grow.
        var index = all.Count - 1 - (which % all.Count);
        var held = new HeldConvention(all[index], all);
        var after = Accepted(() => verb switch
        {
            Verb.Sign => SignConvention.Decide(held, today, new byte[32]),
            Verb.Renew => RenewConvention.Decide(held, held.Convention.EndDate.AddDays(length), Guid.CreateVersion7()),
            Verb.Terminate => TerminateConvention.Decide(held, today.AddDays(days), today),
            Verb.GiveUp => TerminateConvention.Decide(held, null, today),
            _ => Moved(held.Convention, today.AddDays(days), Math.Max(0, length)),
        });
        if (after is not null && verb == Verb.Renew)
        {
            all.Add(after);
        }
        else if (after is not null)
        {
            all[index] = after;
        }
    }

    private static StoredConvention Moved(StoredConvention convention, DateOnly start, int length)
    {
        var from = convention.Renews is null ? start : convention.StartDate;
        UpdateConvention.Decide(convention, from);
        return convention with { StartDate = from, EndDate = from.AddDays(length) };
    }

    private static bool SharesADay(IEnumerable<StoredConvention> all)
    {
        var days = all.Where(c => c.IsAgreed).SelectMany(c => Enumerable.Range(c.StartDate.DayNumber, c.LastDate.DayNumber - c.StartDate.DayNumber + 1)).ToList();
        return days.Count != days.Distinct().Count();
    }

    private static bool HasAGap(IReadOnlyList<StoredConvention> all) => all.Any(c => c.Renews is not null && !c.IsGivenUp
        && all.Single(r => r.ConventionId == c.Renews) is var renewed && (!renewed.IsAgreed || c.StartDate != renewed.LastDate.AddDays(1)));

    private static StoredConvention? Accepted(Func<StoredConvention> decide)
    {
        try
        {
            return decide();
        }
        catch (RuleBroken)
        {
            return null;
        }
    }

    private static string Reason(Func<StoredConvention> decide)
    {
        try
        {
            decide();
            return "";
        }
        catch (RuleBroken refused)
        {
            return refused.Reason;
        }
    }

    private static HeldConvention Only(StoredConvention convention) => new(convention, [convention]);

    private static StoredConvention Convention(State state) => new()
    {
        ConventionId = Guid.CreateVersion7(), State = state, StartDate = Day("2026-09-01"), EndDate = Day("2027-08-31"),
    };

    private static DateOnly Day(string iso) => DateOnly.ParseExact(iso, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
