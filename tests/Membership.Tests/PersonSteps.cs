using Grpc.Core;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Membership.Tests;

/// <summary>The calls that tests about people make; each test has a person of its own.</summary>
public abstract class PersonSteps(PeopleScene membership)
{
    internal const string Hospital = "590000998";
    internal const string Cabinet = "620000992";
    private static int people;

    protected static Metadata Coordinator { get; } = Tokens.As(Tokens.Coordinator(), MembershipFixture.Now);

    protected PeopleScene Membership => membership;

    protected MembershipService.MembershipServiceClient Directory => membership.Directory;

    protected static string Id() => Guid.CreateVersion7().ToString();

    protected static Professional New(string? name = null) => new()
    {
        Name = name ?? $"professionals/NEW-{Interlocked.Increment(ref people)}",
        FamilyName = "Durand",
        GivenName = "Anne",
        Activities = { Sample.Activity("2020-01-01").With(a => a.Pole = "") },
    };

    /// <summary>A valid number that no other person has.</summary>
    protected static string Rpps(int number) =>
        Enumerable.Range(0, 10).Select(key => $"99711111{number}{key}").Single(candidate => Identifiers.Keys.IsLuhn(candidate));

    protected AsyncUnaryCall<RegisterProfessionalResponse> RegisterCall(Professional person) =>
        Directory.RegisterProfessionalAsync(new() { RequestId = Id(), Professional = person }, Coordinator);

    protected async Task<Professional> Register(Professional person) => (await RegisterCall(person)).Professional;

    protected async Task<Professional> Get(string name) => (await Directory.GetProfessionalAsync(new() { Name = name }, Coordinator)).Professional;
}

/// <summary>A CSAPA, a hospital, a cabinet, and two versions of the charter.</summary>
public sealed class PeopleScene : MembershipFixture
{
    protected override async Task Prepare()
    {
        await Import(
            Sample.Lille().Row(),
            Sample.Organisation().Row(),
            Sample.Organisation(PersonSteps.Hospital, kind: "CH").With(o => o.Convention = null).Row(),
            Sample.Organisation(PersonSteps.Cabinet, kind: "CABINET").With(o => o.Convention = null).Row());
        foreach (var (version, kind) in new[] { ("2020", ProgrammeDocument.Types.Kind.Charter), ("2024", ProgrammeDocument.Types.Kind.Charter), ("protocole", ProgrammeDocument.Types.Kind.UseProtocol) })
        {
            var programme = (await Directory.GetProgrammeAsync(new() { Name = "programmes/ADDICTIONS" }, Tokens.As(Tokens.Coordinator()))).Programme;
            await Directory.PublishProgrammeDocumentAsync(
                new()
                {
                    RequestId = Guid.CreateVersion7().ToString(),
                    Name = programme.Name,
                    Etag = programme.Etag,
                    Document = new() { Kind = kind, Version = version, Title = "Texte", Sha256 = new string('a', 64), EffectiveDate = Sample.Date("2020-01-01") },
                },
                Tokens.As(Tokens.Coordinator()));
        }
    }
}
