using Grpc.Core;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests;

/// <summary>Who is paid through whom changes over time; the payee of the day of the session is paid.</summary>
public sealed class PayeeLinkTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    private static readonly Metadata Officer = Tokens.As(Finance.Officer, Scene.Later);
    private static readonly DateOnly Moved = new(2026, 10, 1);

    private PayeeService.PayeeServiceClient Payees => fixture.Payees;

    [Fact]
    public async Task The_payee_of_the_day_of_the_session_is_paid_whenever_the_sheet_comes()
    {
        var scene = await fixture.NewScene();
        var (person, newcomer) = (await scene.NewPerson("21"), await scene.NewPerson("21"));
        var removal = new RemovePayeeProfessionalRequest
        {
            RequestId = Scene.NewId(), Name = person.Payee, Professional = person.Name, UntilDate = Moved.ToProto(), Etag = await EtagOf(person.Payee),
        };
        await Verb.OnlyFor(
            (RemovePayeeProfessionalRequest r, Metadata m) => Payees.RemovePayeeProfessionalAsync(r, m), [Roles.FinanceOfficer], removal, new RemovePayeeProfessionalRequest(removal) { Name = "payees/ABSENT" });
        var removed = (await Verb.Once(r => Payees.RemovePayeeProfessionalAsync(r, Officer), removal, r => r.UntilDate.Day++)).Record;
        Assert.Equal(Moved.ToProto(), Assert.Single(removed.Professionals).UntilDate);
        Assert.Empty(removed.Payee.Professionals);

        var addition = new AddPayeeProfessionalRequest
        {
            RequestId = Scene.NewId(), Name = newcomer.Payee, Professional = person.Name, FromDate = Moved.ToProto(), Etag = await EtagOf(newcomer.Payee),
        };
        await Verb.OnlyFor(
            (AddPayeeProfessionalRequest r, Metadata m) => Payees.AddPayeeProfessionalAsync(r, m), [Roles.FinanceOfficer], addition, new AddPayeeProfessionalRequest(addition) { Name = "payees/ABSENT" });
        var added = (await Verb.Once(r => Payees.AddPayeeProfessionalAsync(r, Officer), addition, r => r.FromDate.Day++)).Record;
        Assert.Equal(new[] { newcomer.Name, person.Name }.Order(StringComparer.Ordinal), added.Payee.Professionals);

        Assert.Equal(person.Payee, await PaidTo(scene, person, Moved.AddDays(-1)));
        Assert.Equal(newcomer.Payee, await PaidTo(scene, person, Moved));
    }

    [Fact]
    public async Task Nobody_has_two_payees_on_one_day()
    {
        var scene = await fixture.NewScene();
        var (person, other) = (await scene.NewPerson(), await scene.NewPerson());
        await Refused.With(StatusCode.FailedPrecondition, "PROFESSIONAL_HAS_PAYEE", () => Payees.AddPayeeProfessionalAsync(
            new AddPayeeProfessionalRequest { RequestId = Scene.NewId(), Name = other.Payee, Professional = person.Name, FromDate = Moved.ToProto(), Etag = "v1" }, Officer));
        await Refused.With(StatusCode.FailedPrecondition, "PROFESSIONAL_NOT_LINKED", () => Payees.RemovePayeeProfessionalAsync(
            new RemovePayeeProfessionalRequest { RequestId = Scene.NewId(), Name = other.Payee, Professional = person.Name, UntilDate = Moved.ToProto(), Etag = "v1" }, Officer));
        await Refused.With(StatusCode.Aborted, "ETAG_MISMATCH", () => Payees.RemovePayeeProfessionalAsync(
            new RemovePayeeProfessionalRequest { RequestId = Scene.NewId(), Name = other.Payee, Professional = other.Name, UntilDate = Moved.ToProto(), Etag = "v7" }, Officer));
        await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => Payees.GetPayeeAsync(new GetPayeeRequest { Name = "payees/ABSENT" }, Officer));
    }

    [Fact]
    public async Task A_line_that_waited_is_calculated_when_somebody_joins_a_payee()
    {
        var scene = await fixture.NewScene();
        var (person, other) = (await scene.NewPerson(payee: false), await scene.NewPerson());
        var (early, late) = (scene.NewSession(Moved.AddDays(-1)), scene.NewSession(Moved));
        await scene.Certify(early, person.Present(early, 80));
        await scene.Certify(late, person.Present(late, 80));
        await Payees.AddPayeeProfessionalAsync(
            new AddPayeeProfessionalRequest { RequestId = Scene.NewId(), Name = other.Payee, Professional = person.Name, FromDate = Moved.ToProto(), Etag = "v1" }, Officer);
        Assert.Equal("PAYEE_MISSING", Assert.Single(await scene.LinesOf(early)).Reason);
        Assert.Equal((LineState.Calculated, other.Payee), Assert.Single((await scene.LinesOf(late)).Select(l => (l.State, l.Payee))));
    }

    private static async Task<string> PaidTo(Scene scene, Person person, DateOnly date)
    {
        var session = scene.NewSession(date);
        await scene.Certify(session, person.Present(session, 80));
        return Assert.Single(await scene.LinesOf(session)).Payee;
    }

    private async Task<string> EtagOf(string payee) => (await Payees.GetPayeeAsync(new GetPayeeRequest { Name = payee }, Officer)).Record.Payee.Etag;
}
