using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Indemnisation.Tests;

/// <summary>Another SIRET or contact: who was warned of account changes hears of it, and nobody changes it while an account changes.</summary>
public sealed class PayeeUpdateTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    private const string Siret = "99900011000018";
    private static readonly DateTimeOffset Now = Scene.Later;
    private static readonly Metadata Officer = Tokens.As(Finance.Officer, Now);
    private static readonly string Other = SampleIban.Of(777_777);

    private PayeeService.PayeeServiceClient Payees => fixture.Payees;

    [Fact]
    public async Task Siret_and_contact_change_and_the_contact_of_before_is_told()
    {
        var (_, payee) = await Known();
        var request = RequestOf(payee, contact: $"nouveau.{payee.Contact}", siret: "999 000 110 00018");
        var updated = (await Verb.Once(r => Payees.UpdatePayeeAsync(r, Officer), request, r => r.Payee.Contact = "autre@example.org")).Record.Payee;
        Assert.Equal(new Payee(payee) { Siret = Siret, Contact = $"nouveau.{payee.Contact}", Etag = "v2" }, updated);
        Assert.Contains("une autre adresse", Assert.Single(await LettersTo(payee.Contact)), StringComparison.Ordinal);
        Assert.Empty(await LettersTo(updated.Contact));
        Assert.Equal(
            (1, "", payee.Contact, Finance.Officer.Subject),
            await fixture.Db.Read(
                tx => tx.Single<(int, string, string, string)>("select version, siret_before, contact_before, updater from payee_update where payee = @Name", new { payee.Name }),
                CancellationToken.None));

        // From now on the other one is warned.
        await Propose(updated);
        Assert.Single(await LettersTo(payee.Contact));
        Assert.Contains("a été demandé", Assert.Single(await LettersTo(updated.Contact)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mask_says_which_and_what_changes_nothing_leaves_the_version()
    {
        var (_, payee) = await Known();
        var siret = RequestOf(payee, contact: "autre@example.org", siret: Siret, mask: ["siret"]);
        var updated = (await Payees.UpdatePayeeAsync(siret, Officer)).Record.Payee;
        Assert.Equal((Siret, payee.Contact), (updated.Siret, updated.Contact));
        Assert.Empty(await LettersTo(payee.Contact));
        Assert.Equal(updated, (await Payees.UpdatePayeeAsync(RequestOf(updated, updated.Contact, Siret), Officer)).Record.Payee);
        Assert.Equal(updated, (await Payees.UpdatePayeeAsync(new UpdatePayeeRequest { RequestId = Scene.NewId(), Payee = updated }, Officer)).Record.Payee);
        // A person may have none.
        Assert.Equal("", (await Payees.UpdatePayeeAsync(RequestOf(updated, "", "", ["siret"]), Officer)).Record.Payee.Siret);
    }

    [Fact]
    public async Task A_payee_without_a_contact_gets_one()
    {
        var scene = await fixture.NewScene();
        var person = await scene.NewPerson();
        var payee = await Read(person.Payee);
        var updated = (await Payees.UpdatePayeeAsync(RequestOf(payee, $"compta.{person.Rpps}@example.org"), Officer)).Record.Payee;
        await Propose(updated);
        Assert.Single(await LettersTo(updated.Contact));
    }

    [Fact]
    public async Task While_an_account_changes_the_contact_stands_still()
    {
        var (_, payee) = await Known();
        var proposed = (await Propose(payee)).Payee;
        await Refused.With(StatusCode.FailedPrecondition, "ACCOUNT_CHANGE_PENDING", () => Payees.UpdatePayeeAsync(RequestOf(proposed, "autre@example.org"), Officer));
        // Nor around the code.
        var refused = await Assert.ThrowsAsync<PostgresException>(() => fixture.AsOwner(
            "update payee set contact = 'autre@example.org' where name = @Name", new { payee.Name }));
        Assert.Equal(PostgresErrorCodes.CheckViolation, refused.SqlState);
        var changed = (await Payees.UpdatePayeeAsync(RequestOf(proposed, siret: Siret), Officer)).Record.Payee;

        var confirmed = (await Payees.ConfirmBankAccountAsync(
            new ConfirmBankAccountRequest { RequestId = Scene.NewId(), Name = payee.Name, Iban = Other, Etag = changed.Etag }, Tokens.As(Finance.Approver, Now))).Record.Payee;
        await Refused.With(StatusCode.FailedPrecondition, "ACCOUNT_CHANGE_PENDING", () => Payees.UpdatePayeeAsync(
            RequestOf(confirmed, "autre@example.org"), Tokens.As(Finance.Officer, Now.AddHours(72).AddSeconds(-1))));
        Assert.Equal(2, (await LettersTo(payee.Contact)).Count);
        await Payees.UpdatePayeeAsync(RequestOf(confirmed, "autre@example.org"), Tokens.As(Finance.Officer, Now.AddHours(72)));
        Assert.Equal(3, (await LettersTo(payee.Contact)).Count);
    }

    [Fact]
    public async Task While_somebody_moves_the_contacts_of_both_payees_stand_still()
    {
        var (person, former) = await Known();
        var (_, payee) = await Known();
        var moved = new DateOnly(2026, 10, 1).ToProto();
        former = (await Payees.RemovePayeeProfessionalAsync(
            new RemovePayeeProfessionalRequest { RequestId = Scene.NewId(), Name = former.Name, Professional = person.Name, UntilDate = moved, Etag = former.Etag }, Officer)).Record.Payee;
        payee = (await Payees.AddPayeeProfessionalAsync(
            new AddPayeeProfessionalRequest { RequestId = Scene.NewId(), Name = payee.Name, Professional = person.Name, FromDate = moved, Etag = payee.Etag },
            Tokens.As(Tokens.Of(Roles.FinanceOfficer, "colleague@finance"), Now))).Record.Payee;
        foreach (var one in new[] { former, payee })
        {
            await Refused.With(StatusCode.FailedPrecondition, "PAYEE_CHANGE_PENDING", () => Payees.UpdatePayeeAsync(RequestOf(one, "autre@example.org"), Officer));
            await Payees.UpdatePayeeAsync(RequestOf(one, "autre@example.org"), Tokens.As(Finance.Officer, Now.AddHours(72)));
        }
    }

    [Fact]
    public async Task Only_officers_change_a_payee()
    {
        var (_, payee) = await Known();
        var request = RequestOf(payee, "autre@example.org");
        var absent = request.Clone();
        absent.Payee.Name = "payees/ABSENT";
        await Verb.OnlyFor((UpdatePayeeRequest r, Metadata m) => Payees.UpdatePayeeAsync(r, m), [Roles.FinanceOfficer], request, absent);
        await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => Payees.UpdatePayeeAsync(absent, Officer));
        await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => Payees.UpdatePayeeAsync(new UpdatePayeeRequest { RequestId = Scene.NewId() }, Officer));
    }

    [Fact]
    public async Task Of_two_at_once_one_changes_it()
    {
        var (_, payee) = await Known();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            try
            {
                await Payees.UpdatePayeeAsync(RequestOf(payee, $"n{i}.{payee.Contact}"), Officer);
                return true;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Aborted)
            {
                return false;
            }
        }));
        Assert.Single(answers, won => won);
        Assert.Single(await LettersTo(payee.Contact));
    }

    [Theory]
    [InlineData("SIRET_INVALID", "siret", "99900011000019", "")]
    [InlineData("CONTACT_INVALID", "contact", "", "Compta <compta@example.org>")]
    [InlineData("CONTACT_INVALID", "contact", "", "compta")]
    [InlineData("CONTACT_INVALID", "contact", "", "")]
    [InlineData("UPDATE_MASK_INVALID", "iban", "", "")]
    [InlineData("UPDATE_MASK_INVALID", "holder_name", "", "")]
    [InlineData("UPDATE_MASK_INVALID", "professionals", "", "")]
    [InlineData("UPDATE_MASK_INVALID", "kind", "", "")]
    public async Task What_is_wrong_or_does_not_change_this_way_is_refused(string reason, string path, string siret, string contact)
    {
        var (_, payee) = await Known();
        await Refused.With(StatusCode.InvalidArgument, reason, () => Payees.UpdatePayeeAsync(RequestOf(payee, contact, siret, [path]), Officer));
        await Refused.With(StatusCode.InvalidArgument, "ETAG_MISSING", () => Payees.UpdatePayeeAsync(RequestOf(new Payee(payee) { Etag = "" }, "autre@example.org"), Officer));
        Assert.Equal(payee, await Read(payee.Name));
    }

    [Fact]
    public async Task A_company_keeps_a_siret()
    {
        var scene = await fixture.NewScene();
        var practice = Scene.PayeeOf(await scene.NewPerson(payee: false));
        (practice.Kind, practice.Siret) = (Payee.Types.Kind.Sel, Siret);
        var payee = (await scene.Service.CreatePayeeAsync(new CreatePayeeRequest { RequestId = Scene.NewId(), Payee = practice }, Tokens.As(Finance.Officer, Scene.Start))).Payee;
        await Refused.With(StatusCode.InvalidArgument, "SIRET_INVALID", () => Payees.UpdatePayeeAsync(RequestOf(payee, mask: ["siret"]), Officer));
    }

    /// <summary>Somebody whose payee has a contact.</summary>
    private async Task<(Person Person, Payee Payee)> Known()
    {
        var scene = await fixture.NewScene();
        var person = await scene.NewPerson(payee: false);
        var payee = Scene.PayeeOf(person);
        payee.Contact = $"compta.{person.Rpps}@example.org";
        return (person, (await scene.Service.CreatePayeeAsync(new CreatePayeeRequest { RequestId = Scene.NewId(), Payee = payee }, Tokens.As(Finance.Officer, Scene.Start))).Payee);
    }

    private static UpdatePayeeRequest RequestOf(Payee payee, string contact = "", string siret = "", string[]? mask = null) => new()
    {
        RequestId = Scene.NewId(),
        Payee = new Payee { Name = payee.Name, Etag = payee.Etag, Contact = contact, Siret = siret },
        UpdateMask = mask is null ? null : new FieldMask { Paths = { mask } },
    };

    private async Task<PayeeRecord> Propose(Payee payee) => (await Payees.ProposeBankAccountAsync(
        new ProposeBankAccountRequest { RequestId = Scene.NewId(), Name = payee.Name, HolderName = "SELARL Hochart", Iban = Other, Etag = payee.Etag }, Officer)).Record;

    private async Task<Payee> Read(string name) => (await Payees.GetPayeeAsync(new GetPayeeRequest { Name = name }, Officer)).Record.Payee;

    private Task<IReadOnlyList<string>> LettersTo(string contact) => fixture.Db.Read(
        tx => tx.Query<string>("select body from mail_queue where recipient = @contact", new { contact }), CancellationToken.None);
}
