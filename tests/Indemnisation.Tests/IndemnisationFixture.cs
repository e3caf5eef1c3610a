using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Hosting;

namespace Intervision.Indemnisation.Tests;

/// <summary>The service on its own database, with a payment folder of its own.</summary>
public class IndemnisationFixture() : ServiceFixture<Program>("indemnisation"), IAsyncDisposable
{
    /// <summary>The largest file of the bank that is taken.</summary>
    public const int BankFileMegabytes = 4;

    private int scenes;

    public string PaymentFolder { get; } = System.IO.Directory.CreateTempSubdirectory("intervision-payments-").FullName;

    public IndemnisationService.IndemnisationServiceClient Service => Client<IndemnisationService.IndemnisationServiceClient>();

    public BankService.BankServiceClient Bank => Client<BankService.BankServiceClient>();

    public PayeeService.PayeeServiceClient Payees => Client<PayeeService.PayeeServiceClient>();

    /// <summary>A programme, a grid, an envelope and people of its own: tests of one class do not see each other.</summary>
    public async Task<Scene> NewScene(SceneSettings? settings = null)
    {
        var scene = new Scene(this, Interlocked.Increment(ref scenes), settings ?? new SceneSettings());
        await scene.Prepare();
        return scene;
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        System.IO.Directory.Delete(PaymentFolder, recursive: true);
    }

    protected override void Configure(IWebHostBuilder builder) => builder
        .UseSetting("Indemnisation:PaymentFolder", PaymentFolder)
        .UseSetting("Indemnisation:BankFileMegabytes", $"{BankFileMegabytes}");
}

/// <summary>The people of finance.</summary>
public static class Finance
{
    public static DevelopmentClaims Officer { get; } = Tokens.Of(Roles.FinanceOfficer, "officer@finance");

    public static DevelopmentClaims Approver { get; } = Tokens.Of(Roles.FinanceApprover, "approver@finance");

    public static DevelopmentClaims Releaser { get; } = Tokens.Of(Roles.FinanceReleaser, "releaser@finance");

    public static DevelopmentClaims Auditor { get; } = Tokens.Of(Roles.Auditor, "ars@auditor");

    /// <summary>Everybody who has no business here.</summary>
    public static IReadOnlyList<DevelopmentClaims> Strangers { get; } =
    [
        Tokens.Coordinator(), Tokens.Referent("professionals/PER-R", "poles/P12"), Tokens.HostCoordinator("host@x", "poles/P12"),
        Tokens.Cpts("organisations/CPTS-1"), Tokens.Service("scheduling"),
    ];
}

/// <summary>What a scene has from the start.</summary>
public sealed record SceneSettings
{
    public bool WithProgramme { get; init; } = true;

    public bool Indemnified { get; init; } = true;

    public bool WithGrid { get; init; } = true;

    public bool WithEnvelope { get; init; } = true;

    public long EnvelopeCents { get; init; } = 100_000_00;

    public int WarningPercent { get; init; } = 80;
}
