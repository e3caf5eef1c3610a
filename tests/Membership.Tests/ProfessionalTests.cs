using Grpc.Core;
using Intervision.Membership.Events.V1;
using Intervision.Membership.Professionals;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Basis = Intervision.Membership.V1.ExpertDesignation.Types.Basis;

namespace Intervision.Membership.Tests;

/// <summary>People entered and changed by hand; each test has a person of its own.</summary>
public sealed class ProfessionalTests(ProfessionalTests.Scene membership) : IClassFixture<ProfessionalTests.Scene>
{
    private const string Hospital = "590000998";
    private const string Cabinet = "620000992";
    private static readonly Metadata Coordinator = Tokens.As(Tokens.Coordinator(), MembershipFixture.Now);
    private static int people;

    private MembershipService.MembershipServiceClient Directory => membership.Directory;

    [Fact]
    public async Task Registered_with_an_id_of_its_own_and_told_in_full()
    {
        var said = New("").With(p =>
        {
            (p.FamilyName, p.GivenName, p.Expert, p.CharterAcceptedDate) = (" Lefe\u0300vre ", "Zoé", true, Sample.Date("2020-01-01"));
            p.ExpertDesignations.Add(new ExpertDesignation { Basis = Basis.Addictologist, FromDate = Sample.Date("2020-01-01") });
        });
        var answer = await Once.Acts<RegisterProfessionalRequest, RegisterProfessionalResponse>(
            membership, r => Directory.RegisterProfessionalAsync(r, Coordinator), new() { Professional = said }, r => r.Professional.GivenName = "Léa", (1, 1));
        var person = answer.Professional;
        Assert.Equal(("Lefèvre", "v1", false, null, 0), (person.FamilyName, person.Etag, person.Expert, person.CharterAcceptedDate, person.ExpertDesignations.Count));
        Assert.True(Guid.TryParse(person.Name["professionals/".Length..], out _));
        Assert.Equal(person, Assert.Single(await membership.Said(person.Name)).As<ProfessionalChanged>().Professional);
        var change = Assert.Single((await Directory.ListChangesAsync(new ListChangesRequest { Resource = person.Name }, Coordinator)).Changes);
        Assert.Equal(("coordinator@region", "RegisterProfessional"), (change.Caller, change.Method));
    }

    [Fact]
    public async Task A_name_or_a_number_that_is_taken_is_named()
    {
        var rpps = Rpps(17);
        var first = await Register(New().With(p => p.Rpps = rpps));
        await Refused.With(StatusCode.AlreadyExists, "PROFESSIONAL_EXISTS", () => RegisterCall(New(first.Name)));
        var taken = await Refused.With(StatusCode.AlreadyExists, "RPPS_TAKEN", () => RegisterCall(New().With(p => p.Rpps = rpps)));
        Assert.Equal(first.Name, taken.Detail<Google.Rpc.ErrorInfo>()!.Metadata["name"]);
        var other = await Register(New());
        await Refused.With(
            StatusCode.AlreadyExists, "RPPS_TAKEN", () => Update(new() { Name = other.Name, Etag = other.Etag, Rpps = rpps }));
    }

    [Fact]
    public async Task Of_several_at_once_one_gets_the_number()
    {
        var rpps = Rpps(18);
        var refusals = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            try
            {
                await RegisterCall(New("").With(p => p.Rpps = rpps));
                return null;
            }
            catch (RpcException refused)
            {
                return refused.Reason();
            }
        }));
        Assert.Equal(5, refusals.Count(r => r == "RPPS_TAKEN"));
        Assert.Single(refusals, r => r is null);
    }

    [Theory]
    [InlineData("RPPS_INVALID", "10003461033")]
    [InlineData("MSSANTE_PATIENT", "", "185066204199830@patient.mssante.fr")]
    [InlineData("MSSANTE_INVALID", "", "x@gmail.com")]
    [InlineData("FAMILY_NAME_INVALID", "", "", " ")]
    [InlineData("NAME_INVALID", "", "", "A", "professionals/a/b")]
    [InlineData("IDENTIFIER_VERIFIED_DATE_IN_FUTURE", "", "", "A", "", "2026-09-02")]
    [InlineData("UNKNOWN_ORGANISATION", "", "", "A", "", "2026-09-01", "organisations/590000999")]
    [InlineData("ORGANISATION_INVALID", "", "", "A", "", "2026-09-01", "590000999")]
    [InlineData("UNKNOWN_POLE", "", "", "A", "", "2026-09-01", "organisations/590000014", "poles/P99")]
    public async Task What_is_wrong_in_a_new_person(
        string reason, string rpps = "", string mssante = "", string family = "A", string name = "", string verified = "2026-09-01",
        string organisation = "organisations/590000014", string pole = "")
    {
        var refused = await Refused.With(StatusCode.InvalidArgument, reason, () => RegisterCall(New().With(p =>
        {
            (p.Rpps, p.Mssante, p.FamilyName, p.IdentifierVerifiedDate) = (rpps, mssante, family, Sample.Date(verified));
            p.Name = name.Length == 0 ? p.Name : name;
            (p.Activities[0].Organisation, p.Activities[0].Pole) = (organisation, pole);
        })));
        Assert.DoesNotContain("185066204199830", refused.FrenchMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_person_who_is_twice_the_same_thing_is_refused_with_the_name_of_one()
    {
        var person = New().With(p => p.Activities.Add(Sample.Activity("2022-01-01").With(a => a.Pole = "")));
        var refused = await Refused.With(StatusCode.FailedPrecondition, "ACTIVITY_OVERLAP", () => RegisterCall(person));
        Assert.StartsWith($"{person.Name}/activities/", refused.Detail<Google.Rpc.PreconditionFailure>()!.Violations[0].Subject, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_import_too_names_the_activity_in_the_way()
    {
        var person = New().With(p => p.Activities.Add(Sample.Activity("2022-01-01")));
        var row = Assert.Single(await membership.Import(person.Row()));
        Assert.Equal("ACTIVITY_OVERLAP", row.Reason);
        Assert.Contains(Activities.NameOf(person.Name["professionals/".Length..], person.Activities[0]), row.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Updated_by_mask_with_one_winner()
    {
        var person = await Register(New());
        var request = new UpdateProfessionalRequest
        {
            Professional = new() { Name = person.Name, Etag = person.Etag, GivenName = "Léa", FamilyName = "Ignored" }, UpdateMask = new() { Paths = { "given_name" } },
        };
        await Once.Wins(r => Directory.UpdateProfessionalAsync(r, Coordinator), request, (r, etag) => r.Professional.Etag = etag);
        var now = await Get(person.Name);
        Assert.Equal(person.With(p => (p.GivenName, p.Etag) = ("Léa", "v2")), now);
        await Once.Acts<UpdateProfessionalRequest, UpdateProfessionalResponse>(
            membership, r => Directory.UpdateProfessionalAsync(r, Coordinator), new() { Professional = new() { Name = person.Name, Etag = "v2", Mssante = "Lea@PRO.mssante.fr" } },
            r => r.Professional.Mssante = "other@pro.mssante.fr", (1, 1));
        Assert.Equal("lea@pro.mssante.fr", (await Get(person.Name)).Mssante);
        await Refused.With(StatusCode.InvalidArgument, "UPDATE_MASK_INVALID", () => Directory.UpdateProfessionalAsync(
            new() { RequestId = Id(), Professional = new() { Name = person.Name, Etag = "v3" }, UpdateMask = new() { Paths = { "activities" } } }, Coordinator));
        await Refused.With(StatusCode.InvalidArgument, "GIVEN_NAME_INVALID", () => Directory.UpdateProfessionalAsync(
            new() { RequestId = Id(), Professional = new() { Name = person.Name, Etag = "v3" }, UpdateMask = new() { Paths = { "given_name" } } }, Coordinator));
        await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => Update(new() { Name = "professionals/nobody", Etag = "v1", GivenName = "A" }));
    }

    [Fact]
    public async Task What_is_already_so_changes_nothing()
    {
        var person = await Register(New());
        var again = await Update(new() { Name = person.Name, Etag = person.Etag, GivenName = person.GivenName });
        Assert.Equal(person, again.Professional);
        Assert.Single(await membership.Said(person.Name));
    }

    [Fact]
    public async Task Turnover_one_activity_ends_another_starts_and_history_stays()
    {
        var person = await Register(New());
        var first = person.Activities[0];
        var ended = await Once.Acts<EndActivityRequest, EndActivityResponse>(
            membership, r => Directory.EndActivityAsync(r, Coordinator),
            new() { Name = first.ActivityName, Etag = person.Etag, UntilDate = Sample.Date("2026-06-30") }, r => r.UntilDate = Sample.Date("2026-07-31"), (1, 1));
        var started = await Once.Acts<StartActivityRequest, StartActivityResponse>(
            membership, r => Directory.StartActivityAsync(r, Coordinator),
            new() { Name = person.Name, Etag = ended.Professional.Etag, Activity = Sample.Activity("2026-07-01", organisation: Cabinet).With(a => a.Pole = "") },
            r => r.Activity.Mode = Mode.Salaried, (1, 1));
        Assert.Equal(2, started.Professional.Activities.Count);
        Assert.Equal([first.Organisation], await Where(person.Name, "2026-06-29"));
        Assert.Equal([], await Where(person.Name, "2026-06-30"));
        Assert.Equal(["organisations/" + Cabinet], await Where(person.Name, "2026-07-01"));
        Assert.Equal(started.Professional, (await membership.Said(person.Name))[^1].As<ProfessionalChanged>().Professional);
    }

    [Fact]
    public async Task The_same_activity_twice_is_refused_with_the_name_of_the_first()
    {
        var person = await Register(New());
        var refused = await Refused.With(StatusCode.FailedPrecondition, "ACTIVITY_OVERLAP", () => Start(person, Sample.Activity("2025-01-01").With(a => a.Pole = "")));
        Assert.Equal(person.Activities[0].ActivityName, refused.Detail<Google.Rpc.PreconditionFailure>()!.Violations[0].Subject);
        Assert.Equal(person, await Get(person.Name));
        await Refused.With(StatusCode.InvalidArgument, "PROFESSION_OBSOLETE", () => Start(person, Sample.Activity("2025-01-01", code: "93")));
        await Refused.With(StatusCode.InvalidArgument, "UNKNOWN_ORGANISATION", () => Start(person, Sample.Activity("2025-01-01", organisation: "590000022").With(a => a.Pole = "")));
        await Refused.With(StatusCode.InvalidArgument, "PROFESSION_INVALID", () => Directory.StartActivityAsync(new() { RequestId = Id(), Name = person.Name, Etag = person.Etag }, Coordinator));
        await Once.Wins(
            r => Directory.StartActivityAsync(r, Coordinator),
            new StartActivityRequest { Name = person.Name, Etag = person.Etag, Activity = Sample.Activity("2025-01-01", mode: Mode.Salaried).With(a => a.Pole = "") },
            (r, etag) => r.Etag = etag);
    }

    [Fact]
    public async Task An_end_can_be_said_again_but_not_over_the_next()
    {
        var person = await Register(New().With(p =>
        {
            p.Activities[0].UntilDate = Sample.Date("2022-01-01");
            p.Activities.Add(Sample.Activity("2023-01-01").With(a => a.Pole = ""));
        }));
        var (first, second) = (person.Activities[0].ActivityName, person.Activities[1].ActivityName);
        var refused = await Refused.With(StatusCode.FailedPrecondition, "ACTIVITY_OVERLAP", () => End(first, person.Etag, "2023-01-02"));
        Assert.Equal(second, refused.Detail<Google.Rpc.PreconditionFailure>()!.Violations[0].Subject);
        await Refused.With(StatusCode.InvalidArgument, "UNTIL_DATE_INVALID", () => End(first, person.Etag, "2020-01-01"));
        await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => End(person.Name + "/activities/none", person.Etag, "2023-01-01"));
        await Refused.With(StatusCode.InvalidArgument, "NAME_INVALID", () => End(person.Name, person.Etag, "2023-01-01"));
        Assert.Equal(person, (await End(first, person.Etag, "2022-01-01")).Professional);
        Assert.Equal(Sample.Date("2023-01-01"), (await End(first, person.Etag, "2023-01-01")).Professional.Activities[0].UntilDate);
        await Once.Wins(
            r => Directory.EndActivityAsync(r, Coordinator), new EndActivityRequest { Name = second, Etag = "v2", UntilDate = Sample.Date("2026-01-01") }, (r, etag) => r.Etag = etag);
    }

    [Fact]
    public async Task Designated_an_expert_and_no_longer()
    {
        var person = await Register(New().With(p => p.Activities[0].Organisation = "organisations/" + Sample.Host));
        var designated = await Once.Acts<DesignateExpertRequest, DesignateExpertResponse>(
            membership, r => Directory.DesignateExpertAsync(r, Coordinator),
            new() { Name = person.Name, Etag = person.Etag, Designation = new() { Basis = Basis.CsapaDoctor, FromDate = Sample.Date("2026-01-01") } },
            r => r.Designation.Basis = Basis.HospitalDoctor, (1, 1));
        Assert.Empty(designated.Warnings);
        Assert.True(designated.Professional.Expert);
        await Refused.With(StatusCode.FailedPrecondition, "EXPERT_OVERLAP", () => Designate(designated.Professional, Basis.Addictologist, "2027-01-01"));
        var ended = await Once.Acts<EndExpertDesignationRequest, EndExpertDesignationResponse>(
            membership, r => Directory.EndExpertDesignationAsync(r, Coordinator),
            new() { Name = person.Name, Etag = "v2", UntilDate = Sample.Date("2026-09-01") }, r => r.UntilDate = Sample.Date("2026-09-02"), (1, 1));
        Assert.False(ended.Professional.Expert);
        Assert.Equal(ended.Professional, (await membership.Said(person.Name))[^1].As<ProfessionalChanged>().Professional);
        await Refused.With(StatusCode.FailedPrecondition, "NOT_AN_EXPERT", () => EndDesignation(ended.Professional, "2026-10-01"));
        var again = await Designate(ended.Professional, Basis.CsapaDoctor, "2026-09-01");
        Assert.True(again.Professional.Expert);
        Assert.Equal(2, again.Professional.ExpertDesignations.Count);
        await Refused.With(StatusCode.InvalidArgument, "UNTIL_DATE_INVALID", () => EndDesignation(again.Professional, "2026-09-01"));
    }

    [Fact]
    public async Task Of_several_designations_at_once_one_wins()
    {
        var person = await Register(New());
        await Once.Wins(
            r => Directory.DesignateExpertAsync(r, Coordinator),
            new DesignateExpertRequest { Name = person.Name, Etag = person.Etag, Designation = new() { Basis = Basis.CsapaDoctor, FromDate = Sample.Date("2026-01-01") } },
            (r, etag) => r.Etag = etag);
        await Once.Wins(
            r => Directory.EndExpertDesignationAsync(r, Coordinator),
            new EndExpertDesignationRequest { Name = person.Name, Etag = "v2", UntilDate = Sample.Date("2026-12-01") }, (r, etag) => r.Etag = etag);
    }

    [Theory]
    [InlineData(Basis.Unspecified, "2026-01-01", "", "BASIS_INVALID")]
    [InlineData(Basis.CsapaDoctor, "", "", "FROM_DATE_INVALID")]
    [InlineData(Basis.CsapaDoctor, "2026-01-01", "2026-01-01", "UNTIL_DATE_INVALID")]
    public async Task What_is_no_designation(Basis basis, string from, string until, string reason)
    {
        var designation = new ExpertDesignation
        {
            Basis = basis, FromDate = from.Length == 0 ? null : Sample.Date(from), UntilDate = until.Length == 0 ? null : Sample.Date(until),
        };
        await Refused.With(StatusCode.InvalidArgument, reason, () => Directory.DesignateExpertAsync(
            new() { RequestId = Id(), Name = "professionals/anybody", Etag = "v1", Designation = designation }, Coordinator));
    }

    [Theory]
    [InlineData(Basis.CsapaDoctor, Sample.Host, "10", "SM54", false)]
    [InlineData(Basis.CsapaDoctor, Hospital, "10", "SM54", true)]
    [InlineData(Basis.CsapaDoctor, Sample.Host, "60", "", true)] // a nurse of the CSAPA
    [InlineData(Basis.HospitalDoctor, Hospital, "10", "SM42", false)]
    [InlineData(Basis.HospitalDoctor, Sample.Host, "10", "SM42", true)]
    [InlineData(Basis.Addictologist, Cabinet, "10", "CAPA01", false)]
    [InlineData(Basis.Addictologist, Cabinet, "10", "DSM200", false)]
    [InlineData(Basis.Addictologist, Cabinet, "10", "DEC01", false)]
    [InlineData(Basis.Addictologist, Cabinet, "10", "SST01", false)]
    [InlineData(Basis.Addictologist, Hospital, "10", "SM54", true)]
    public async Task A_basis_that_no_activity_bears_out_is_a_warning(Basis basis, string organisation, string code, string savoirFaire, bool warned)
    {
        var person = await Register(New().With(p => (p.Activities[0].Organisation, p.Activities[0].ProfessionCode, p.Activities[0].SavoirFaire) = ("organisations/" + organisation, code, savoirFaire)));
        var answer = await Designate(person, basis, "2026-01-01");
        Assert.Equal(warned ? ["EXPERT_BASIS_NOT_SHOWN"] : Array.Empty<string>(), answer.Warnings.Select(w => w.Reason));
        Assert.True(answer.Professional.Expert);
    }

    [Theory]
    [InlineData("2025-01-01", null, "2026-09-01")]
    [InlineData("2027-01-01", null, "2027-01-01")]
    [InlineData("2025-01-01", "2026-01-01", "2025-12-31")]
    [InlineData("2025-01-01", "2026-09-01", "2026-08-31")]
    [InlineData("2025-01-01", "2026-09-02", "2026-09-01")]
    public void The_day_whose_activities_bear_a_designation_out(string from, string? until, string day) => Assert.Equal(
        DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture),
        ExpertDesignations.DayToShow(
            DateOnly.Parse(from, System.Globalization.CultureInfo.InvariantCulture),
            until is null ? null : DateOnly.Parse(until, System.Globalization.CultureInfo.InvariantCulture),
            new DateOnly(2026, 9, 1)));

    [Fact]
    public async Task A_charter_is_accepted_by_version_and_the_same_again_changes_nothing()
    {
        var person = await Register(New());
        var first = await Once.Acts<AcceptCharterRequest, AcceptCharterResponse>(
            membership, r => Directory.AcceptCharterAsync(r, Coordinator), Charter(person.Name, "2020"), r => r.Version = "2024", (1, 1));
        Assert.Equal(("v2", Sample.Date("2026-08-31")), (first.Professional.Etag, first.Professional.CharterAcceptedDate));
        var again = await Directory.AcceptCharterAsync(Charter(person.Name, "2020", "2026-09-01"), Coordinator);
        Assert.Equal(first.Professional, again.Professional);
        var earlier = await Directory.AcceptCharterAsync(Charter(person.Name, "2024", "2025-01-01"), Coordinator);
        Assert.Equal((2, Sample.Date("2026-08-31")), (earlier.Professional.CharterAcceptances.Count, earlier.Professional.CharterAcceptedDate));
        Assert.Equal(earlier.Professional, (await membership.Said(person.Name))[^1].As<ProfessionalChanged>().Professional);
    }

    [Fact]
    public async Task Several_acceptances_at_once_are_all_kept()
    {
        var person = await Register(New());
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async i => await Directory.AcceptCharterAsync(Charter(person.Name, i % 2 == 0 ? "2020" : "2024"), Coordinator)));
        Assert.Equal(["2020", "2024"], (await Get(person.Name)).CharterAcceptances.Select(a => a.Version).Order(StringComparer.Ordinal));
        Assert.Equal(3, (await membership.Said(person.Name)).Count);
    }

    [Fact]
    public async Task A_professional_accepts_for_oneself_only()
    {
        var (person, other) = (await Register(New().With(p => p.Rpps = Rpps(19))), await Register(New()));
        var oneself = Tokens.As(Tokens.Professional("psc|1", Rpps(19)), MembershipFixture.Now);
        Assert.Single((await Directory.AcceptCharterAsync(Charter(person.Name, "2020"), oneself)).Professional.CharterAcceptances);
        foreach (var name in new[] { other.Name, "professionals/nobody", "nonsense" })
        {
            await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Directory.AcceptCharterAsync(Charter(name, "2020"), oneself));
        }
    }

    [Theory]
    [InlineData("UNKNOWN_CHARTER_VERSION", "1999")]
    [InlineData("UNKNOWN_CHARTER_VERSION", "protocole")] // published, but no charter
    [InlineData("UNKNOWN_CHARTER_VERSION", "2020", "2026-09-01", "programmes/NONE")]
    [InlineData("NAME_INVALID", "2020", "2026-09-01", "ADDICTIONS")]
    [InlineData("ACCEPT_DATE_IN_FUTURE", "2020", "2026-09-02")]
    [InlineData("ACCEPT_DATE_INVALID", "2020", "")]
    public async Task What_is_no_acceptance(string reason, string version, string date = "2026-09-01", string programme = "programmes/ADDICTIONS")
    {
        var person = await Register(New());
        await Refused.With(StatusCode.InvalidArgument, reason, () => Directory.AcceptCharterAsync(Charter(person.Name, version, date).With(c => c.Programme = programme), Coordinator));
        Assert.Equal(person, await Get(person.Name));
    }

    [Fact]
    public async Task Time_does_not_go_backwards()
    {
        var person = await Register(New());
        var before = Tokens.As(Tokens.Coordinator(), MembershipFixture.Now.AddMinutes(-1));
        await Refused.With(StatusCode.FailedPrecondition, "CLOCK_BEFORE_LAST_CHANGE", () => Directory.AcceptCharterAsync(Charter(person.Name, "2020"), before));
        await Refused.With(StatusCode.FailedPrecondition, "CLOCK_BEFORE_LAST_CHANGE", () => Directory.UpdateProfessionalAsync(
            new() { RequestId = Id(), Professional = new() { Name = person.Name, Etag = person.Etag, GivenName = "Léa" } }, before));
    }

    private static string Id() => Guid.CreateVersion7().ToString();

    private static Professional New(string? name = null) => new()
    {
        Name = name ?? $"professionals/NEW-{Interlocked.Increment(ref people)}",
        FamilyName = "Durand",
        GivenName = "Anne",
        Activities = { Sample.Activity("2020-01-01").With(a => a.Pole = "") },
    };

    /// <summary>A valid number that no other person has.</summary>
    private static string Rpps(int number) =>
        Enumerable.Range(0, 10).Select(key => $"99711111{number}{key}").Single(candidate => Identifiers.Keys.IsLuhn(candidate));

    private static AcceptCharterRequest Charter(string name, string version, string date = "2026-08-31") => new()
    {
        RequestId = Id(), Name = name, Programme = "programmes/ADDICTIONS", Version = version, AcceptDate = date.Length == 0 ? null : Sample.Date(date),
    };

    private AsyncUnaryCall<RegisterProfessionalResponse> RegisterCall(Professional person) =>
        Directory.RegisterProfessionalAsync(new() { RequestId = Id(), Professional = person }, Coordinator);

    private async Task<Professional> Register(Professional person) => (await RegisterCall(person)).Professional;

    private AsyncUnaryCall<UpdateProfessionalResponse> Update(Professional person) =>
        Directory.UpdateProfessionalAsync(new() { RequestId = Id(), Professional = person }, Coordinator);

    private AsyncUnaryCall<StartActivityResponse> Start(Professional person, Activity activity) =>
        Directory.StartActivityAsync(new() { RequestId = Id(), Name = person.Name, Etag = person.Etag, Activity = activity }, Coordinator);

    private AsyncUnaryCall<EndActivityResponse> End(string activity, string etag, string until) =>
        Directory.EndActivityAsync(new() { RequestId = Id(), Name = activity, Etag = etag, UntilDate = Sample.Date(until) }, Coordinator);

    private AsyncUnaryCall<DesignateExpertResponse> Designate(Professional person, Basis basis, string from) => Directory.DesignateExpertAsync(
        new() { RequestId = Id(), Name = person.Name, Etag = person.Etag, Designation = new() { Basis = basis, FromDate = Sample.Date(from) } }, Coordinator);

    private AsyncUnaryCall<EndExpertDesignationResponse> EndDesignation(Professional person, string until) =>
        Directory.EndExpertDesignationAsync(new() { RequestId = Id(), Name = person.Name, Etag = person.Etag, UntilDate = Sample.Date(until) }, Coordinator);

    private async Task<Professional> Get(string name) => (await Directory.GetProfessionalAsync(new() { Name = name }, Coordinator)).Professional;

    private async Task<IEnumerable<string>> Where(string name, string date) =>
        (await Directory.GetProfessionalAsync(new() { Name = name, OnDate = Sample.Date(date) }, Coordinator)).Professional.Activities.Select(a => a.Organisation);

    /// <summary>A CSAPA, a hospital, a cabinet, and two versions of the charter.</summary>
    public sealed class Scene : MembershipFixture
    {
        protected override async Task Prepare()
        {
            await Import(
                Sample.Lille().Row(),
                Sample.Organisation().Row(),
                Sample.Organisation(Hospital, kind: "CH").With(o => o.Convention = null).Row(),
                Sample.Organisation(Cabinet, kind: "CABINET").With(o => o.Convention = null).Row());
            foreach (var (version, kind) in new[] { ("2020", ProgrammeDocument.Types.Kind.Charter), ("2024", ProgrammeDocument.Types.Kind.Charter), ("protocole", ProgrammeDocument.Types.Kind.UseProtocol) })
            {
                var programme = (await Directory.GetProgrammeAsync(new() { Name = "programmes/ADDICTIONS" }, Tokens.As(Tokens.Coordinator()))).Programme;
                await Directory.PublishProgrammeDocumentAsync(
                    new()
                    {
                        RequestId = Id(),
                        Name = programme.Name,
                        Etag = programme.Etag,
                        Document = new() { Kind = kind, Version = version, Title = "Texte", Sha256 = new string('a', 64), EffectiveDate = Sample.Date("2020-01-01") },
                    },
                    Tokens.As(Tokens.Coordinator()));
            }
        }
    }
}
