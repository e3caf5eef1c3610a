using Intervision.Scheduling.V1;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Hosting;

namespace Intervision.Scheduling.Tests;

/// <summary>Scheduling on its own database, with an Intake to ask.</summary>
public class SchedulingFixture() : ServiceFixture<Program>("scheduling")
{
    public FakeIntake Intake { get; } = new();

    public SchedulingService.SchedulingServiceClient Scheduling => Client<SchedulingService.SchedulingServiceClient>();

    public SeasonService.SeasonServiceClient Seasons => Client<SeasonService.SeasonServiceClient>();

    protected virtual bool IntakeRuns => true;

    protected override void Configure(IWebHostBuilder builder)
    {
        builder.UseSetting("services:intake:grpc:0", Intake.Address);
        builder.UseSetting("Authentication:ServiceToken", Tokens.Mint(Tokens.Service("scheduling")));
        builder.UseSetting("Intake:Deadline", "00:00:03");
    }

    protected override async Task Prepare()
    {
        if (IntakeRuns)
        {
            await Intake.Start();
        }

        await Directory.Programmes(this);
    }
}
