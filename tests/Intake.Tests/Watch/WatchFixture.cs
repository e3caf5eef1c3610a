using Intervision.Intake.V1;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Case = Intervision.Intake.V1.Case;

namespace Intervision.Intake.Tests.Watch;

/// <summary>Intake with quick heartbeats and few places; each test has a CPTS of its own.</summary>
public class WatchFixture : IntakeFixture
{
    private int cptses;

    /// <summary>A CPTS of P12's territory that nobody deposited for yet.</summary>
    public async Task<DevelopmentClaims> NewCpts()
    {
        var name = $"organisations/{Interlocked.Increment(ref cptses):00000000000000}";
        var organisation = new Organisation { Name = name, Kind = "CPTS", TerritoryCommunes = { "62498" } };
        await Deliver("membership", new OrganisationChanged { Organisation = organisation }, name, Start);
        return Tokens.Cpts(name);
    }

    /// <summary>As the coordination sees it.</summary>
    public async Task<Case> Deposited(DevelopmentClaims cpts)
    {
        var deposit = Request(r => (r.Channel, r.SubmittingOrganisation) = ("CPTS", cpts.Cpts!));
        return await Get((await Intake.SubmitCaseAsync(deposit, At(cpts))).Case.Name);
    }

    public async Task<Case> Taken(Case found) => (await Intake.TakeCaseAsync(
        new TakeCaseRequest { RequestId = NewId(), Name = found.Name, Etag = found.Etag }, At(Coordinator, 1))).Case;

    public async Task<Case> Rejected(Case found) => (await Intake.RejectCaseAsync(
        new RejectCaseRequest { RequestId = NewId(), Name = found.Name, Etag = found.Etag, Reason = "AUTRE" }, At(Coordinator, 2))).Case;

    protected override void Configure(IWebHostBuilder builder)
    {
        base.Configure(builder);
        builder.UseSetting("Intake:Watch:Every", "00:00:00.020");
        builder.UseSetting("Intake:Watch:Heartbeat", "00:00:00.500");
        builder.UseSetting("Intake:Watch:StreamsPerCaller", "3");
    }
}
