using Intervision.Membership.Conventions;
using Intervision.Membership.Import;
using Intervision.Membership.Poles;
using Intervision.Membership.Professionals;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Time;
using Outcome = Intervision.Membership.V1.ImportDirectoryResponse.Types.Outcome;
using Result = Intervision.Membership.V1.ResolvePoleResponse.Types.Result;

namespace Intervision.Membership.Tests;

/// <summary>Decision tables of the pure rules.</summary>
public sealed class DecisionTests
{
    private static readonly DateTimeOffset Now = MembershipFixture.Now;

    [Theory]
    [InlineData(null, 0, Outcome.Created, "")]
    [InlineData("same", 0, Outcome.Unchanged, "")]
    [InlineData("same", 1, Outcome.Unchanged, "")] // the same again is harmless whatever the clock says
    [InlineData("other", 0, Outcome.Updated, "")]
    [InlineData("other", -1, Outcome.Updated, "")]
    [InlineData("other", 1, Outcome.Rejected, "CLOCK_BEFORE_LAST_CHANGE")]
    public void What_becomes_of_a_row(string? stored, int storedHoursAhead, Outcome outcome, string reason)
    {
        var known = stored is null ? null : new Stored { ImportedHash = [(byte)stored[0]], UpdateTime = Now.AddHours(storedHoursAhead), Version = 3 };
        var verdict = Verdict.Of(known, "s"u8, Now);
        Assert.Equal((outcome, reason), (verdict.Outcome, verdict.Reason));
    }

    [Theory]
    [InlineData("2026-08-31", Convention.Types.State.Signed)] // signed, not yet in force
    [InlineData("2026-09-01", Convention.Types.State.Signed)]
    [InlineData("2027-08-31", Convention.Types.State.Signed)] // the last day counts
    [InlineData("2027-09-01", Convention.Types.State.Expired)]
    public void A_convention_on_a_date(string date, Convention.Types.State state) =>
        Assert.Equal(state, ConventionRules.StateOn(Stored("2026-09-01", "2027-08-31"), Day(date)));

    [Theory]
    [InlineData("2027-09-01", "2028-08-31", false)] // renewal without gap
    [InlineData("2027-08-31", "2028-08-31", true)] // the last day is inclusive
    [InlineData("2025-01-01", "2026-08-31", false)]
    [InlineData("2025-01-01", "2026-09-01", true)]
    [InlineData("2026-09-01", "2030-01-01", true)]
    [InlineData("2027-01-01", "2027-01-01", true)]
    public void Conventions_overlap(string first, string last, bool overlaps) =>
        Assert.Equal(overlaps, ConventionRules.Overlapping(Day(first), Day(last), [Stored("2026-09-01", "2027-08-31")]) is not null);

    [Theory]
    [InlineData("2026-01-01", "2026-06-30", "2026-06-30", null, false)] // until is exclusive
    [InlineData("2026-01-01", "2026-07-01", "2026-06-30", null, true)]
    [InlineData("2026-01-01", null, "2027-01-01", null, true)]
    [InlineData("2027-01-01", null, "2026-01-01", "2026-12-31", false)] // any order
    public void The_same_activity_twice(string from1, string? until1, string from2, string? until2, bool overlaps) =>
        Assert.Equal(overlaps, Activities.Overlap([Sample.Activity(from1, until1), Sample.Activity(from2, until2)]) is not null);

    [Fact]
    public void Different_activities_at_once_are_normal() => Assert.Null(Activities.Overlap(
    [
        Sample.Activity("2026-01-01"),
        Sample.Activity("2026-01-01", mode: Mode.Salaried),
        Sample.Activity("2026-01-01", organisation: "590000022"),
        Sample.Activity("2026-01-01", code: "21"),
    ]));

    [Theory]
    [InlineData("2025-12-31", false)]
    [InlineData("2026-01-01", true)]
    [InlineData("2026-06-29", true)]
    [InlineData("2026-06-30", false)]
    public void An_activity_in_force(string date, bool inForce) =>
        Assert.Equal(inForce, Period.Holds(Day("2026-01-01"), Day("2026-06-30"), Day(date)));

    [Theory]
    [InlineData("TRE_G15", "10", "SM54", true)]
    [InlineData("TRE_G15", "10", "SM53", true)]
    [InlineData("TRE_G15", "10", "SM26", true)]
    [InlineData("TRE_G15", "10", null, true)]
    [InlineData("TRE_G15", "10", "SM42", false)]
    [InlineData("TRE_G15", "21", null, false)]
    [InlineData("TRE_R94", "10", null, false)]
    public void Who_is_a_general_practitioner(string table, string code, string? savoirFaire, bool is_) =>
        Assert.Equal(is_, Activities.IsGeneralPractice(table, code, savoirFaire));

    [Theory]
    [InlineData(0, 0, Result.None, "aucun ne se réunit en visioconférence")]
    [InlineData(0, 2, Result.None, "Pôle V1, Pôle V2")]
    [InlineData(1, 0, Result.One, "dans le territoire de Pôle C1")]
    [InlineData(2, 0, Result.Several, "Pôle C1, Pôle C2")]
    public void Where_a_communes_pole_is(int covering, int nearest, Result result, string says)
    {
        var answer = ResolvePole.Answer(
            new ResolvePole.Question { Programme = "Généraliste et addictions", Commune = "Lille" }, Poles("C", covering), Poles("V", nearest));
        Assert.Equal(result, answer.Result);
        Assert.Equal((covering, nearest), (answer.Poles.Count, answer.NearestVideoPoles.Count));
        Assert.Contains(says, answer.Explanation, StringComparison.Ordinal);
        Assert.Contains("Lille", answer.Explanation, StringComparison.Ordinal);
    }

    private static ResolvePole.Found[] Poles(string prefix, int count) =>
        [.. Enumerable.Range(1, count).Select(i => new ResolvePole.Found { Code = $"{prefix}{i}", DisplayName = $"Pôle {prefix}{i}" })];

    private static StoredConvention Stored(string start, string end) =>
        new() { State = Convention.Types.State.Signed, StartDate = Day(start), EndDate = Day(end) };

    private static DateOnly Day(string iso) => DateOnly.ParseExact(iso, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}
