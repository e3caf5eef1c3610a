using Grpc.Core;
using Intervision.Membership.Events.V1;
using Intervision.Membership.Professionals;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Basis = Intervision.Membership.V1.ExpertDesignation.Types.Basis;

namespace Intervision.Membership.Tests;

/// <summary>Who has accepted which version of the charter.</summary>
public sealed class CharterTests(PeopleScene membership) : PersonSteps(membership), IClassFixture<PeopleScene>
{
    [Fact]
    public async Task A_charter_is_accepted_by_version_and_the_same_again_changes_nothing()
    {
        var person = await Register(New());
        var first = await Once.Acts<AcceptCharterRequest, AcceptCharterResponse>(
            Membership, r => Directory.AcceptCharterAsync(r, Coordinator), Charter(person.Name, "2020"), r => r.Version = "2024", (1, 1));
        Assert.Equal(("v2", Sample.Date("2026-08-31")), (first.Professional.Etag, first.Professional.CharterAcceptedDate));
        var again = await Directory.AcceptCharterAsync(Charter(person.Name, "2020", "2026-09-01"), Coordinator);
        Assert.Equal(first.Professional, again.Professional);
        var earlier = await Directory.AcceptCharterAsync(Charter(person.Name, "2024", "2025-01-01"), Coordinator);
        Assert.Equal((2, Sample.Date("2026-08-31")), (earlier.Professional.CharterAcceptances.Count, earlier.Professional.CharterAcceptedDate));
        Assert.Equal(earlier.Professional, (await Membership.Said(person.Name))[^1].As<ProfessionalChanged>().Professional);
    }

    [Fact]
    public async Task Several_acceptances_at_once_are_all_kept()
    {
        var person = await Register(New());
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async i => await Directory.AcceptCharterAsync(Charter(person.Name, i % 2 == 0 ? "2020" : "2024"), Coordinator)));
        Assert.Equal(["2020", "2024"], (await Get(person.Name)).CharterAcceptances.Select(a => a.Version).Order(StringComparer.Ordinal));
        Assert.Equal(3, (await Membership.Said(person.Name)).Count);
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

    private static AcceptCharterRequest Charter(string name, string version, string date = "2026-08-31") => new()
    {
        RequestId = Id(), Name = name, Programme = "programmes/ADDICTIONS", Version = version, AcceptDate = date.Length == 0 ? null : Sample.Date(date),
    };
}
