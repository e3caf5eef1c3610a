using Intervision.Indemnisation.Rates;
using Intervision.Indemnisation.V1;

namespace Intervision.Indemnisation.Tests;

/// <summary>Which rates count: the most specific ones, and those of one component add up by unit.</summary>
public sealed class RateChoiceTests
{
    private static readonly Tariff Everybody = new() { RateGrid = "rateGrids/G", Component = Component.Participant, Unit = RateUnit.Flat, AmountCents = 1 };
    private static readonly Tariff Experts = Everybody with { Role = RateRole.Expert, AmountCents = 2 };
    private static readonly Tariff Doctors = Everybody with { ProfessionTable = "TRE_G15", ProfessionCode = "10", AmountCents = 3 };
    private static readonly Tariff ExpertDoctors = Doctors with { Role = RateRole.Expert, AmountCents = 4 };

    [Theory]
    [InlineData("10", RateRole.Expert, 4)]
    [InlineData("10", RateRole.Participant, 3)]
    [InlineData("10", RateRole.Facilitator, 3)]
    [InlineData("21", RateRole.Expert, 2)]
    [InlineData("21", RateRole.Participant, 1)]
    public void The_most_specific_rate_wins_in_whatever_order_they_stand(string profession, RateRole role, long cents)
    {
        Tariff[] all = [Everybody, Experts, Doctors, ExpertDoctors];
        foreach (var rates in new[] { all, [.. all.Reverse()] })
        {
            Assert.Equal(cents, Assert.Single(new RatesOfDay(rates).Find(Component.Participant, "TRE_G15", profession, role)).AmountCents);
        }
    }

    [Fact]
    public void The_same_code_in_another_table_is_another_profession() =>
        Assert.Equal(1, Assert.Single(new RatesOfDay([Everybody, Doctors]).Find(Component.Participant, "TRE_R95", "10", RateRole.Participant)).AmountCents);

    [Fact]
    public void Without_a_rate_there_is_none() =>
        Assert.Empty(new RatesOfDay([ExpertDoctors]).Find(Component.Participant, "TRE_G15", "10", RateRole.Participant));

    [Fact]
    public void Units_of_one_component_add_up_each_rounded_and_with_its_own_minimum()
    {
        // 20 € flat, and 100.01 € an hour from 30 minutes on: 45 minutes are 75.0075 €.
        Tariff[] rates = [Everybody with { AmountCents = 2_000 }, Everybody with { Unit = RateUnit.Hour, AmountCents = 10_001, MinimumMinutes = 30 }];
        Assert.Equal(2_000 + 7_501, Amounts.Due(rates, 45, 0, byVideo: false));
        Assert.Equal(2_000, Amounts.Due(rates, 20, 0, byVideo: false));
    }

    [Theory]
    [InlineData(RateUnit.Hour, 6_712, 60, 6_712)]
    [InlineData(RateUnit.Hour, 13_425, 30, 6_713)] // 67.125 €: half-up, never banker's
    [InlineData(RateUnit.StartedQuarterHour, 2_250, 75, 11_250)]
    [InlineData(RateUnit.StartedQuarterHour, 2_250, 76, 13_500)]
    [InlineData(RateUnit.StartedQuarterHour, 2_250, 200, 13_500)] // paid up to 90 minutes
    [InlineData(RateUnit.Hour, 9_000, 29, 0)] // present less than the minimum
    public void Hours_quarters_minimum_and_cap(RateUnit unit, long rate, int minutes, long cents) =>
        Assert.Equal(cents, Amounts.Due(Everybody with { Unit = unit, AmountCents = rate, MinimumMinutes = 30, PaidMinutesCap = 90 }, minutes, 0, byVideo: false));
}
