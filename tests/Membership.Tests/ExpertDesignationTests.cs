using Grpc.Core;
using Intervision.Membership.Events.V1;
using Intervision.Membership.Professionals;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Basis = Intervision.Membership.V1.ExpertDesignation.Types.Basis;

namespace Intervision.Membership.Tests;

/// <summary>Who is designated an expert, on what basis, until when.</summary>
public sealed class ExpertDesignationTests(PeopleScene membership) : PersonSteps(membership), IClassFixture<PeopleScene>
{
    [Fact]
    public async Task Designated_an_expert_and_no_longer()
    {
        var person = await Register(New().With(p => p.Activities[0].Organisation = "organisations/" + Sample.Host));
        var designated = await Once.Acts<DesignateExpertRequest, DesignateExpertResponse>(
            Membership, r => Directory.DesignateExpertAsync(r, Coordinator),
            new() { Name = person.Name, Etag = person.Etag, Designation = new() { Basis = Basis.CsapaDoctor, FromDate = Sample.Date("2026-01-01") } },
            r => r.Designation.Basis = Basis.HospitalDoctor, (1, 1));
        Assert.Empty(designated.Warnings);
        Assert.True(designated.Professional.Expert);
        await Refused.With(StatusCode.FailedPrecondition, "EXPERT_OVERLAP", () => Designate(designated.Professional, Basis.Addictologist, "2027-01-01"));
        var ended = await Once.Acts<EndExpertDesignationRequest, EndExpertDesignationResponse>(
            Membership, r => Directory.EndExpertDesignationAsync(r, Coordinator),
            new() { Name = person.Name, Etag = "v2", UntilDate = Sample.Date("2026-09-01") }, r => r.UntilDate = Sample.Date("2026-09-02"), (1, 1));
        Assert.False(ended.Professional.Expert);
        Assert.Equal(ended.Professional, (await Membership.Said(person.Name))[^1].As<ProfessionalChanged>().Professional);
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

    private AsyncUnaryCall<DesignateExpertResponse> Designate(Professional person, Basis basis, string from) => Directory.DesignateExpertAsync(
        new() { RequestId = Id(), Name = person.Name, Etag = person.Etag, Designation = new() { Basis = basis, FromDate = Sample.Date(from) } }, Coordinator);

    private AsyncUnaryCall<EndExpertDesignationResponse> EndDesignation(Professional person, string until) =>
        Directory.EndExpertDesignationAsync(new() { RequestId = Id(), Name = person.Name, Etag = person.Etag, UntilDate = Sample.Date(until) }, Coordinator);
}
