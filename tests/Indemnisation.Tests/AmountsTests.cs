using FsCheck;
using FsCheck.Fluent;
using Intervision.Indemnisation.Rates;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Tests;

/// <summary>DOMAIN §6: amount rules and their vectors.</summary>
public sealed class AmountsTests
{
    private static readonly Tariff Doctor = new()
    {
        Component = Component.Participant, Unit = RateUnit.StartedQuarterHour, AmountCents = 2250, MinimumMinutes = 30, PaidMinutesCap = 90,
    };

    private static readonly Tariff Pharmacist = Doctor with { AmountCents = 1750 };

    private static readonly Tariff Nurse = Doctor with { AmountCents = 1250 };

    private static readonly Tariff Supplement = new() { Component = Component.FacilitatorSupplement, Unit = RateUnit.Flat, AmountCents = 4500 };

    private static readonly Tariff Travel = new()
    {
        Component = Component.Travel, Unit = RateUnit.Kilometre, AmountCents = 35, FreeKilometres = 10, CapCents = 5000,
    };

    public static TheoryData<string, Tariff, int, int, bool, long> Vectors => new()
    {
        { "GP 12:30–13:50: 80 min, 6 started quarters", Doctor, 80, 0, false, 13500 },
        { "facilitator: the supplement on top (180.00 in all)", Supplement, 80, 0, false, 4500 },
        { "pharmacist by video, 40 min, 3 quarters", Pharmacist, 40, 0, true, 5250 },
        { "25 min is below the minimum of 30", Doctor, 25, 0, false, 0 },
        { "30 min is the minimum", Doctor, 30, 0, false, 4500 },
        { "31 min starts a third quarter", Doctor, 31, 0, false, 6750 },
        { "nurse, 60 min", Nurse, 60, 0, false, 5000 },
        { "nurse, 34 km: (34 − 10) × 0.35", Travel, 60, 34, false, 840 },
        { "no travel by video", Travel, 60, 34, true, 0 },
        { "within the free allowance", Travel, 60, 10, false, 0 },
        { "travel cap of 50 €", Travel, 60, 1000, false, 5000 },
        { "90 min are paid at most", Doctor, 180, 0, false, 13500 },
        { "nobody there, nothing due", Supplement, 0, 0, false, 0 },
        { "by the hour, half-up: 6713 × 1/4 = 1678.25", Doctor with { Unit = RateUnit.Hour, AmountCents = 6713, MinimumMinutes = 0 }, 15, 0, false, 1678 },
        { "by the hour, half-up: 67 × 30/60 = 33.5", Doctor with { Unit = RateUnit.Hour, AmountCents = 67 }, 30, 0, false, 34 },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void The_vectors_of_the_domain(string why, Tariff tariff, int minutes, int kilometres, bool video, long cents)
    {
        Assert.False(string.IsNullOrEmpty(why));
        Assert.Equal(cents, Amounts.Due(tariff, minutes, kilometres, video));
    }

    [Theory]
    [InlineData("12:30", "13:50", 80)]
    [InlineData("12:00", "14:30", 90)]
    [InlineData("12:45", "13:00", 15)]
    [InlineData("14:00", "15:00", 0)]
    [InlineData("13:30", "13:00", 0)]
    public void Only_minutes_inside_the_session_count(string arrival, string departure, int minutes)
    {
        var date = new DateOnly(2026, 9, 15);
        DateTimeOffset At(string time) => Paris.InstantOf(date, TimeOnly.ParseExact(time, "HH:mm", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(minutes, Amounts.PresentMinutes(At(arrival), At(departure), At("12:30"), At("14:00")));
    }

    [Fact]
    public void Minutes_are_counted_in_instants_on_the_night_the_clocks_change()
    {
        var date = new DateOnly(2026, 3, 29);
        var (start, end) = (Paris.InstantOf(date, new TimeOnly(1, 30)), Paris.InstantOf(date, new TimeOnly(3, 30)));
        Assert.Equal(60, Amounts.PresentMinutes(start, end, start, end));
    }

    [Fact]
    public void Halves_round_up_never_to_even()
    {
        Assert.Equal(6713, Amounts.HalfUp(67125, 10));
        Prop.ForAll(
            Gen.Choose(0, 1_000_000).ToArbitrary(), Gen.Choose(1, 5_000).ToArbitrary(),
            (n, d) => Amounts.HalfUp(n, d) == (long)Math.Round((decimal)n / d, MidpointRounding.AwayFromZero)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void More_presence_never_pays_less_and_never_more_than_the_cap() =>
        Prop.ForAll(
            AnyTariff.ToArbitrary(), Gen.Choose(0, 300).ToArbitrary(), Gen.Choose(0, 300).ToArbitrary(),
            (tariff, minutes, more) =>
            {
                var (less, more2) = (Amounts.Due(tariff, minutes, 50, false), Amounts.Due(tariff, minutes + more, 50, false));
                return less >= 0 && less <= more2 && (tariff.CapCents == 0 || more2 <= tariff.CapCents);
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_amount_too_large_for_a_long_is_refused_not_wrapped() =>
        Assert.Throws<OverflowException>(() => Amounts.Due(Travel with { AmountCents = long.MaxValue, CapCents = 0 }, 60, 100, false));

    private static Gen<Tariff> AnyTariff =>
        from unit in Gen.Elements(RateUnit.Flat, RateUnit.Hour, RateUnit.StartedQuarterHour, RateUnit.Kilometre)
        from amount in Gen.Choose(0, 100_000)
        from minimum in Gen.Choose(0, 60)
        from paid in Gen.Choose(0, 120)
        from cap in Gen.Choose(0, 20_000)
        select new Tariff { Unit = unit, AmountCents = amount, MinimumMinutes = minimum, PaidMinutesCap = paid, CapCents = cap };
}
