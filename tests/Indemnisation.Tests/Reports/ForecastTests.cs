using FsCheck;
using FsCheck.Fluent;
using Intervision.Indemnisation.Reports.Forecast;
using Intervision.Indemnisation.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests.Reports;

/// <summary>When the envelope runs out: a pure function of the season so far.</summary>
public sealed class ForecastTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    private static readonly DateOnly Today = new(2026, 9, 1);

    private static Gen<SessionLearnt> Learnt =>
        from pole in Gen.Choose(1, 3)
        from cents in Gen.Choose(0, 120_000)
        select new SessionLearnt($"poles/P{pole}", cents);

    private static Gen<SessionAhead> Ahead =>
        from pole in Gen.Choose(1, 4)
        from name in Gen.Choose(0, 1_000_000)
        from day in Gen.Choose(-10, 120)
        from committed in Gen.Choose(0, 90_000)
        select new SessionAhead($"sessions/{name}", Today.AddDays(day), $"poles/P{pole}", committed);

    private static Gen<SeasonSoFar> Season =>
        from learnt in Gen.ListOf(Learnt)
        from ahead in Gen.ListOf(Ahead)
        from available in Gen.Choose(-1_000, 600_000)
        from cancelled in Gen.Choose(0, 10)
        select new SeasonSoFar(Today, available, [.. ahead.DistinctBy(a => a.Name)], [.. learnt], cancelled);

    [Fact]
    public void The_same_season_gives_the_same_forecast_in_whatever_order_it_is_told() => Check(season =>
    {
        var outlook = EnvelopeForecast.Of(season);
        var shuffled = EnvelopeForecast.Of(season with { Ahead = [.. season.Ahead.Reverse()], Learnt = [.. season.Learnt.Reverse()] });
        return outlook with { Remarks = [] } == shuffled with { Remarks = [] };
    });

    [Fact]
    public void One_session_more_never_makes_the_envelope_last_longer() => Check(season =>
    {
        var fewer = EnvelopeForecast.Of(season);
        var more = EnvelopeForecast.Of(season with { Ahead = [.. season.Ahead, new SessionAhead("sessions/more", Today.AddDays(30), "poles/P1", 0)] });
        return NotLater(more, fewer) && more.ExpectedBalanceCents <= fewer.ExpectedBalanceCents && more.ExhaustionProbability >= fewer.ExhaustionProbability;
    });

    [Fact]
    public void One_euro_more_never_makes_it_end_earlier() => Check(season =>
    {
        var less = EnvelopeForecast.Of(season);
        var more = EnvelopeForecast.Of(season with { AvailableCents = season.AvailableCents + 100 });
        return NotLater(less, more) && more.ExpectedBalanceCents == less.ExpectedBalanceCents + 100;
    });

    [Fact]
    public void Dates_and_balances_are_in_order_and_chances_are_chances() => Check(season =>
    {
        var o = EnvelopeForecast.Of(season);
        return Day(o.Early) <= Day(o.Median) && Day(o.Median) <= Day(o.Late) && o.LowBalanceCents <= o.HighBalanceCents
            && o.ExhaustionProbability is >= 0 and <= 1 && (o.Early is not null) == (o.ExhaustionProbability >= 0.1)
            && (o.Early is null || o.Early >= Today);
    });

    [Fact]
    public void Sessions_that_all_cost_the_same_run_out_when_they_should()
    {
        // 1,000.00 left, sessions of 100.00 every week, none cancelled as far as a hundred held ones tell: the tenth, or one later.
        var season = new SeasonSoFar(
            Today, 100_000, [.. Enumerable.Range(1, 20).Select(n => new SessionAhead($"sessions/{n}", Today.AddDays(7 * n), "poles/P1", 0))],
            [.. Enumerable.Repeat(new SessionLearnt("poles/P1", 10_000), 990)], 0);
        var outlook = EnvelopeForecast.Of(season);
        Assert.Equal((10_000, 0.001), (outlook.MeanCostCents, outlook.CancellationRate));
        Assert.Equal((Today.AddDays(70), Today.AddDays(70), Today.AddDays(70)), (outlook.Early, outlook.Median, outlook.Late));
        Assert.InRange(outlook.ExpectedBalanceCents, -100_000, -99_000);
        Assert.Equal(1, outlook.ExhaustionProbability);
        Assert.Empty(outlook.Remarks);
    }

    [Fact]
    public void Few_sessions_learnt_make_it_less_sure()
    {
        SeasonSoFar Learning(int times) => new(
            Today, 100_000, [.. Enumerable.Range(1, 30).Select(n => new SessionAhead($"sessions/{n}", Today.AddDays(3 * n), "poles/P1", 0))],
            [.. Enumerable.Range(0, times).SelectMany(_ => new[] { 1_000L, 5_000, 9_000 }).Select(c => new SessionLearnt("poles/P1", c))], times);
        var (few, many) = (EnvelopeForecast.Of(Learning(1)), EnvelopeForecast.Of(Learning(100)));
        Assert.True(few.HighBalanceCents - few.LowBalanceCents > many.HighBalanceCents - many.LowBalanceCents);
    }

    [Fact]
    public void Without_anything_to_learn_from_it_says_so()
    {
        var nothing = EnvelopeForecast.Of(new SeasonSoFar(Today, 100_000, [], [], 0));
        Assert.Equal(["NO_COST_KNOWN", "NO_SESSION_AHEAD"], nothing.Remarks);
        Assert.Equal((100_000, null), (nothing.ExpectedBalanceCents, nothing.Early));
        var convened = EnvelopeForecast.Of(new SeasonSoFar(Today, 100_000, [new SessionAhead("sessions/1", Today, "poles/P1", 27_000)], [], 0));
        Assert.Equal(["NO_SESSION_SETTLED"], convened.Remarks);
        Assert.Equal(27_000, convened.MeanCostCents);
        Assert.Equal(Today, EnvelopeForecast.Of(new SeasonSoFar(Today, 0, [], [], 0)).Early);
    }

    [Fact]
    public async Task The_sessions_planned_by_scheduling_and_the_habits_of_the_season_give_the_day()
    {
        var scene = await fixture.NewScene(new SceneSettings { EnvelopeCents = 60_000 });
        var person = await scene.NewPerson();
        await scene.Held(person);
        await scene.Held(person);
        var planned = Enumerable.Range(0, 12).Select(n => scene.NewSession(new DateOnly(2026, 10, 1).AddDays(7 * n))).ToList();
        foreach (var session in planned)
        {
            await Tell(scene, session, new SessionPlanned
            {
                Session = session.Name, Pole = session.Pole, Programme = scene.Programme, Date = session.Date.ToProto(),
                StartInstant = session.StartTime.ToProto(), EndInstant = session.EndTime.ToProto(),
            });
        }

        await Tell(scene, planned[10], new SessionCancelled { Session = planned[10].Name, Reason = "HOST" });
        await Tell(scene, planned[11], new SessionMoved
        {
            Session = planned[11].Name, Date = new DateOnly(2027, 1, 12).ToProto(), StartInstant = planned[11].StartTime.ToProto(), EndInstant = planned[11].EndTime.ToProto(),
        });

        var request = new ForecastEnvelopeRequest { Programme = scene.Programme, FiscalYear = 2026 };
        var forecast = await fixture.Reports().ForecastEnvelopeAsync(request, Tokens.As(Finance.Auditor, new DateTimeOffset(2026, 9, 25, 8, 0, 0, TimeSpan.Zero)));
        // 600.00 less two sessions at 135.00; ten sessions left in 2026, of which about one in six is cancelled.
        Assert.Equal((33_000L, 10, 2, 13_500L), (forecast.Available.ToCents(), forecast.SessionsAhead, forecast.SessionsLearnt, forecast.MeanSessionCost.ToCents()));
        Assert.Equal(2 / 13.0, forecast.CancellationRate, 6);
        Assert.Equal(planned[2].Date, forecast.EarlyDate.ToDate());
        Assert.InRange(forecast.MedianDate.ToDate()!.Value, planned[2].Date, planned[3].Date);
        Assert.InRange(forecast.ExhaustionProbability, 0.99, 1);
        Assert.Equal(forecast, await fixture.Reports().ForecastEnvelopeAsync(request, Tokens.As(Finance.Officer, new DateTimeOffset(2026, 9, 25, 9, 0, 0, TimeSpan.Zero))));
    }

    private static bool NotLater(Outlook one, Outlook other) =>
        Day(one.Early) <= Day(other.Early) && Day(one.Median) <= Day(other.Median) && Day(one.Late) <= Day(other.Late);

    private static DateOnly Day(DateOnly? day) => day ?? DateOnly.MaxValue;

    private static void Check(Func<SeasonSoFar, bool> property) =>
        Prop.ForAll(Season.ToArbitrary(), property).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    private Task Tell(Scene scene, SessionAt session, Google.Protobuf.IMessage said) =>
        scene.Fixture.Deliver("scheduling", said, session.Name, session.StartTime.AddDays(-30));
}
