using Grpc.Core;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests;

/// <summary>Rate grids, payees, envelopes, the debtor.</summary>
public sealed class ReferenceVerbTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    private static readonly Metadata Officer = Tokens.As(Finance.Officer, Scene.Start);
    private static readonly Metadata Approver = Tokens.As(Finance.Approver, Scene.Start);

    private IndemnisationService.IndemnisationServiceClient Service => fixture.Service;

    [Fact]
    public async Task A_grid_is_published_once_and_never_changes()
    {
        var request = GridRequest("rateGrids/ONCE", "programmes/ONCE");
        var published = await Verb.Once(r => Service.PublishRateGridAsync(r, Officer), request, r => r.RateGrid.Rates[0].AmountCents++);
        Assert.Equal(request.RateGrid, published.RateGrid);

        request.RequestId = Scene.NewId();
        Assert.Equal(published, await Service.PublishRateGridAsync(request, Officer));
        request.RequestId = Scene.NewId();
        request.RateGrid.Rates[0].AmountCents++;
        await Refused.With(StatusCode.AlreadyExists, "RATE_GRID_EXISTS", () => Service.PublishRateGridAsync(request, Officer));
        await Verb.OnlyFor((PublishRateGridRequest r, Metadata m) => Service.PublishRateGridAsync(r, m), [Roles.FinanceOfficer], request, GridRequest("rateGrids/NONE", "programmes/N"));
    }

    [Fact]
    public async Task Two_grids_may_follow_each_other_but_not_overlap()
    {
        var first = GridRequest("rateGrids/OVER-1", "programmes/OVER");
        await Service.PublishRateGridAsync(first, Officer);
        var overlapping = GridRequest("rateGrids/OVER-2", "programmes/OVER");
        overlapping.RateGrid.ValidFromDate = new DateOnly(2026, 12, 31).ToProto();
        overlapping.RateGrid.ValidUntilDate = new DateOnly(2028, 1, 1).ToProto();
        await Refused.With(StatusCode.FailedPrecondition, "RATE_GRID_OVERLAP", () => Service.PublishRateGridAsync(overlapping, Officer));

        overlapping.RateGrid.ValidFromDate = new DateOnly(2027, 1, 1).ToProto();
        await Service.PublishRateGridAsync(overlapping, Officer);
        var page = await Service.ListRateGridsAsync(new ListRateGridsRequest { Programme = "programmes/OVER", PageSize = 1 }, Tokens.As(Finance.Auditor));
        Assert.Equal("rateGrids/OVER-1", Assert.Single(page.RateGrids).Name);
        var next = await Service.ListRateGridsAsync(
            new ListRateGridsRequest { Programme = "programmes/OVER", PageSize = 1, PageToken = page.NextPageToken }, Tokens.As(Finance.Auditor));
        Assert.Equal(overlapping.RateGrid, Assert.Single(next.RateGrids));
        Assert.Empty(next.NextPageToken);
        await Refused.With(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => Service.ListRateGridsAsync(
            new ListRateGridsRequest { Programme = "programmes/OTHER", PageToken = page.NextPageToken }, Tokens.As(Finance.Auditor)));
    }

    [Fact]
    public async Task The_same_key_twice_in_one_grid_is_an_overlap()
    {
        var request = GridRequest("rateGrids/TWICE", "programmes/TWICE");
        request.RateGrid.Rates.Add(request.RateGrid.Rates[0].Clone());
        await Refused.With(StatusCode.FailedPrecondition, "RATE_GRID_OVERLAP", () => Service.PublishRateGridAsync(request, Officer));
    }

    public static TheoryData<string, Action<RateGrid>> BrokenGrids => new()
    {
        { "NAME_INVALID", g => g.Name = "grids/1" },
        { "PROGRAMME_INVALID", g => g.Programme = "ADDICTIONS" },
        { "DATE_INVALID", g => g.ValidFromDate.Month = 13 },
        { "PERIOD_INVALID", g => g.ValidUntilDate = g.ValidFromDate },
        { "RATES_COUNT_INVALID", g => g.Rates.Clear() },
        { "PROFESSION_INVALID", g => g.Rates[0].ProfessionTable = "" },
        { "COMPONENT_INVALID", g => g.Rates[0].Component = Component.Unspecified },
        { "UNIT_INVALID", g => g.Rates[0].Unit = RateUnit.Kilometre },
        { "AMOUNT_INVALID", g => g.Rates[0].AmountCents = -1 },
        { "LIMIT_INVALID", g => g.Rates[0].MinimumMinutes = -5 },
    };

    [Theory]
    [MemberData(nameof(BrokenGrids))]
    public async Task A_broken_grid_is_refused_with_its_reason(string reason, Action<RateGrid> breakIt)
    {
        var request = GridRequest("rateGrids/BROKEN", "programmes/BROKEN");
        breakIt(request.RateGrid);
        await Refused.With(StatusCode.InvalidArgument, reason, () => Service.PublishRateGridAsync(request, Officer));
    }

    [Fact]
    public async Task A_payee_is_created_once_and_its_iban_is_never_shown()
    {
        var request = PayeeRequest(9001);
        var created = await Verb.Once(r => Service.CreatePayeeAsync(r, Officer), request, r => r.Payee.HolderName += "x");
        Assert.Equal(("FR", request.Payee.Iban[^4..]), (created.Payee.Iban[..2], created.Payee.Iban[^4..]));
        Assert.Contains(" … ", created.Payee.Iban, StringComparison.Ordinal);

        request.RequestId = Scene.NewId();
        Assert.Equal(created, await Service.CreatePayeeAsync(request, Officer));
        await Verb.OnlyFor((CreatePayeeRequest r, Metadata m) => Service.CreatePayeeAsync(r, m), [Roles.FinanceOfficer], request, PayeeRequest(9002));
        await Verb.OnlyFor(
            (ListPayeesRequest r, Metadata m) => Service.ListPayeesAsync(r, m),
            [Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser], new ListPayeesRequest());
        var listed = (await Service.ListPayeesAsync(new ListPayeesRequest { PageSize = 1000 }, Tokens.As(Finance.Releaser))).Payees;
        Assert.Contains(created.Payee, listed);
        Assert.All(listed, p => Assert.DoesNotContain(request.Payee.Iban, p.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_known_payee_does_not_change_by_being_created_again()
    {
        var request = PayeeRequest(9101);
        await Service.CreatePayeeAsync(request, Officer);
        request.RequestId = Scene.NewId();
        request.Payee.Iban = SampleIban.Of(9199);
        await Refused.With(StatusCode.FailedPrecondition, "IBAN_CHANGE_NEEDS_TWO_PEOPLE", () => Service.CreatePayeeAsync(request, Officer));
        request.Payee.Iban = SampleIban.Of(9101);
        request.Payee.HolderName = "Autre titulaire";
        await Refused.With(StatusCode.AlreadyExists, "PAYEE_EXISTS", () => Service.CreatePayeeAsync(request, Officer));

        var rival = PayeeRequest(9102);
        rival.Payee.Professionals[0] = request.Payee.Professionals[0];
        await Refused.With(StatusCode.FailedPrecondition, "PROFESSIONAL_HAS_PAYEE", () => Service.CreatePayeeAsync(rival, Officer));
    }

    public static TheoryData<string, Action<Payee>> BrokenPayees => new()
    {
        { "NAME_INVALID", p => p.Name = "payees/" },
        { "KIND_INVALID", p => p.Kind = Payee.Types.Kind.Unspecified },
        { "HOLDER_NAME_INVALID", p => p.HolderName = " " },
        { "SIRET_INVALID", p => p.Siret = "99900012800011" },
        { "SIRET_INVALID", p => p.Kind = Payee.Types.Kind.Pharmacy },
        { "IBAN_INVALID", p => p.Iban = "FR4999999000021234567890138" },
        { "BIC_INVALID", p => p.Bic = "ABCDFR2" },
        { "PROFESSIONALS_INVALID", p => p.Professionals.Clear() },
        { "PROFESSIONALS_INVALID", p => p.Professionals[0] = "PER-1" },
    };

    [Theory]
    [MemberData(nameof(BrokenPayees))]
    public async Task A_broken_payee_is_refused_with_its_reason(string reason, Action<Payee> breakIt)
    {
        var request = PayeeRequest(9301);
        breakIt(request.Payee);
        await Refused.With(StatusCode.InvalidArgument, reason, () => Service.CreatePayeeAsync(request, Officer));
    }

    [Fact]
    public async Task An_envelope_is_set_and_raised_but_not_under_what_is_calculated()
    {
        var scene = await fixture.NewScene(new SceneSettings { WithEnvelope = false });
        var request = new PutEnvelopeRequest { RequestId = Scene.NewId(), Envelope = scene.EnvelopeOf(20_000) };
        await Verb.Once(r => Service.PutEnvelopeAsync(r, Approver), request, r => r.Envelope.WarningPercent--);
        await scene.Held(await scene.NewPerson());
        await Refused.With(StatusCode.FailedPrecondition, "ENVELOPE_BELOW_CALCULATED", () => Service.PutEnvelopeAsync(
            new PutEnvelopeRequest { RequestId = Scene.NewId(), Envelope = scene.EnvelopeOf(13_499) }, Approver));
        Assert.Equal(0, (await scene.PutEnvelope(13_500)).Remaining.ToCents());

        var other = scene.EnvelopeOf(20_000);
        (other.FundingCode, other.Name) = ("AUTRE", other.Name.Replace("FIR-ITV", "AUTRE", StringComparison.Ordinal));
        await Refused.With(StatusCode.AlreadyExists, "ENVELOPE_EXISTS", () => Service.PutEnvelopeAsync(
            new PutEnvelopeRequest { RequestId = Scene.NewId(), Envelope = other }, Approver));
        await Refused.With(StatusCode.FailedPrecondition, "CLOCK_BEFORE_LAST_CHANGE", () => Service.PutEnvelopeAsync(
            new PutEnvelopeRequest { RequestId = Scene.NewId(), Envelope = scene.EnvelopeOf(30_000) }, Tokens.As(Finance.Approver, Scene.Start.AddDays(-1))));
        await Verb.OnlyFor((PutEnvelopeRequest r, Metadata m) => Service.PutEnvelopeAsync(r, m), [Roles.FinanceApprover], request);
        await Verb.OnlyFor(
            (ListEnvelopesRequest r, Metadata m) => Service.ListEnvelopesAsync(r, m),
            [Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser, Roles.Auditor], new ListEnvelopesRequest());
    }

    [Fact]
    public async Task Thresholds_are_said_once_each()
    {
        var scene = await fixture.NewScene(new SceneSettings { EnvelopeCents = 40_500 });
        var person = await scene.NewPerson();
        await scene.Held(person);
        await scene.Held(person);
        Assert.Empty(await fixture.Said(scene.EnvelopeName));
        await scene.Held(person);
        var said = (await fixture.Said(scene.EnvelopeName)).Select(e => e.As<Events.V1.EnvelopeThresholdReached>()).ToList();
        Assert.Equal([(80, 40_500L), (100, 40_500L)], said.Select(e => (e.Percent, e.EngagedCents)));
        var line = Assert.Single(await scene.Held(person));
        Assert.Equal((LineState.Calculated, 0L, "CAP_ENVELOPE"), (line.State, line.Amount.ToCents()!.Value, line.Reason));
        Assert.Equal(2, (await fixture.Said(scene.EnvelopeName)).Count);
    }

    public static TheoryData<string, Action<Envelope>> BrokenEnvelopes => new()
    {
        { "NAME_INVALID", e => e.Name += "X" },
        { "AMOUNT_INVALID", e => e.Amount.CurrencyCode = "USD" },
        { "AMOUNT_INVALID", e => e.Amount.Nanos = 1 },
        { "PERCENT_INVALID", e => e.WarningPercent = 101 },
    };

    [Theory]
    [MemberData(nameof(BrokenEnvelopes))]
    public async Task A_broken_envelope_is_refused_with_its_reason(string reason, Action<Envelope> breakIt)
    {
        var envelope = new Scene(fixture, 999, new SceneSettings()).EnvelopeOf(10_000);
        breakIt(envelope);
        await Refused.With(StatusCode.InvalidArgument, reason, () => Service.PutEnvelopeAsync(
            new PutEnvelopeRequest { RequestId = Scene.NewId(), Envelope = envelope }, Approver));
    }

    [Fact]
    public async Task The_debtor_is_French_and_masked()
    {
        var request = new PutDebtorRequest { RequestId = Scene.NewId(), HolderName = "Association", Iban = "FR76 9999 9000 6200 0009 9999 992", Bic = "" };
        var stored = await Verb.Once(r => Service.PutDebtorAsync(r, Approver), request, r => r.HolderName = "Autre");
        Assert.Equal("FR76 … 9992", stored.Iban);
        await Refused.With(StatusCode.InvalidArgument, "IBAN_INVALID", () => Service.PutDebtorAsync(
            new PutDebtorRequest { RequestId = Scene.NewId(), HolderName = "A", Iban = "BE68539007547034" }, Approver));
        await Verb.OnlyFor((PutDebtorRequest r, Metadata m) => Service.PutDebtorAsync(r, m), [Roles.FinanceApprover], request);
    }

    private static PublishRateGridRequest GridRequest(string name, string programme) =>
        new() { RequestId = Scene.NewId(), RateGrid = Scene.Grid(name, programme) };

    private static CreatePayeeRequest PayeeRequest(int n) => new()
    {
        RequestId = Scene.NewId(),
        Payee = Scene.PayeeOf(new Person($"professionals/PER-V{n}", "", "10", $"payees/PAY-V{n}", SampleIban.Of(n))),
    };
}
