using Grpc.Core;
using Intervision.Membership.Events.V1;
using Intervision.Membership.Professionals;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Basis = Intervision.Membership.V1.ExpertDesignation.Types.Basis;

namespace Intervision.Membership.Tests;

/// <summary>People entered and changed by hand, and what they do where.</summary>
public sealed class ProfessionalTests(PeopleScene membership) : PersonSteps(membership), IClassFixture<PeopleScene>
{
    [Fact]
    public async Task Registered_with_an_id_of_its_own_and_told_in_full()
    {
        var said = New("").With(p =>
        {
            (p.FamilyName, p.GivenName, p.Expert, p.CharterAcceptedDate) = (" Lefe\u0300vre ", "Zoé", true, Sample.Date("2020-01-01"));
            p.ExpertDesignations.Add(new ExpertDesignation { Basis = Basis.Addictologist, FromDate = Sample.Date("2020-01-01") });
        });
        var answer = await Once.Acts<RegisterProfessionalRequest, RegisterProfessionalResponse>(
            Membership, r => Directory.RegisterProfessionalAsync(r, Coordinator), new() { Professional = said }, r => r.Professional.GivenName = "Léa", (1, 1));
        var person = answer.Professional;
        Assert.Equal(("Lefèvre", "v1", false, null, 0), (person.FamilyName, person.Etag, person.Expert, person.CharterAcceptedDate, person.ExpertDesignations.Count));
        Assert.True(Guid.TryParse(person.Name["professionals/".Length..], out _));
        Assert.Equal(person, Assert.Single(await Membership.Said(person.Name)).As<ProfessionalChanged>().Professional);
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
        var row = Assert.Single(await Membership.Import(person.Row()));
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
            Membership, r => Directory.UpdateProfessionalAsync(r, Coordinator), new() { Professional = new() { Name = person.Name, Etag = "v2", Mssante = "Lea@PRO.mssante.fr" } },
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
        Assert.Single(await Membership.Said(person.Name));
    }

    [Fact]
    public async Task Turnover_one_activity_ends_another_starts_and_history_stays()
    {
        var person = await Register(New());
        var first = person.Activities[0];
        var ended = await Once.Acts<EndActivityRequest, EndActivityResponse>(
            Membership, r => Directory.EndActivityAsync(r, Coordinator),
            new() { Name = first.ActivityName, Etag = person.Etag, UntilDate = Sample.Date("2026-06-30") }, r => r.UntilDate = Sample.Date("2026-07-31"), (1, 1));
        var started = await Once.Acts<StartActivityRequest, StartActivityResponse>(
            Membership, r => Directory.StartActivityAsync(r, Coordinator),
            new() { Name = person.Name, Etag = ended.Professional.Etag, Activity = Sample.Activity("2026-07-01", organisation: Cabinet).With(a => a.Pole = "") },
            r => r.Activity.Mode = Mode.Salaried, (1, 1));
        Assert.Equal(2, started.Professional.Activities.Count);
        Assert.Equal([first.Organisation], await Where(person.Name, "2026-06-29"));
        Assert.Equal([], await Where(person.Name, "2026-06-30"));
        Assert.Equal(["organisations/" + Cabinet], await Where(person.Name, "2026-07-01"));
        Assert.Equal(started.Professional, (await Membership.Said(person.Name))[^1].As<ProfessionalChanged>().Professional);
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

    private AsyncUnaryCall<UpdateProfessionalResponse> Update(Professional person) =>
        Directory.UpdateProfessionalAsync(new() { RequestId = Id(), Professional = person }, Coordinator);

    private AsyncUnaryCall<StartActivityResponse> Start(Professional person, Activity activity) =>
        Directory.StartActivityAsync(new() { RequestId = Id(), Name = person.Name, Etag = person.Etag, Activity = activity }, Coordinator);

    private AsyncUnaryCall<EndActivityResponse> End(string activity, string etag, string until) =>
        Directory.EndActivityAsync(new() { RequestId = Id(), Name = activity, Etag = etag, UntilDate = Sample.Date(until) }, Coordinator);

    private async Task<IEnumerable<string>> Where(string name, string date) =>
        (await Directory.GetProfessionalAsync(new() { Name = name, OnDate = Sample.Date(date) }, Coordinator)).Professional.Activities.Select(a => a.Organisation);
}
