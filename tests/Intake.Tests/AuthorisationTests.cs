using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Intervision.Intake.Tests.Library;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Intake.Tests;

/// <summary>Every RPC by every role. One person is référent, host coordinator or professional in turn; one case is theirs, the other is not.</summary>
public sealed class AuthorisationTests(TwoPoles intake) : AuthorisationCompliance(
    new AuthorisationTable(IntakeReflection.Descriptor.FindTypeByName<ServiceDescriptor>("IntakeService"), typeof(IntakeGrpcService)),
    "Intake", "`services/Intake`"), IClassFixture<TwoPoles>
{
    protected override CallInvoker Invoker => intake.Invoker;

    protected override Metadata HeadersOf(string role) => role switch
    {
        AuthorisationTable.Nobody => [],
        Roles.Cpts => IntakeFixture.At(IntakeFixture.Cpts, AlertSteps.January + 90),
        _ => IntakeFixture.At(new DevelopmentClaims(IntakeFixture.ReferentName, [role]) { Poles = ["poles/P12"], Rpps = "99700000039" }, AlertSteps.January + 90),
    };

    protected override Bounded BoundsOf(Cell cell) => cell.Rpc switch
    {
        "SubmitCase" => Deposits(cell.Role),
        "ListCases" or "ListLibraryProposals" or "WatchCases" or "ReportWork" or "ListDueFollowUps" or "ListFrozenIndicators" => new Bounded([Table.Request(cell.Rpc)], []),
        "ReportIndicators" => new Bounded([Table.Request(cell.Rpc, ("pole", "poles/P12"))], [.. Of(cell, "pole", "poles/P01", "poles/P404", "nonsense")]),
        "GetFrozenIndicators" => new Bounded(
            [Usual(cell.Rpc)], [.. Of(cell, "name", intake.OtherFrozen, intake.RegionFrozen, $"frozenIndicators/{Guid.CreateVersion7()}", "nonsense")]),
        "ListConsentAttestations" => new Bounded(
            [.. Of(cell, "requester", IntakeFixture.ReferentName, "")], [.. Of(cell, "requester", IntakeFixture.Doctor, "professionals/PER-404", "nonsense")]),
        "DraftAlert" => new Bounded([AlertSteps.Draft("poles/P12")], [AlertSteps.Draft("poles/P01"), AlertSteps.Draft("poles/P404"), AlertSteps.Draft("nonsense")]),
        "ListAlerts" => new Bounded([Table.Request(cell.Rpc)], []),
        var rpc when IsOfAlerts(rpc) => new Bounded(
            [Request(rpc, "name", cell.Role == Roles.Auditor ? intake.SentAlert.Name : intake.OwnAlert.Name)],
            [.. Of(cell, "name", intake.OtherAlert.Name, $"alerts/{Guid.CreateVersion7()}", "nonsense")]),
        _ when IsOfProposal(cell.Rpc) => new Bounded([Usual(cell.Rpc)], [.. Of(cell, "name", intake.OtherProposal, "libraryProposals/404", intake.Own.Name, "nonsense")]),
        _ => new Bounded([Usual(cell.Rpc)], [.. Of(cell, NameOf(cell.Rpc), intake.Other.Name, "cases/SIT-0000-0000", "nonsense")]),
    };

    protected override IMessage Usual(string rpc) =>
        IsOfProposal(rpc) ? Request(rpc, "name", intake.OwnProposal)
        : IsOfAlerts(rpc) ? Request(rpc, "name", intake.OwnAlert.Name)
        : rpc == "GetFrozenIndicators" ? Request(rpc, "name", intake.OwnFrozen)
        : Request(rpc, NameOf(rpc), intake.Own.Name);

    private static bool IsOfProposal(string rpc) => rpc is "ReviewLibraryCase" or "WithdrawLibraryProposal" or "ReadLibraryProposal";

    /// <summary>The same rule as of one case, as a set.</summary>
    [Fact]
    public async Task Lists_are_narrowed_to_what_is_theirs()
    {
        foreach (var role in new[] { Roles.Referent, Roles.HostCoordinator, Roles.Professional, Roles.Cpts })
        {
            var seen = (await intake.Intake.ListCasesAsync(new ListCasesRequest { PageSize = 1000 }, HeadersOf(role))).Cases;
            Assert.Contains(intake.Own.Name, seen.Select(c => c.Name));
            Assert.DoesNotContain(intake.Other.Name, seen.Select(c => c.Name));
        }
    }

    private bool IsOfAlerts(string rpc) =>
        rpc != "RepeatAlerts" && rpc.Contains("Alert", StringComparison.Ordinal);

    private IEnumerable<IMessage> Of(Cell cell, string field, params string[] values) =>
        values.Select(v => Request(cell.Rpc, field, v));

    private IMessage Request(string rpc, string field, string value) =>
        Table.Request(rpc, ("request_id", IntakeFixture.NewId()), ("duplicate_of", intake.Own.Name), (field, value));

    /// <summary>Reads of what belongs to a case name it as their parent.</summary>
    private string NameOf(string rpc) => Table.Request(rpc).Descriptor.FindFieldByName("case") is null ? "name" : "case";

    private static Bounded Deposits(string role) => role switch
    {
        Roles.Professional => Deposits(r => r.Requester = IntakeFixture.ReferentName, r => r.Requester = IntakeFixture.Doctor, r => r.Requester = "professionals/PER-404"),
        Roles.Cpts => Deposits(
            r => TwoPoles.By(r, IntakeFixture.CptsName, "62498"),
            r => TwoPoles.By(r, IntakeFixture.CptsName, "59350"),
            r => TwoPoles.By(r, IntakeFixture.OtherCptsName, "62498"),
            r => TwoPoles.By(r, "organisations/404", "62498")),
        _ => Deposits(r => r.Pole = "poles/P12", r => r.Pole = "poles/P01", r => r.Pole = "poles/P404"),
    };

    private static Bounded Deposits(Action<SubmitCaseRequest> inside, params Action<SubmitCaseRequest>[] outside) =>
        new([IntakeFixture.Request(inside)], [.. outside.Select(IntakeFixture.Request)]);
}

/// <summary>A case of the référent's own pôle, request and CPTS, and one that has nothing to do with them.</summary>
public sealed class TwoPoles : IntakeFixture
{
    public Case Own { get; private set; } = new();

    public Case Other { get; private set; } = new();

    /// <summary>For the library, of each of the two.</summary>
    public string OwnProposal { get; } = $"libraryProposals/{Guid.CreateVersion7(Start)}";

    public string OtherProposal { get; } = $"libraryProposals/{Guid.CreateVersion7(Start)}";

    /// <summary>Reports of the year before, frozen.</summary>
    public string OwnFrozen { get; private set; } = "";

    public string OtherFrozen { get; private set; } = "";

    public string RegionFrozen { get; private set; } = "";

    public Alert OwnAlert { get; private set; } = new();

    public Alert OtherAlert { get; private set; } = new();

    /// <summary>To the ARS.</summary>
    public Alert SentAlert { get; private set; } = new();

    public static void By(SubmitCaseRequest request, string cpts, string commune) =>
        (request.Channel, request.SubmittingOrganisation, request.Pole, request.Commune) = ("CPTS", cpts, "", commune);

    protected override async Task Prepare()
    {
        await base.Prepare();
        Own = await Accepted(r => Deposit(r, CptsName, "62498", ReferentName));
        Other = await Accepted(r => Deposit(r, OtherCptsName, "59350", SocialWorker));
        await this.Waiting(OwnProposal, Own);
        await this.Waiting(OtherProposal, Other);
        OwnFrozen = (await this.Frozen(2025, "poles/P12")).Frozen.Name;
        OtherFrozen = (await this.Frozen(2025, "poles/P01")).Frozen.Name;
        RegionFrozen = (await this.Frozen(2025, "")).Frozen.Name;
        OwnAlert = await this.Drafted("poles/P12");
        OtherAlert = await this.Drafted("poles/P01");
        SentAlert = await this.Transmitted(await this.Validated(await this.Drafted("poles/P12")));
    }

    private static void Deposit(SubmitCaseRequest request, string cpts, string commune, string requester)
    {
        By(request, cpts, commune);
        request.Requester = requester;
    }
}
