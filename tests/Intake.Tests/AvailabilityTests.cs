using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Intake.Tests;

/// <summary>Half days that are over when the request arrives: a CPTS's software may push it long after it was written.</summary>
public sealed class AvailabilityTests(IntakeFixture service) : IClassFixture<IntakeFixture>
{
    private static readonly DateOnly Day = new(2026, 10, 20);

    private IntakeService.IntakeServiceClient Intake => service.Intake;

    [Fact]
    public async Task Those_of_past_days_are_not_kept_and_the_depositor_is_told()
    {
        var request = Request(-2, -1, 0, 3);
        var first = await Deposit(request, At(Day, 14));
        var warning = Assert.Single(first.Warnings);
        Assert.Equal(("availabilities", "AVAILABILITY_PAST", "2 disponibilité(s) d'une date passée : non retenue(s)."), (warning.Field, warning.Reason, warning.Message));
        Assert.Equal(["2026-10-20/Noon", "2026-10-23/Noon"], await Kept(first.Case));
    }

    [Fact]
    public async Task A_request_whose_every_day_is_past_is_refused_and_nothing_is_stored()
    {
        var request = Request(-2, -1);
        var refused = await Refused.With(StatusCode.InvalidArgument, "AVAILABILITIES_PAST", () => Deposit(request, At(Day, 14)));
        Assert.Contains("date passée", refused.FrenchMessage(), StringComparison.Ordinal);
        request.Availabilities.Clear();
        Assert.Empty(await Kept((await Deposit(request, At(Day, 14))).Case));
    }

    /// <summary>The day is that of Paris: in October, it begins at 22:00Z.</summary>
    [Theory]
    [InlineData(21, 59, true)]
    [InlineData(22, 0, false)]
    public async Task A_day_is_past_at_midnight_in_Paris(int hour, int minute, bool accepted)
    {
        var deposit = Deposit(Request(0), new DateTimeOffset(Day, new TimeOnly(hour, minute), TimeSpan.Zero));
        if (accepted)
        {
            Assert.Equal(["2026-10-20/Noon"], await Kept((await deposit).Case));
        }
        else
        {
            await Refused.With(StatusCode.InvalidArgument, "AVAILABILITIES_PAST", () => deposit);
        }
    }

    /// <summary>Sent again because its answer was lost: what was right when it was deposited is that case.</summary>
    [Fact]
    public async Task The_same_deposit_again_when_its_days_are_past_is_the_same_case()
    {
        var request = Request(-1, 0);
        var first = await Deposit(request, At(Day, 8));
        Assert.Equal(first, await Deposit(request, At(Day.AddDays(9), 8)));
        request.RequestId = IntakeFixture.NewId();
        Assert.Equal(first, await Deposit(request, At(Day.AddDays(9), 8)));
    }

    [Fact]
    public async Task In_a_group_each_is_judged_on_its_own_day()
    {
        var deposits = Enumerable.Range(0, 40).Select(i => (Request: Request(0), Now: At(Day.AddDays(i % 2), 8))).ToList();
        var answers = await Task.WhenAll(deposits.Select(async d =>
        {
            try
            {
                return (await Deposit(d.Request, d.Now)).Case.State.ToString();
            }
            catch (RpcException e)
            {
                return e.Reason();
            }
        }));
        Assert.Equal(deposits.Select(d => Paris.DateOf(d.Now) == Day ? "Submitted" : "AVAILABILITIES_PAST"), answers);
    }

    private AsyncUnaryCall<SubmitCaseResponse> Deposit(SubmitCaseRequest request, DateTimeOffset now) => Intake.SubmitCaseAsync(request, Tokens.As(IntakeFixture.Coordinator, now));

    private static DateTimeOffset At(DateOnly day, int hour) => new(day, new TimeOnly(hour, 0), TimeSpan.Zero);

    private static SubmitCaseRequest Request(params int[] days) => IntakeFixture.Request(r =>
    {
        r.Availabilities.Clear();
        r.Availabilities.Add(days.Select(d => new Availability { Date = Day.AddDays(d).ToProto(), HalfDay = Availability.Types.HalfDay.Noon }));
    });

    private Task<string[]> Kept(Case of) => service.Db.Read(
        tx => tx.Single<string[]>("select availabilities from cases where 'cases/' || code = @Name", new { of.Name }), CancellationToken.None);
}
