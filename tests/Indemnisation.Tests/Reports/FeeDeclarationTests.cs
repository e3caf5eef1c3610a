using Grpc.Core;
using Intervision.Indemnisation.Reports.Tax;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests.Reports;

/// <summary>DAS2: who was paid more than the threshold of a calendar year.</summary>
public sealed class FeeDeclarationTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    private const string Siret = "99900011000018";

    [Theory]
    [InlineData(2007, 600)]
    [InlineData(2013, 600)]
    [InlineData(2014, 1200)]
    [InlineData(2023, 1200)]
    [InlineData(2024, 2400)]
    [InlineData(2026, 2400)]
    public void The_threshold_is_that_of_the_year_of_payment(int year, int euros) => Assert.Equal(euros * 100, DeclarationThreshold.Of(year));

    /// <summary>
    /// Eighteen sessions at 135.00 are 2,430.00: declared. Seventeen and a pharmacist's 105.00 are 2,400.00: not. Two payees of
    /// one SIRET are one beneficiary. What the bank rejected was not paid.
    /// </summary>
    [Fact]
    public async Task Who_was_paid_more_is_declared_and_who_was_paid_as_much_is_not()
    {
        var scene = await fixture.NewScene();
        var above = await PayeeOf(scene, "", await scene.NewPerson(payee: false));
        var (doctor, pharmacist) = (await scene.NewPerson(payee: false), await scene.NewPerson("21", payee: false));
        var equal = await PayeeOf(scene, "", doctor, pharmacist);
        var (half, otherHalf) = (await scene.NewPerson(payee: false), await scene.NewPerson(payee: false));
        var first = await PayeeOf(scene, Siret, half);
        var second = await PayeeOf(scene, Siret, otherHalf);
        var rejected = await scene.NewPerson();
        for (var n = 0; n < 18; n++)
        {
            var session = scene.NewSession();
            await scene.Certify(
                session, above.Present(session, 80), n < 17 ? doctor.Present(session, 80) : pharmacist.Present(session, 80), rejected.Present(session, 80),
                half.Present(session, 80, kilometres: n == 0 ? 34 : 0), otherHalf.Present(session, 80));
            await scene.Approve(await scene.LinesOf(session));
        }

        var run = await scene.ReleasedRun();
        await Reject(run.Payments.Single(p => p.Payee == rejected.Payee));

        var file = await fixture.FeeDeclaration(2026);
        Assert.Equal("das2-2026.csv", file.Name);
        var rows = file.Rows.ToDictionary(r => r["Bénéficiaires"]);
        Assert.Equal(2, rows.Count);
        var person = rows[above.Payee["payees/".Length..]];
        Assert.Equal(
            ("2430,00", "0,00", "2430,00", "2430,00", "2400,00", "SIRET à compléter"),
            (person["Honoraires"], person["Indemnités et remboursements"], person["Total TTC"], person["Dont sans retour de la banque"], person["Seuil"], person["Observation"]));
        var practice = rows[$"{first.Payee["payees/".Length..]} {second.Payee["payees/".Length..]}"];
        Assert.Equal((Siret, "4860,00", "8,40", "4868,40", ""), (practice["SIRET"], practice["Honoraires"], practice["Indemnités et remboursements"], practice["Total TTC"], practice["Observation"]));
        Assert.DoesNotContain(equal.Payee["payees/".Length..], file.Text, StringComparison.Ordinal);

        // By year of payment, not of the sessions.
        Assert.Empty((await fixture.FeeDeclaration(2025)).Rows);
        Assert.Empty((await fixture.FeeDeclaration(2027)).Rows);
    }

    /// <summary>Half a year on one payee, half on another, each below the threshold; whatever SIRET one of them has is the person's.</summary>
    [Fact]
    public async Task Who_changed_payee_within_the_year_is_declared_once()
    {
        await using var own = new IndemnisationFixture();
        await own.InitializeAsync();
        var scene = await own.NewScene();
        var (person, independent) = (await scene.NewPerson(), await scene.NewPerson());
        var later = await PayeeOf(scene, "", await scene.NewPerson(payee: false));
        var registered = await PayeeOf(scene, Siret, Payee.Types.Kind.Person, await scene.NewPerson(payee: false));
        var moved = new DateOnly(2026, 10, 1);
        await Move(scene, person, later, moved);
        await Move(scene, independent, registered, moved);
        for (var n = -9; n < 10; n++)
        {
            var session = scene.NewSession(moved.AddDays(n));
            await scene.Certify(session, person.Present(session, 80), independent.Present(session, 80, kilometres: 34));
            await scene.Approve(await scene.LinesOf(session));
        }

        var run = await scene.ReleasedRun();
        Assert.Equal(4, run.Payments.Count);
        Assert.All(run.Payments, p => Assert.InRange(p.Amount.ToCents()!.Value, 1, DeclarationThreshold.Of(2026)));
        var rows = (await own.FeeDeclaration(2026)).Rows;
        Assert.Equal(2, rows.Count);
        Assert.Equal(run.Total.ToCents(), rows.Sum(r => Exported.Cents(r["Total TTC"])));
        Assert.Equal(run.Total.ToCents(), rows.Sum(r => Exported.Cents(r["Honoraires"]) + Exported.Cents(r["Indemnités et remboursements"])));
        Assert.Equal(
            [("", Both(person, later), "2565,00", "SIRET à compléter"), (Siret, Both(independent, registered), "2724,60", "")],
            rows.Select(r => (r["SIRET"], r["Bénéficiaires"], r["Total TTC"], r["Observation"])).Order());
    }

    [Fact]
    public async Task Years_without_a_threshold_and_auditors_are_refused()
    {
        await Exports.Refuses(StatusCode.InvalidArgument, "YEAR_INVALID", () => fixture.FeeDeclaration(2006));
        await Exports.Refuses(StatusCode.InvalidArgument, "YEAR_INVALID", () => fixture.FeeDeclaration(0));
        await Exports.Refuses(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => fixture.FeeDeclaration(2026, Finance.Auditor));
    }

    private static string Both(Person one, Person other) =>
        string.Join(' ', new[] { one, other }.Select(p => p.Payee["payees/".Length..]).Order(StringComparer.Ordinal));

    /// <summary>Long before: nothing is held any more when the run is proposed.</summary>
    private static async Task Move(Scene scene, Person person, Person to, DateOnly from)
    {
        await scene.Payees.RemovePayeeProfessionalAsync(
            new RemovePayeeProfessionalRequest { RequestId = Scene.NewId(), Name = person.Payee, Professional = person.Name, UntilDate = from.ToProto(), Etag = "v1" },
            Tokens.As(Finance.Officer, Scene.Start));
        await scene.Payees.AddPayeeProfessionalAsync(
            new AddPayeeProfessionalRequest { RequestId = Scene.NewId(), Name = to.Payee, Professional = person.Name, FromDate = from.ToProto(), Etag = "v1" },
            Tokens.As(Tokens.Of(Roles.FinanceOfficer, "colleague@finance"), Scene.Start));
    }

    private static Task<Person> PayeeOf(Scene scene, string siret, params Person[] people) =>
        PayeeOf(scene, siret, siret.Length == 0 ? Payee.Types.Kind.Person : Payee.Types.Kind.Sel, people);

    private static async Task<Person> PayeeOf(Scene scene, string siret, Payee.Types.Kind kind, params Person[] people)
    {
        var payee = Scene.PayeeOf(people[0]);
        payee.Professionals.Add(people.Skip(1).Select(p => p.Name));
        payee.Siret = siret;
        payee.Kind = kind;
        await scene.Service.CreatePayeeAsync(new CreatePayeeRequest { RequestId = Scene.NewId(), Payee = payee }, Tokens.As(Finance.Officer, Scene.Start));
        return people[0];
    }

    private Task Reject(Payment payment) => fixture.Db.InTransaction(
        tx => tx.Execute(
            "insert into payment_told (payment_id, state, reason, outcome_time) values (@id, 7, 'AC04', '2026-12-08')",
            new { id = Guid.Parse(payment.Name["payments/".Length..]) }),
        CancellationToken.None);
}
