using Grpc.Core;
using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Stage = Intervision.Indemnisation.Events.V1.PayeeAccountChanged.Types.Stage;

namespace Intervision.Indemnisation.Tests;

/// <summary>Who is paid through whom changes over time; the payee of the day of the session is paid.</summary>
public sealed class PayeeLinkTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    private static readonly Metadata Officer = Tokens.As(Finance.Officer, Scene.Later);
    private static readonly Metadata Colleague = Tokens.As(Tokens.Of(Roles.FinanceOfficer, "colleague@finance"), Scene.Later);
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

        var addition = await Addition(person, newcomer, Moved);
        await Verb.OnlyFor(
            (AddPayeeProfessionalRequest r, Metadata m) => Payees.AddPayeeProfessionalAsync(r, m), [Roles.FinanceOfficer], addition, new AddPayeeProfessionalRequest(addition) { Name = "payees/ABSENT" });
        var added = (await Verb.Once(r => Payees.AddPayeeProfessionalAsync(r, Colleague), addition, r => r.FromDate.Day++)).Record;
        Assert.Equal(new[] { newcomer.Name, person.Name }.Order(StringComparer.Ordinal), added.Payee.Professionals);

        Assert.Equal(person.Payee, await PaidTo(scene, person, Moved.AddDays(-1)));
        Assert.Equal(newcomer.Payee, await PaidTo(scene, person, Moved));
    }

    [Fact]
    public async Task Another_payee_takes_two_people_and_72_hours_as_another_account_does()
    {
        var scene = await fixture.NewScene();
        var (person, accomplice) = (await scene.NewPerson("21", payee: false), await scene.NewPerson("21"));
        var own = Scene.PayeeOf(person);
        own.Contact = $"compta.{person.Rpps}@example.org";
        await scene.Service.CreatePayeeAsync(new CreatePayeeRequest { RequestId = Scene.NewId(), Payee = own }, Tokens.As(Finance.Officer, Scene.Start));

        // Who ended the link does not make the other; nor does who made the payee that is to get the money.
        await Remove(person, Moved, Colleague);
        var addition = await Addition(person, accomplice, Moved);
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Payees.AddPayeeProfessionalAsync(addition, Colleague));
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Payees.AddPayeeProfessionalAsync(addition, Officer));
        var third = Tokens.As(Tokens.Of(Roles.FinanceOfficer, "third@finance"), Scene.Later);
        var record = (await Payees.AddPayeeProfessionalAsync(addition, third)).Record;
        Assert.Equal("PAYEE_CHANGE_PENDING", record.HoldReason);

        var said = (await fixture.Said(accomplice.Payee))[^1].As<PayeeAccountChanged>();
        Assert.Equal((Stage.Moved, person.Name, person.Payee), (said.Stage, said.Professional, said.FormerPayee));
        Assert.Equal(Scene.Later.AddHours(72), said.InForceTime.ToDateTimeOffset());
        var letter = Assert.Single(await fixture.Db.Read(
            tx => tx.Query<string>("select body from mail_queue where recipient = @Contact", new { own.Contact }), CancellationToken.None));
        Assert.Contains("sur un autre", letter, StringComparison.Ordinal);
        Assert.DoesNotContain(accomplice.Payee["payees/".Length..], letter, StringComparison.Ordinal);

        var session = scene.NewSession(Moved);
        await scene.Certify(session, person.Present(session, 80));
        await scene.Approve(await scene.LinesOf(session));
        await Refused.With(StatusCode.FailedPrecondition, "NOTHING_TO_PAY", () => scene.Service.ProposePaymentRunAsync(
            scene.ProposeOf(), Tokens.As(Finance.Officer, Scene.Later.AddHours(72).AddSeconds(-1))));
        Assert.Equal(accomplice.Payee, Assert.Single((await scene.Propose(Scene.Later.AddHours(72))).Payments).Payee);
    }

    [Fact]
    public async Task A_run_proposed_before_somebody_moved_is_released_unless_the_account_itself_is_in_doubt()
    {
        var scene = await fixture.NewScene();
        var (person, other) = (await scene.NewPerson(), await scene.NewPerson());
        await scene.Approve(await scene.Held(other));
        await Answered(other, PayeeVerification.Types.Result.Match, Scene.Later);
        var run = await scene.ApprovedRun();
        await Remove(person, Moved, Officer);
        var record = (await Payees.AddPayeeProfessionalAsync(await Addition(person, other, Moved), Colleague)).Record;
        Assert.Equal("PAYEE_CHANGE_PENDING", record.HoldReason);

        await Answered(other, PayeeVerification.Types.Result.NoMatch, Scene.Later.AddMinutes(10));
        var release = new ReleasePaymentRunRequest { RequestId = Scene.NewId(), Name = run.Name, Etag = run.Etag };
        var releaser = Tokens.As(Finance.Releaser, Scene.Later.AddHours(1));
        await Refused.With(StatusCode.FailedPrecondition, "PAYEE_ACCOUNT_CHANGED", () => scene.Service.ReleasePaymentRunAsync(release, releaser));
        await Answered(other, PayeeVerification.Types.Result.Match, Scene.Later.AddMinutes(20));
        Assert.Equal(PaymentRun.Types.State.Released, (await scene.Service.ReleasePaymentRunAsync(release, releaser)).PaymentRun.State);
    }

    [Fact]
    public async Task Who_comes_back_to_the_payee_of_before_has_not_moved()
    {
        var scene = await fixture.NewScene();
        var person = await scene.NewPerson();
        await Remove(person, Moved, Officer);
        Assert.Equal("", (await Payees.AddPayeeProfessionalAsync(await Addition(person, person, Moved.AddDays(7)), Officer)).Record.HoldReason);
    }

    [Theory]
    [InlineData("insert into payee_professional (professional, payee, valid) values (@Who, @To, daterange('2026-11-01', null))")]
    [InlineData("insert into payee_move values (@Who, '2026-11-01', @From, @To, 'one@finance', 'one@finance', now(), now() + interval '72 hours')")]
    [InlineData("insert into payee_move values (@Who, '2026-11-01', @From, @To, 'one@finance', 'two@finance', now(), now() + interval '71 hours')")]
    [InlineData("insert into payee_move values (@Who, '2026-11-01', @From, @To, 'one@finance', 'officer@finance', now(), now() + interval '72 hours')")]
    public async Task Nobody_is_moved_around_the_code(string sql)
    {
        var scene = await fixture.NewScene();
        var (person, other) = (await scene.NewPerson(), await scene.NewPerson());
        await Remove(person, Moved, Colleague);
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => fixture.Db.Read(
            tx => tx.Execute(sql, new { Who = person.Name, From = person.Payee, To = other.Payee }), CancellationToken.None));
        Assert.Equal(Npgsql.PostgresErrorCodes.CheckViolation, refused.SqlState);
        var renamed = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => fixture.Db.Read(
            tx => tx.Execute("update payee_professional set payee = @To where professional = @Who", new { Who = person.Name, To = other.Payee }), CancellationToken.None));
        Assert.Equal(Npgsql.PostgresErrorCodes.InsufficientPrivilege, renamed.SqlState);
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

    private async Task Answered(Person person, PayeeVerification.Types.Result result, DateTimeOffset at) => await Payees.RecordPayeeVerificationAsync(
        new RecordPayeeVerificationRequest
        {
            RequestId = Scene.NewId(), Name = person.Payee, Result = result, Etag = await EtagOf(person.Payee),
            VerifyTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(at),
        },
        Tokens.As(Finance.Officer, at));

    private async Task Remove(Person person, DateOnly until, Metadata by) => await Payees.RemovePayeeProfessionalAsync(
        new RemovePayeeProfessionalRequest
        {
            RequestId = Scene.NewId(), Name = person.Payee, Professional = person.Name, UntilDate = until.ToProto(), Etag = await EtagOf(person.Payee),
        },
        by);

    private async Task<AddPayeeProfessionalRequest> Addition(Person person, Person to, DateOnly from) => new()
    {
        RequestId = Scene.NewId(), Name = to.Payee, Professional = person.Name, FromDate = from.ToProto(), Etag = await EtagOf(to.Payee),
    };

    private static async Task<string> PaidTo(Scene scene, Person person, DateOnly date)
    {
        var session = scene.NewSession(date);
        await scene.Certify(session, person.Present(session, 80));
        return Assert.Single(await scene.LinesOf(session)).Payee;
    }

    private async Task<string> EtagOf(string payee) => (await Payees.GetPayeeAsync(new GetPayeeRequest { Name = payee }, Officer)).Record.Payee.Etag;
}
