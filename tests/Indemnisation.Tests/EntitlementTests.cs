using Grpc.Core;
using Intervision.Indemnisation.Lines;
using Intervision.Indemnisation.V1;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests;

/// <summary>DOMAIN §3: who is indemnified, on the facts of the day of the session, and the evidence that stays in the line.</summary>
public sealed class EntitlementTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    private static readonly Metadata Officer = Tokens.As(Finance.Officer, Scene.Later);
    private static readonly Metadata Approver = Tokens.As(Finance.Approver, Scene.Later);

    public static TheoryData<string, SessionRole, bool, bool> WhoIsPaid => new()
    {
        { "L", SessionRole.Requester, false, true },
        { "L", SessionRole.Expert, false, true },
        { "S", SessionRole.Requester, true, false },
        { "S", SessionRole.Expert, false, false },
        { "S", SessionRole.Expert, true, true },
        { "B", SessionRole.Expert, true, false },
        { "B", SessionRole.Requester, false, false },
        { "", SessionRole.Requester, false, false },
    };

    [Theory]
    [MemberData(nameof(WhoIsPaid))]
    public void Liberal_people_and_salaried_experts_by_convention(string mode, SessionRole role, bool convention, bool paid)
    {
        var line = new AttendanceLine { Role = role, Capacity = new Capacity { Mode = mode, Organisation = "organisations/CH" } };
        ExpertConvention[] conventions = convention ? [new ExpertConvention { Name = "conventions/1", Organisation = "organisations/CH", Payee = "payees/CH" }] : [];
        Assert.Equal(paid, Entitlement.Payable([line], conventions).Count == 1);
    }

    [Fact]
    public async Task Mixed_activity_is_paid_in_the_capacity_of_the_day_only()
    {
        var scene = await fixture.NewScene();
        var person = await scene.NewPerson();
        var (salaried, liberal) = (scene.NewSession(), scene.NewSession());
        await scene.Convene(salaried, person);
        var atWork = person.Present(salaried, 80);
        atWork.Capacity.Mode = "S";
        await scene.Certify(salaried, atWork);
        await scene.Certify(liberal, person.Present(liberal, 80));
        Assert.Equal((LineState.Cancelled, "NOT_LIBERAL"), Assert.Single((await scene.LinesOf(salaried)).Select(l => (l.State, l.Reason))));
        Assert.Equal((LineState.Calculated, "L"), Assert.Single((await scene.LinesOf(liberal)).Select(l => (l.State, l.Evidence.Mode))));
    }

    [Fact]
    public async Task A_missing_declaration_is_waited_for_and_a_correction_brings_it()
    {
        var scene = await fixture.NewScene();
        var person = await scene.NewPerson();
        var session = scene.NewSession();
        await scene.Certify(session, person.Present(session, 80, declared: null));
        var waits = Assert.Single(await scene.LinesOf(session));
        Assert.Equal((LineState.Recorded, "DECLARATION_MISSING"), (waits.State, waits.Reason));
        await Correct(scene, session, person.Present(session, 80));
        Assert.Equal(
            [(LineState.Cancelled, "CORRECTED"), (LineState.Calculated, "")], (await scene.LinesOf(session)).OrderBy(l => l.Revision).Select(l => (l.State, l.Reason)));
        var books = await scene.Reconcile();
        Assert.True(books.Balanced && books.Reconciled, string.Join('\n', books.Differences));
    }

    [Fact]
    public async Task The_evidence_is_frozen_in_the_line()
    {
        var scene = await fixture.NewScene();
        var person = await scene.NewPerson(known: false);
        await fixture.Deliver("membership", KnownBy(person, IdentifierSource.Psc, new DateOnly(2026, 6, 1)), person.Name, Scene.Start);
        var session = scene.NewSession();
        await scene.Certify(session, person.Present(session, 80, SessionRole.Expert));
        var frozen = Assert.Single(await scene.LinesOf(session)).Evidence;
        Assert.Equal(
            new Evidence
            {
                Rpps = person.Rpps, Mode = "L", Organisation = "organisations/1", Role = RateRole.Expert, IdentitySource = Evidence.Types.Source.Psc,
                IdentityVerifiedDate = new DateOnly(2026, 6, 1).ToProto(), Declaration = Evidence.Types.Declaration.NoOtherFunder, SheetRevision = 1,
            },
            frozen);
        await fixture.Deliver("membership", KnownBy(person, IdentifierSource.Declared, null), person.Name, Scene.Later, streamNo: 2);
        Assert.Equal(frozen, Assert.Single(await scene.LinesOf(session)).Evidence);
    }

    [Fact]
    public async Task Who_stands_in_waits_until_finance_says_who_is_paid()
    {
        var scene = await fixture.NewScene();
        var (replaced, replacement, stranger) = (await scene.NewPerson(), await scene.NewPerson(), await scene.NewPerson());
        var session = scene.NewSession();
        var present = replacement.Present(session, 80);
        present.Replaces = replaced.Name;
        await scene.Certify(session, present);
        var waits = Assert.Single(await scene.LinesOf(session));
        Assert.Equal((LineState.Recorded, "REPLACEMENT_PAYEE", replaced.Name), (waits.State, waits.Reason, waits.Evidence.Replaces));

        var choice = new ChooseLinePayeeRequest { RequestId = Scene.NewId(), Name = waits.Name, Payee = replaced.Payee, Etag = waits.Etag };
        await Verb.OnlyFor(
            (ChooseLinePayeeRequest r, Metadata m) => scene.Service.ChooseLinePayeeAsync(r, m), [Roles.FinanceOfficer], choice,
            new ChooseLinePayeeRequest(choice) { Name = $"indemnities/{Guid.CreateVersion7()}" });
        await Refused.With(StatusCode.FailedPrecondition, "PAYEE_NOT_CONCERNED", () => scene.Service.ChooseLinePayeeAsync(
            new ChooseLinePayeeRequest(choice) { RequestId = Scene.NewId(), Payee = stranger.Payee }, Officer));
        await Refused.With(StatusCode.Aborted, "ETAG_MISMATCH", () => scene.Service.ChooseLinePayeeAsync(
            new ChooseLinePayeeRequest(choice) { RequestId = Scene.NewId(), Etag = "v77" }, Officer));
        foreach (var oneself in new[] { replacement, replaced })
        {
            await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => scene.Service.ChooseLinePayeeAsync(
                new ChooseLinePayeeRequest(choice) { RequestId = Scene.NewId() }, Tokens.As(Tokens.Of(Roles.FinanceOfficer, oneself.Name), Scene.Later)));
        }

        var chosen = (await Verb.Once(r => scene.Service.ChooseLinePayeeAsync(r, Officer), choice, r => r.Payee = replacement.Payee)).Line;
        Assert.Equal((LineState.Calculated, replaced.Payee, 13_500L), (chosen.State, chosen.Payee, chosen.Amount.ToCents()!.Value));
        await Refused.With(StatusCode.FailedPrecondition, "LINE_NOT_WAITING", () => scene.Service.ChooseLinePayeeAsync(
            new ChooseLinePayeeRequest(choice) { RequestId = Scene.NewId(), Etag = chosen.Etag }, Officer));
    }

    [Fact]
    public async Task Who_stands_in_without_an_rpps_needs_a_licence()
    {
        var scene = await fixture.NewScene();
        var (replaced, student) = (await scene.NewPerson(), (await scene.NewPerson(known: false)) with { Rpps = "" });
        await scene.TellProfessional(student);
        var (without, with) = (scene.NewSession(), scene.NewSession());
        var present = student.Present(without, 80);
        present.Replaces = replaced.Name;
        await scene.Certify(without, present);
        Assert.Equal("LICENCE_MISSING", Assert.Single(await scene.LinesOf(without)).Reason);
        present = student.Present(with, 80);
        (present.Replaces, present.ReplacementLicence) = (replaced.Name, "59-2026-0123");
        await scene.Certify(with, present);
        Assert.Equal(("REPLACEMENT_PAYEE", "59-2026-0123"), Assert.Single((await scene.LinesOf(with)).Select(l => (l.Reason, l.Evidence.ReplacementLicence))));
    }

    [Fact]
    public async Task A_hospital_expert_is_paid_by_convention_with_the_employer_on_its_days_only()
    {
        var scene = await fixture.NewScene();
        var (expert, employer) = (await scene.NewPerson(payee: false), await scene.NewPerson(payee: false));
        var (organisation, convention) = ($"organisations/{expert.Rpps}", $"conventions/{expert.Rpps}");
        var payee = Scene.PayeeOf(employer);
        (payee.Kind, payee.Siret) = (Payee.Types.Kind.Employer, "99900012800010");
        await scene.Service.CreatePayeeAsync(new CreatePayeeRequest { RequestId = Scene.NewId(), Payee = payee }, Officer);
        var request = new PutExpertConventionRequest
        {
            RequestId = Scene.NewId(), Convention = convention, Payee = payee.Name, FromDate = new DateOnly(2026, 10, 1).ToProto(), UntilDate = new DateOnly(2027, 1, 1).ToProto(),
        };
        await Refused.With(StatusCode.FailedPrecondition, "CONVENTION_NOT_IN_FORCE", () => fixture.Payees.PutExpertConventionAsync(request, Approver));
        await fixture.Deliver("membership", Signed(organisation, convention, new DateOnly(2026, 1, 1), new DateOnly(2026, 12, 31)), organisation, Scene.Start);
        await Verb.OnlyFor((PutExpertConventionRequest r, Metadata m) => fixture.Payees.PutExpertConventionAsync(r, m), [Roles.FinanceApprover], request);
        var put = await Verb.Once(r => fixture.Payees.PutExpertConventionAsync(r, Approver), request, r => r.UntilDate.Month++);
        Assert.Equal(organisation, put.Organisation);
        await Refused.With(StatusCode.FailedPrecondition, "EXPERT_CONVENTION_OVERLAP", () => fixture.Payees.PutExpertConventionAsync(
            new PutExpertConventionRequest(request) { RequestId = Scene.NewId(), FromDate = new DateOnly(2026, 11, 1).ToProto() }, Approver));

        foreach (var (date, paid) in new[] { (new DateOnly(2026, 9, 30), false), (new DateOnly(2026, 10, 1), true) })
        {
            var session = scene.NewSession(date);
            var present = expert.Present(session, 80, SessionRole.Expert, declared: null);
            (present.Capacity.Mode, present.Capacity.Organisation) = ("S", organisation);
            await scene.Certify(session, present);
            var lines = await scene.LinesOf(session);
            Assert.Equal(paid ? [(payee.Name, convention, "S")] : [], lines.Select(l => (l.Payee, l.Evidence.Convention, l.Evidence.Mode)));
        }
    }

    [Fact]
    public async Task Another_payee_of_an_employer_takes_two_people_and_72_hours()
    {
        var scene = await fixture.NewScene();
        var expert = await scene.NewPerson(payee: false);
        var (organisation, convention) = ($"organisations/{expert.Rpps}", $"conventions/{expert.Rpps}");
        var (former, other) = (await Employer(scene), await Employer(scene));
        await fixture.Deliver("membership", Signed(organisation, convention, new DateOnly(2026, 1, 1), new DateOnly(2026, 12, 31)), organisation, Scene.Start);
        PutExpertConventionRequest Naming(Payee payee, DateOnly from, DateOnly until) => new()
        {
            RequestId = Scene.NewId(), Convention = convention, Payee = payee.Name, FromDate = from.ToProto(), UntilDate = until.ToProto(),
        };
        var (first, second) = (Naming(former, new DateOnly(2026, 1, 1), new DateOnly(2026, 10, 1)), Naming(other, new DateOnly(2026, 10, 1), new DateOnly(2027, 1, 1)));
        await fixture.Payees.PutExpertConventionAsync(first, Approver);
        Assert.Equal("", await HoldOf(former, Scene.Later));

        // Neither who made the payee names it, nor who proposed the account it has or will have.
        await Refused.With(StatusCode.FailedPrecondition, "EXPERT_CONVENTION_NEEDS_TWO_PEOPLE", () => fixture.Payees.PutExpertConventionAsync(second, AlsoApprover(Finance.Officer.Subject)));
        var proposed = (await fixture.Payees.ProposeBankAccountAsync(
            new ProposeBankAccountRequest { RequestId = Scene.NewId(), Name = other.Name, HolderName = "CH de Lens", Iban = SampleIban.Of(7), Etag = other.Etag },
            Tokens.As(Tokens.Of(Roles.FinanceOfficer, "colleague@finance"), Scene.Later))).Record;
        await Refused.With(StatusCode.FailedPrecondition, "EXPERT_CONVENTION_NEEDS_TWO_PEOPLE", () => fixture.Payees.PutExpertConventionAsync(second, AlsoApprover("colleague@finance")));
        await fixture.Payees.CancelBankAccountAsync(
            new CancelBankAccountRequest { RequestId = Scene.NewId(), Name = other.Name, Etag = proposed.Payee.Etag }, Tokens.As(Finance.Officer, Scene.Later));

        await Verb.Once(r => fixture.Payees.PutExpertConventionAsync(r, AlsoApprover("colleague@finance")), second, r => r.UntilDate.Day++);
        await fixture.Payees.PutExpertConventionAsync(new PutExpertConventionRequest(second) { RequestId = Scene.NewId() }, Approver);
        Assert.Equal(("", "PAYEE_CHANGE_PENDING"), (await HoldOf(former, Scene.Later), await HoldOf(other, Scene.Later)));
        var held = (await fixture.Payees.GetPayeeAsync(new GetPayeeRequest { Name = other.Name }, Tokens.As(Finance.Officer, Scene.Later))).Record.Payee;
        await Refused.With(StatusCode.FailedPrecondition, "PAYEE_CHANGE_PENDING", () => fixture.Payees.UpdatePayeeAsync(
            new UpdatePayeeRequest { RequestId = Scene.NewId(), Payee = new Payee(held) { Contact = "autre@example.org" } }, Tokens.As(Finance.Officer, Scene.Later)));
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => fixture.AsOwner(
            "update payee set contact = 'autre@example.org' where name = @Name", new { other.Name }));
        Assert.Equal(Npgsql.PostgresErrorCodes.CheckViolation, refused.SqlState);
        var said = Assert.Single((await fixture.Said(other.Name)).Select(e => e.As<Events.V1.PayeeAccountChanged>()), s => s.Stage == Events.V1.PayeeAccountChanged.Types.Stage.Moved);
        Assert.Equal(("", former.Name, Scene.Later.AddHours(72)), (said.Professional, said.FormerPayee, said.InForceTime.ToDateTimeOffset()));
        var letters = await fixture.Db.Read(
            tx => tx.Query<string>("select body from mail_queue where recipient = any(@contacts) and body like '%Un employeur%'", new { contacts = new[] { former.Contact, other.Contact } }),
            CancellationToken.None);
        Assert.Equal(2, letters.Count);

        var session = scene.NewSession(new DateOnly(2026, 10, 6));
        var present = expert.Present(session, 80, SessionRole.Expert, declared: null);
        (present.Capacity.Mode, present.Capacity.Organisation) = ("S", organisation);
        await scene.Certify(session, present);
        await scene.Approve(await scene.LinesOf(session));
        await Refused.With(StatusCode.FailedPrecondition, "NOTHING_TO_PAY", () => scene.Service.ProposePaymentRunAsync(
            scene.ProposeOf(), Tokens.As(Finance.Officer, Scene.Later.AddHours(72).AddSeconds(-1))));
        Assert.Equal(other.Name, Assert.Single((await scene.Propose(Scene.Later.AddHours(72))).Payments).Payee);
    }

    [Theory]
    [InlineData("insert into expert_convention values (@convention, @organisation, @other, '[2026-10-01,2027-01-01)', 'approver@finance', '2026-12-01')")]
    [InlineData("insert into expert_convention values (@convention, @organisation, @other, '[2026-10-01,2027-01-01)', 'approver@finance', '2026-12-01', '2026-12-03')")]
    [InlineData("insert into expert_convention values (@convention, @organisation, @other, '[2026-10-01,2027-01-01)', 'officer@finance', '2026-12-01', '2026-12-04')")]
    public async Task No_employer_is_moved_around_the_code(string sql)
    {
        var scene = await fixture.NewScene();
        var (former, other) = (await Employer(scene), await Employer(scene));
        var names = new { convention = $"conventions/{former.Name[7..]}", organisation = $"organisations/{former.Name[7..]}", other = other.Name };
        await fixture.Deliver("membership", Signed(names.organisation, names.convention, new DateOnly(2026, 1, 1), new DateOnly(2026, 12, 31)), names.organisation, Scene.Start);
        await fixture.Payees.PutExpertConventionAsync(
            new PutExpertConventionRequest
            {
                RequestId = Scene.NewId(), Convention = names.convention, Payee = former.Name, FromDate = new DateOnly(2026, 1, 1).ToProto(), UntilDate = new DateOnly(2026, 10, 1).ToProto(),
            },
            Tokens.As(Finance.Approver, Scene.Start));
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => fixture.Db.Read(tx => tx.Execute(sql, names), CancellationToken.None));
        Assert.Equal(Npgsql.PostgresErrorCodes.CheckViolation, refused.SqlState);
    }

    [Fact]
    public async Task The_rule_of_the_programme_is_that_of_the_day_of_the_session()
    {
        var scene = await fixture.NewScene();
        var person = await scene.NewPerson();
        var (before, after) = (scene.NewSession(new DateOnly(2026, 10, 9)), scene.NewSession(new DateOnly(2026, 10, 12)));
        await fixture.Deliver(
            "membership", new ProgrammeChanged { Programme = new Programme { Name = scene.Programme, Indemnified = false } }, scene.Programme,
            new DateTimeOffset(2026, 10, 10, 8, 0, 0, TimeSpan.Zero), streamNo: 2);
        await fixture.Deliver("scheduling", scene.SheetOf(before, person.Present(before, 80)), before.Name, Scene.Later);
        await fixture.Deliver("scheduling", scene.SheetOf(after, person.Present(after, 80)), after.Name, Scene.Later);
        Assert.Equal(LineState.Calculated, Assert.Single(await scene.LinesOf(before)).State);
        Assert.Empty(await scene.LinesOf(after));
    }

    private static Metadata AlsoApprover(string subject) => Tokens.As(Tokens.Of(Roles.FinanceApprover, subject), Scene.Later);

    /// <summary>A payee made by the officer.</summary>
    private static async Task<Payee> Employer(Scene scene)
    {
        var payee = Scene.PayeeOf(await scene.NewPerson(payee: false));
        (payee.Kind, payee.Siret, payee.Contact) = (Payee.Types.Kind.Employer, "99900012800010", $"compta.{payee.Name[7..]}@example.org");
        return (await scene.Service.CreatePayeeAsync(new CreatePayeeRequest { RequestId = Scene.NewId(), Payee = payee }, Tokens.As(Finance.Officer, Scene.Start))).Payee;
    }

    private async Task<string> HoldOf(Payee payee, DateTimeOffset now) =>
        (await fixture.Payees.GetPayeeAsync(new GetPayeeRequest { Name = payee.Name }, Tokens.As(Finance.Officer, now))).Record.HoldReason;

    private static ProfessionalChanged KnownBy(Person person, IdentifierSource source, DateOnly? verified) => new()
    {
        Professional = new Professional { Name = person.Name, Rpps = person.Rpps, FamilyName = "Hochart", IdentifierSource = source, IdentifierVerifiedDate = verified?.ToProto() },
    };

    private static ConventionChanged Signed(string organisation, string name, DateOnly first, DateOnly last) => new()
    {
        Organisation = organisation,
        Conventions =
        {
            new Convention { Name = name, Organisation = organisation, StartDate = first.ToProto(), SignedDate = first.ToProto(), EndDate = last.ToProto(), State = Convention.Types.State.Signed },
        },
    };

    private Task Correct(Scene scene, SessionAt session, AttendanceLine line) => fixture.Deliver(
        "scheduling", new AttendanceCorrected
        {
            Session = session.Name, Pole = session.Pole, Programme = scene.Programme, Date = session.Date.ToProto(), StartInstant = session.StartTime.ToProto(),
            EndInstant = session.EndTime.ToProto(), Certifiers = { "professionals/PER-REFERENT" }, Professional = line.Professional, Revision = 2, Line = line, Reason = "DECLARATION_WRONG",
        },
        session.Name, session.EndTime.AddDays(1), streamNo: 2);
}
