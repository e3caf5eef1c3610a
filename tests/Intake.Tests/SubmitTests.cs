using Google.Rpc;
using Grpc.Core;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Intake.Tests;

/// <summary>What a deposit must say, who may deposit it, and that it is deposited once.</summary>
public sealed class SubmitTests(IntakeFixture service)
{
    private static readonly Dictionary<string, (string Field, string Reason, Action<SubmitCaseRequest> Change)> Invalid = new()
    {
        ["channel"] = ("channel", "UNKNOWN_CHANNEL", r => r.Channel = "FAX"),
        ["external id"] = ("external_id", "MISSING_EXTERNAL_ID", r => r.ExternalId = " "),
        ["long external id"] = ("external_id", "EXTERNAL_ID_TOO_LONG", r => r.ExternalId = new string('x', 65)),
        ["external id of words"] = ("external_id", "EXTERNAL_ID_INVALID", r => r.ExternalId = "Jean Exemple"),
        ["external id with an accent"] = ("external_id", "EXTERNAL_ID_INVALID", r => r.ExternalId = "Amélie-1"),
        ["external id with a mailbox"] = ("external_id", "EXTERNAL_ID_INVALID", r => r.ExternalId = "jean@exemple.invalid"),
        ["external id with a line"] = ("external_id", "EXTERNAL_ID_INVALID", r => r.ExternalId = "A1\nB2"),
        ["external id with a NIR"] = ("external_id", "EXTERNAL_ID_IDENTIFYING", r => r.ExternalId = "P-185066204199830"),
        ["external id with a spaced NIR"] = ("external_id", "EXTERNAL_ID_IDENTIFYING", r => r.ExternalId = "1-85-06-62-041-998-30"),
        ["external id with a telephone"] = ("external_id", "EXTERNAL_ID_IDENTIFYING", r => r.ExternalId = "tel0612345678"),
        ["external id with a birth date"] = ("external_id", "EXTERNAL_ID_IDENTIFYING", r => r.ExternalId = "JD-12/06/1985"),
        ["external id with an account"] = ("external_id", "EXTERNAL_ID_IDENTIFYING", r => r.ExternalId = "FR7699999000021234567890137"),
        ["organisation missing"] = ("submitting_organisation", "MISSING_ORGANISATION", r => r.Channel = "CPTS"),
        ["organisation unknown"] = ("submitting_organisation", "UNKNOWN_ORGANISATION", r => (r.Channel, r.SubmittingOrganisation) = ("CPTS", "organisations/1")),
        ["organisation unexpected"] = ("submitting_organisation", "UNEXPECTED_ORGANISATION", r => r.SubmittingOrganisation = IntakeFixture.CptsName),
        ["requester"] = ("requester", "UNKNOWN_PERSON", r => r.Requester = "professionals/PER-99999"),
        ["programme"] = ("programme", "UNKNOWN_PROGRAMME", r => r.Programme = "programmes/X"),
        ["pole"] = ("pole", "UNKNOWN_POLE", r => r.Pole = "poles/P99"),
        ["pole of other programme"] = ("pole", "POLE_OF_OTHER_PROGRAMME", r => r.Pole = "poles/L01"),
        ["place"] = ("pole", "MISSING_PLACE", r => (r.Pole, r.Commune) = ("", "")),
        ["commune"] = ("commune", "UNKNOWN_COMMUNE", r => (r.Pole, r.Commune) = ("", "59000")),
        ["commune beside a pole"] = ("commune", "UNKNOWN_COMMUNE", r => r.Commune = "59000"),
        ["motive"] = ("principal_motive", "UNKNOWN_MOTIVE", r => r.PrincipalMotive = "FATIGUE"),
        ["other motive"] = ("other_motives[0]", "UNKNOWN_MOTIVE", r => r.OtherMotives[0] = "FATIGUE"),
        ["motives"] = ("other_motives", "TOO_MANY_MOTIVES", r => r.OtherMotives.Add(["SURCONSOMMATION", "RUPTURE_SOINS", "PSYCHO_SOCIALE", "AUTRE"])),
        ["age"] = ("age_band", "UNKNOWN_AGE_BAND", r => r.AgeBand = "42"),
        ["sex"] = ("sex", "UNKNOWN_SEX", r => r.Sex = "H"),
        ["context"] = ("contexts[0]", "UNKNOWN_CONTEXT", r => r.Contexts[0] = "X"),
        ["product"] = ("products[0]", "UNKNOWN_PRODUCT", r => r.Products[0] = "X"),
        ["short question"] = ("question", "QUESTION_TOO_SHORT", r => r.Question = "  Court ?    "),
        ["long question"] = ("question", "QUESTION_TOO_LONG", r => r.Question = new string('é', 501)),
        ["identifying question"] = ("question", "IDENTIFYING_TEXT", r => r.Question = "Joignable au 06 12 34 56 78 ?"),
        ["consent status"] = ("consent_status", "CONSENT_STATUS_INVALID", r => r.ConsentStatus = ConsentStatus.Withdrawn),
        ["consent status of tomorrow"] = ("consent_status", "CONSENT_STATUS_INVALID", r => r.ConsentStatus = (ConsentStatus)99),
        ["consent form"] = ("consent_form", "CONSENT_DETAILS_MISSING", r => r.ConsentForm = ConsentForm.Unspecified),
        ["an adult's representative"] = ("consent_giver", "GIVER_DOES_NOT_FIT", r => r.ConsentGiver = ConsentGiver.LegalRepresentative),
        ["an adult with somebody"] = ("consent_giver", "GIVER_DOES_NOT_FIT", r => r.ConsentGiver = ConsentGiver.Both),
        ["a minor by oneself"] = ("consent_giver", "GIVER_DOES_NOT_FIT", r => r.AgeBand = "15-17"),
        ["a minor alone"] = ("consent_giver", "GIVER_DOES_NOT_FIT", r => (r.AgeBand, r.ConsentGiver) = ("15-17", ConsentGiver.MinorAlone)),
        ["consent giver"] = ("consent_giver", "CONSENT_DETAILS_MISSING", r => r.ConsentGiver = ConsentGiver.Unspecified),
        ["physician"] = ("attending_physician", "ATTENDING_PHYSICIAN_MISSING", r => r.AttendingPhysicianAbsence = AttendingPhysicianAbsence.Unspecified),
        ["physician unknown"] = ("attending_physician", "UNKNOWN_PERSON", r => (r.AttendingPhysician, r.AttendingPhysicianAbsence) = ("professionals/0", AttendingPhysicianAbsence.Unspecified)),
        ["physician and absence"] = ("attending_physician_absence", "ATTENDING_PHYSICIAN_ABSENCE_INVALID", r => r.AttendingPhysician = IntakeFixture.ReferentName),
        ["actors"] = ("actors", "TOO_MANY_ACTORS", r => r.Actors.Add(Enumerable.Repeat(IntakeFixture.Pharmacist, 19))),
        ["actor"] = ("actors[1]", "UNKNOWN_PERSON", r => r.Actors[1] = "professionals/0"),
        ["availabilities"] = ("availabilities", "TOO_MANY_AVAILABILITIES", r => r.Availabilities.Add(Enumerable.Repeat(r.Availabilities[0], 30))),
        ["availability"] = ("availabilities", "AVAILABILITY_INVALID", r => r.Availabilities[0].Date.Month = 13),
    };

    private IntakeService.IntakeServiceClient Intake => service.Intake;

    public static TheoryData<string> InvalidKeys => [.. Invalid.Keys];

    [Theory]
    [MemberData(nameof(InvalidKeys))]
    public async Task Each_invalid_field_is_refused_with_its_reason(string what)
    {
        var (field, reason, change) = Invalid[what];
        var refused = await Refused.With(
            StatusCode.InvalidArgument, reason, () => Intake.SubmitCaseAsync(IntakeFixture.Request(change), IntakeFixture.At(IntakeFixture.Coordinator)));
        Assert.Equal(field, refused.Detail<BadRequest>()!.FieldViolations[0].Field);
    }

    [Fact]
    public async Task All_violations_are_told_the_first_in_field_order_is_the_reason()
    {
        var request = IntakeFixture.Request(r =>
        {
            r.Actors[0] = "professionals/0";
            r.Question = "Court";
            r.AgeBand = "42";
            r.PrincipalMotive = "FATIGUE";
        });
        var refused = await Refused.With(
            StatusCode.InvalidArgument, "UNKNOWN_MOTIVE", () => Intake.SubmitCaseAsync(request, IntakeFixture.At(IntakeFixture.Coordinator)));
        Assert.Equal(
            ["UNKNOWN_MOTIVE", "UNKNOWN_AGE_BAND", "QUESTION_TOO_SHORT", "UNKNOWN_PERSON"],
            refused.Detail<BadRequest>()!.FieldViolations.Select(v => v.Reason));
    }

    [Fact]
    public async Task Suspicions_are_accepted_and_told()
    {
        const string question = "Mme Durand ne vient plus, comment faire ?";
        var response = await Intake.SubmitCaseAsync(IntakeFixture.Request(r => r.Question = question), IntakeFixture.At(IntakeFixture.Coordinator));
        var warning = Assert.Single(response.Warnings);
        Assert.Equal(("question", "CIVILITY_AND_NAME", "Mme Durand"), (warning.Field, warning.Reason, question.Substring(warning.Start, warning.Length)));
    }

    [Theory]
    [InlineData("poles/P12", "", "poles/P12", 0)]
    [InlineData("poles/P12", "59350", "poles/P12", 0)]
    [InlineData("", "62498", "poles/P12", 0)]
    [InlineData("", "62427", "", 2)]
    [InlineData("", "62100", "", 0)]
    public async Task The_commune_settles_the_pole_or_leaves_it_to_triage(string pole, string commune, string settled, int candidates)
    {
        var submitted = await service.Submitted(r => (r.Pole, r.Commune) = (pole, commune));
        Assert.Equal((settled, candidates), (submitted.Pole, submitted.CandidatePoles.Count));
        var said = Assert.Single(await service.Said(submitted.Name)).As<CaseSubmitted>();
        Assert.Equal(settled, said.Pole);
        if (settled.Length == 0)
        {
            var request = new AcceptCaseRequest { RequestId = IntakeFixture.NewId(), Name = submitted.Name, Etag = submitted.Etag };
            await Refused.With(StatusCode.InvalidArgument, "POLE_REQUIRED", () => Intake.AcceptCaseAsync(request, IntakeFixture.At(IntakeFixture.Coordinator, 1)));
            request.Pole = "poles/P12";
            request.RequestId = IntakeFixture.NewId();
            Assert.Equal("poles/P12", (await Intake.AcceptCaseAsync(request, IntakeFixture.At(IntakeFixture.Coordinator, 1))).Case.Pole);
        }
    }

    [Fact]
    public async Task A_candidate_poles_people_see_the_case_and_may_take_it_for_themselves_only()
    {
        var submitted = await service.Submitted(r => (r.Pole, r.Commune) = ("", "62427"));
        var taken = new AcceptCaseRequest { RequestId = IntakeFixture.NewId(), Name = submitted.Name, Etag = submitted.Etag, Pole = "poles/P13" };
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Intake.AcceptCaseAsync(taken, IntakeFixture.At(IntakeFixture.Host, 1)));
        taken.Pole = "poles/P12";
        Assert.Equal("poles/P12", (await Intake.AcceptCaseAsync(taken, IntakeFixture.At(IntakeFixture.Host, 1))).Case.Pole);
        var other = Tokens.HostCoordinator("host@p13", "poles/P13");
        await Refused.With(
            StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Intake.GetCaseAsync(new GetCaseRequest { Name = submitted.Name }, IntakeFixture.At(other, 2)));
    }

    [Fact]
    public async Task The_same_deposit_again_is_the_same_case()
    {
        var request = IntakeFixture.Request();
        var first = await Intake.SubmitCaseAsync(request, IntakeFixture.At(IntakeFixture.Coordinator));
        request.RequestId = IntakeFixture.NewId();
        var again = await Intake.SubmitCaseAsync(request, IntakeFixture.At(IntakeFixture.Coordinator, 1));
        Assert.Equal(first, again);
        Assert.Single(await service.Said(first.Case.Name));
        request.RequestId = IntakeFixture.NewId();
        request.Question += " Bis.";
        await Refused.With(
            StatusCode.AlreadyExists, "EXTERNAL_ID_REUSED", () => Intake.SubmitCaseAsync(request, IntakeFixture.At(IntakeFixture.Coordinator)));
    }

    [Fact]
    public async Task The_same_deposit_many_times_at_once_is_one_case()
    {
        var request = IntakeFixture.Request();
        var names = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
        {
            var mine = request.Clone();
            mine.RequestId = IntakeFixture.NewId();
            return (await Intake.SubmitCaseAsync(mine, IntakeFixture.At(IntakeFixture.Coordinator))).Case.Name;
        }));
        var name = Assert.Single(names.Distinct());
        Assert.Single(await service.Said(name));
    }

    [Fact]
    public async Task Two_depositors_may_use_the_same_number()
    {
        var request = IntakeFixture.Request();
        var first = await Intake.SubmitCaseAsync(request, IntakeFixture.At(IntakeFixture.Coordinator));
        var second = await Intake.SubmitCaseAsync(request, IntakeFixture.At(IntakeFixture.Requester));
        Assert.NotEqual(first.Case.Name, second.Case.Name);
    }

    [Fact]
    public async Task A_cpts_deposits_in_its_own_name_for_its_own_territory()
    {
        static void Cpts(SubmitCaseRequest r) => (r.Channel, r.SubmittingOrganisation) = ("CPTS", IntakeFixture.CptsName);
        var response = await Intake.SubmitCaseAsync(IntakeFixture.Request(Cpts), IntakeFixture.At(IntakeFixture.Cpts));
        Assert.Equal("", response.Case.Requester);
        await Allowed(r => r.Commune = "");
        await Denied(r => r.SubmittingOrganisation = IntakeFixture.OtherCptsName);
        await Denied(r => r.SubmittingOrganisation = "");
        await Denied(r => (r.Pole, r.Commune) = ("", "59350"));
        await Denied(r => (r.Pole, r.Commune) = ("poles/P01", ""));
        await Denied(r => (r.Pole, r.Commune) = ("", "99999"));
        // A commune of its own does not open another territory's pôle.
        await Denied(r => (r.Pole, r.Commune) = ("poles/P01", "62498"));

        async Task Allowed(Action<SubmitCaseRequest> change) =>
            Assert.NotEmpty((await Intake.SubmitCaseAsync(IntakeFixture.Request(Cpts + change), IntakeFixture.At(IntakeFixture.Cpts))).Case.Name);

        Task Denied(Action<SubmitCaseRequest> change) => Refused.With(
            StatusCode.PermissionDenied,
            "PERMISSION_DENIED",
            () => Intake.SubmitCaseAsync(IntakeFixture.Request(Cpts + change), IntakeFixture.At(IntakeFixture.Cpts)));
    }

    [Fact]
    public async Task Nobody_else_deposits_in_the_name_of_a_cpts_nor_learns_of_its_numbers()
    {
        var own = IntakeFixture.Request(r => (r.Channel, r.SubmittingOrganisation) = ("CPTS", IntakeFixture.CptsName));
        await Intake.SubmitCaseAsync(own, IntakeFixture.At(IntakeFixture.Cpts));
        foreach (var number in new[] { own.ExternalId, IntakeFixture.NewId() })
        {
            foreach (var who in new[] { IntakeFixture.Requester, IntakeFixture.Referent, IntakeFixture.Host })
            {
                var taken = own.Clone();
                (taken.RequestId, taken.ExternalId) = (IntakeFixture.NewId(), number);
                await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Intake.SubmitCaseAsync(taken, IntakeFixture.At(who)));
            }
        }
    }

    [Fact]
    public async Task The_same_deposit_is_the_same_case_though_the_lists_have_changed()
    {
        const string pole = "poles/P79";
        await Say(Membership.V1.Pole.Types.State.Active, 1);
        var request = IntakeFixture.Request(r => (r.Pole, r.Commune) = (pole, ""));
        var first = await Intake.SubmitCaseAsync(request, IntakeFixture.At(IntakeFixture.Coordinator));
        await Say(Membership.V1.Pole.Types.State.Suspended, 2);
        request.RequestId = IntakeFixture.NewId();
        Assert.Equal(first.Case.Name, (await Intake.SubmitCaseAsync(request, IntakeFixture.At(IntakeFixture.Coordinator))).Case.Name);
        (request.RequestId, request.ExternalId) = (IntakeFixture.NewId(), IntakeFixture.NewId());
        await Refused.With(StatusCode.InvalidArgument, "POLE_NOT_ACTIVE", () => Intake.SubmitCaseAsync(request, IntakeFixture.At(IntakeFixture.Coordinator)));

        Task Say(Membership.V1.Pole.Types.State state, long no) => service.Deliver(
            "membership",
            new Membership.Events.V1.PoleChanged { Pole = new Membership.V1.Pole { Name = pole, Programme = "programmes/ADDICTIONS", State = state } },
            pole,
            IntakeFixture.Start,
            no);
    }

    [Fact]
    public async Task A_referent_deposits_for_the_own_pole_and_for_communes_without_one()
    {
        Assert.Equal("poles/P12", (await Submit(r => r.Commune = "")).Case.Pole);
        Assert.Equal("poles/P12", (await Submit(r => r.Pole = "")).Case.Pole);
        Assert.Equal("", (await Submit(r => (r.Pole, r.Commune) = ("", "62427"))).Case.Pole);
        Assert.Equal("", (await Submit(r => (r.Pole, r.Commune) = ("", "62100"))).Case.Pole);
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Submit(r => r.Pole = "poles/P13"));
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Submit(r => (r.Pole, r.Commune) = ("", "59350")));

        AsyncUnaryCall<SubmitCaseResponse> Submit(Action<SubmitCaseRequest> change) =>
            Intake.SubmitCaseAsync(IntakeFixture.Request(change), IntakeFixture.At(IntakeFixture.Referent));
    }

    [Fact]
    public async Task A_professional_is_recognised_by_the_rpps_too()
    {
        var token = Tokens.Professional("f:0b1f:899700000013", "99700000013");
        var response = await Intake.SubmitCaseAsync(IntakeFixture.Request(), IntakeFixture.At(token));
        Assert.Equal(IntakeFixture.Doctor, response.Case.Requester);
        Assert.Equal(response.Case, (await Intake.GetCaseAsync(new GetCaseRequest { Name = response.Case.Name }, IntakeFixture.At(token))).Case);
    }

    [Fact]
    public async Task An_urgent_request_is_told_whom_to_call()
    {
        var response = await Intake.SubmitCaseAsync(IntakeFixture.Request(r => r.Urgent = true), IntakeFixture.At(IntakeFixture.Coordinator));
        Assert.StartsWith(
            "L'intervision n'est pas un dispositif d'urgence : appelez le 15, le 18 ou le 119.", response.Notice, StringComparison.Ordinal);
        Assert.True(Assert.Single(await service.Said(response.Case.Name)).As<CaseSubmitted>().Urgent);
    }

    [Fact]
    public async Task Where_the_programme_asks_for_no_physician_none_is_needed()
    {
        var submitted = await service.Submitted(r =>
        {
            (r.Programme, r.Pole, r.Commune) = ("programmes/SANTE_PRECARITE", "", "59350");
            r.AttendingPhysicianAbsence = AttendingPhysicianAbsence.Unspecified;
        });
        Assert.Equal("poles/L01", submitted.Pole);
    }

    [Fact]
    public async Task The_seat_of_its_pole_may_be_named_and_another_commune_is_a_suspicion()
    {
        var seat = await service.Intake.SubmitCaseAsync(
            IntakeFixture.Request(r => r.Question = "Qui peut recevoir le patient à Lens ?"), IntakeFixture.At(IntakeFixture.Coordinator));
        Assert.Empty(seat.Warnings);
        var other = await service.Intake.SubmitCaseAsync(
            IntakeFixture.Request(r => r.Question = "Qui peut recevoir le patient à Lille ?"), IntakeFixture.At(IntakeFixture.Coordinator));
        Assert.Equal(("COMMUNE", 31, 5), Assert.Single(other.Warnings) switch { var w => (w.Reason, w.Start, w.Length) });
    }

    [Fact]
    public async Task A_draft_pole_is_heard_and_takes_no_case()
    {
        var draft = new Membership.V1.Pole
        {
            Name = "poles/P78", DisplayName = "Brouillon", Programme = "programmes/ADDICTIONS", SeatCommune = "80001", DurationMinutes = 90,
            Modality = Membership.V1.Modality.InPerson, Communes = { "80001" }, State = Membership.V1.Pole.Types.State.Draft,
        };
        await service.Deliver("membership", new Membership.Events.V1.PoleChanged { Pole = draft }, draft.Name, IntakeFixture.Start);
        Assert.Equal("", (await service.Submitted(r => (r.Pole, r.Commune) = ("", "80001"))).Pole);
    }

    [Fact]
    public async Task What_Membership_says_again_replaces_what_it_said()
    {
        var name = "poles/P77";
        await service.Deliver("membership", Pole("80001"), name, IntakeFixture.Start);
        await service.Deliver("membership", Pole(), name, IntakeFixture.Start, 2);
        await service.Deliver("membership", Pole(), name, IntakeFixture.Start, 2);
        Assert.Equal("", (await service.Submitted(r => (r.Pole, r.Commune) = ("", "80001"))).Pole);

        Membership.Events.V1.PoleChanged Pole(params string[] communes) => new()
        {
            Pole = new Membership.V1.Pole { Name = name, Programme = "programmes/ADDICTIONS", Communes = { communes }, State = Membership.V1.Pole.Types.State.Active },
        };
    }
}
