using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.Tests.Support;

namespace Intervision.Membership.Tests;

/// <summary>Conventions with hosts, from draft to their end.</summary>
public sealed class ConventionTests(SmallDirectory membership) : IClassFixture<SmallDirectory>
{
    private readonly ConventionDesk desk = new(membership);

    public static TheoryData<string, Action<Convention>> WrongDrafts => new()
    {
        { "START_DATE_INVALID", c => c.StartDate = null },
        { "START_DATE_INVALID", c => c.StartDate = new Google.Type.Date { Year = 2026, Month = 2, Day = 29 } },
        { "END_DATE_INVALID", c => c.EndDate = null },
        { "END_DATE_INVALID", c => c.EndDate = Sample.Date("2026-09-30") },
        { "CONTRIBUTION_KIND_INVALID", c => c.HostContribution.Kinds.Add(Contribution.Types.Kind.Unspecified) },
        { "CONTRIBUTION_KIND_INVALID", c => c.AssociationContribution.Kinds.Add((Contribution.Types.Kind)7) },
        { "CONTRIBUTION_DETAILS_TOO_LONG", c => c.HostContribution.Details = new string('a', 501) },
    };

    public static TheoryData<string, Action<SignConventionRequest>> WrongSignatures => new()
    {
        { "SIGN_DATE_INVALID", r => r.SignDate = null },
        { "SIGN_DATE_IN_FUTURE", r => r.SignDate = Sample.Date("2026-09-02") },
        { "DOCUMENT_SHA256_INVALID", r => r.DocumentSha256 = "" },
        { "DOCUMENT_SHA256_INVALID", r => r.DocumentSha256 = new string('0', 63) },
        { "DOCUMENT_SHA256_INVALID", r => r.DocumentSha256 = new string('g', 64) },
        { "ETAG_MISSING", r => r.Etag = "" },
    };

    [Fact]
    public async Task From_draft_to_end()
    {
        var host = await desk.Host();
        var said = ConventionDesk.Said(host.Name, "2026-10-01", "2029-09-30");
        var draft = (await Once.Acts(
            membership, desk.Draft, new DraftConventionRequest { Convention = said }, r => r.Convention.EndDate = Sample.Date("2030-01-01"), (1, 1))).Convention;
        Assert.Equal(said.Clone().With(c => (c.Name, c.State, c.Etag) = (draft.Name, Convention.Types.State.Draft, "v1")), draft);
        Assert.Null((await desk.Organisation(host.Name)).Convention);

        var changed = (await Once.Acts(
            membership,
            desk.Update,
            new UpdateConventionRequest { Convention = new() { Name = draft.Name, Etag = "v1", EndDate = Sample.Date("2028-09-30") } },
            r => r.Convention.EndDate = Sample.Date("2030-01-01"),
            (1, 1))).Convention;
        Assert.Equal(draft.Clone().With(c => (c.EndDate, c.Etag) = (Sample.Date("2028-09-30"), "v2")), changed);

        var signed = (await Once.Acts(
            membership, desk.Sign, ConventionDesk.Signing(changed).With(r => r.DocumentSha256 = r.DocumentSha256.ToUpperInvariant()), r => r.Etag = "v3", (2, 2))).Convention;
        Assert.Equal((Convention.Types.State.Signed, ConventionDesk.Fingerprint, Sample.Date("2026-08-31")), (signed.State, signed.DocumentSha256, signed.SignedDate));
        Assert.Equal(signed, (await desk.Organisation(host.Name)).Convention);

        var renewal = (await Once.Acts(
            membership,
            desk.Renew,
            new RenewConventionRequest { Name = signed.Name, Etag = signed.Etag, EndDate = Sample.Date("2031-09-30") },
            r => r.EndDate = Sample.Date("2032-09-30"),
            (1, 1))).Convention;
        Assert.Equal(
            (Convention.Types.State.Draft, Sample.Date("2028-10-01"), signed.Name, signed.HostContribution, ""),
            (renewal.State, renewal.StartDate, renewal.Renews, renewal.HostContribution, renewal.DocumentSha256));
        await desk.Terminated(renewal, null);

        var ended = await Once.Acts(membership, desk.Terminate, ConventionDesk.Terminating(signed, "2027-06-30"), r => r.Explanation = "", (2, 2));
        Assert.Equal((Convention.Types.State.Terminated, Sample.Date("2027-06-30")), (ended.Convention.State, ended.Convention.TerminateDate));
        var told = (await membership.Said(host.Name + "/conventions"))[^1].As<ConventionChanged>();
        Assert.Equal([ended.Convention, await desk.Get(renewal.Name)], told.Conventions);
        Assert.Equal(ended.Convention, (await membership.Said(host.Name))[^1].As<OrganisationChanged>().Organisation.Convention);
        Assert.Equal(told.Conventions.OrderBy(c => c.Name, StringComparer.Ordinal), await desk.List(new ListConventionsRequest { Organisation = host.Name }));
    }

    [Theory]
    [MemberData(nameof(WrongDrafts))]
    public async Task What_is_wrong_in_a_draft(string reason, Action<Convention> breaks)
    {
        var host = await desk.Host();
        var wrong = ConventionDesk.Said(host.Name, "2026-10-01", "2029-09-30").With(breaks);
        await Refused.With(StatusCode.InvalidArgument, reason, () => desk.Draft(Once.WithId(new DraftConventionRequest { Convention = wrong })));
        var draft = await desk.Drafted(host.Name, "2026-10-01", "2029-09-30");
        (wrong.Name, wrong.Etag) = (draft.Name, draft.Etag);
        var mask = new FieldMask { Paths = { "start_date", "end_date", "host_contribution", "association_contribution" } };
        await Refused.With(
            StatusCode.InvalidArgument, reason, () => desk.Update(Once.WithId(new UpdateConventionRequest { Convention = wrong, UpdateMask = mask })));
        Assert.Equal(draft, await desk.Get(draft.Name));
    }

    [Theory]
    [MemberData(nameof(WrongSignatures))]
    public async Task What_is_wrong_in_a_signature(string reason, Action<SignConventionRequest> breaks)
    {
        var draft = await desk.Drafted((await desk.Host()).Name, "2026-10-01", "2029-09-30");
        await Refused.With(StatusCode.InvalidArgument, reason, () => desk.Sign(Once.WithId(ConventionDesk.Signing(draft).With(breaks))));
        Assert.Equal(draft, await desk.Get(draft.Name));
    }

    [Fact]
    public async Task What_is_not_there()
    {
        await Refused.With(
            StatusCode.InvalidArgument,
            "UNKNOWN_ORGANISATION",
            () => desk.Draft(Once.WithId(new DraftConventionRequest { Convention = ConventionDesk.Said("organisations/1", "2026-10-01", "2029-09-30") })));
        await Refused.With(StatusCode.InvalidArgument, "NAME_INVALID", () => desk.Draft(Once.WithId(new DraftConventionRequest())));
        foreach (var name in new[] { "conventions/1", $"conventions/{Guid.Empty}" })
        {
            var none = new Convention { Name = name, Etag = "v1" };
            await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => desk.Update(Once.WithId(new UpdateConventionRequest { Convention = none })));
            await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => desk.Sign(Once.WithId(ConventionDesk.Signing(none))));
            await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => desk.Terminate(Once.WithId(ConventionDesk.Terminating(none, null))));
            await Assert.ThrowsAsync<RpcException>(() => desk.Get(name));
        }
    }

    [Fact]
    public async Task Signing_what_overlaps_names_what_is_in_the_way()
    {
        var host = await desk.Host();
        var first = await desk.Signed(host.Name, "2026-10-01", "2027-09-30");
        var draft = await desk.Drafted(host.Name, "2027-09-30", "2028-09-30");
        var refused = await Refused.With(StatusCode.FailedPrecondition, "CONVENTION_OVERLAP", () => desk.Sign(Once.WithId(ConventionDesk.Signing(draft))));
        Assert.Equal(first.Name, refused.Detail<Google.Rpc.PreconditionFailure>()!.Violations[0].Subject);
        Assert.Equal(first.Name, refused.Detail<Google.Rpc.ErrorInfo>()!.Metadata["conflict"]);

        // Once the first ends earlier, the second may be signed.
        await desk.Terminated(first, "2027-09-29");
        Assert.Equal(Convention.Types.State.Signed, (await desk.Signed(draft)).State);
    }

    [Fact]
    public async Task Of_two_overlapping_drafts_signed_at_once_one_is_signed()
    {
        var host = await desk.Host();
        var drafts = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => desk.Drafted(host.Name, $"2026-10-0{i + 1}", "2029-09-30")));
        var results = await Task.WhenAll(drafts.Select(async d =>
        {
            try
            {
                return (await desk.Signed(d)).Name;
            }
            catch (RpcException refused)
            {
                Assert.Equal("CONVENTION_OVERLAP", refused.Reason());
                return refused.Detail<Google.Rpc.ErrorInfo>()!.Metadata["conflict"];
            }
        }));
        Assert.Single(results.Distinct(StringComparer.Ordinal));
        // Drafted all at once, each was told with those before it.
        var told = (await membership.Said(host.Name + "/conventions")).Select(e => e.As<ConventionChanged>().Conventions.Count);
        Assert.Equal([1, 2, 3, 4, 5, 5], told);
    }

    [Fact]
    public async Task Of_two_renewals_of_one_convention_one_is_made()
    {
        var signed = await desk.Signed((await desk.Host()).Name, "2026-10-01", "2027-09-30");
        var request = new RenewConventionRequest { Name = signed.Name, Etag = signed.Etag, EndDate = Sample.Date("2028-09-30") };
        var results = await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ =>
        {
            try
            {
                return (await desk.Renew(Once.WithId(request.Clone()))).Convention.Name;
            }
            catch (RpcException refused)
            {
                Assert.Equal((StatusCode.FailedPrecondition, "CONVENTION_RENEWED"), (refused.StatusCode, refused.Reason()));
                return refused.Detail<Google.Rpc.ErrorInfo>()!.Metadata["renewal"];
            }
        }));
        Assert.Single(results.Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Of_several_who_change_one_version_one_wins()
    {
        var host = await desk.Host();
        var draft = await desk.Drafted(host.Name, "2026-10-01", "2027-09-30");
        var said = new Convention { Name = draft.Name, Etag = draft.Etag, EndDate = Sample.Date("2027-10-31") };
        var changed = (await Once.Wins(desk.Update, new UpdateConventionRequest { Convention = said }, (r, etag) => r.Convention.Etag = etag)).Convention;
        var signed = (await Once.Wins(desk.Sign, ConventionDesk.Signing(changed), (r, etag) => r.Etag = etag)).Convention;
        var ended = (await Once.Wins(desk.Terminate, ConventionDesk.Terminating(signed, "2026-12-31"), (r, etag) => r.Etag = etag)).Convention;
        Assert.Equal(("v4", Sample.Date("2026-12-31")), (ended.Etag, ended.TerminateDate));
    }

    [Fact]
    public async Task What_is_renewed_ends_earlier_only_once_the_renewal_is_given_up()
    {
        var first = await desk.Signed((await desk.Host()).Name, "2026-09-01", "2027-08-31");
        var renewal = await desk.Signed(await desk.Renewed(first, "2028-08-31"));
        var refused = await Refused.With(
            StatusCode.FailedPrecondition, "CONVENTION_RENEWED", () => desk.Terminate(Once.WithId(ConventionDesk.Terminating(first, "2027-01-31"))));
        Assert.Equal(renewal.Name, refused.Detail<Google.Rpc.PreconditionFailure>()!.Violations[0].Subject);

        // Signed but not begun: it never comes into force, and the way is free.
        var givenUp = (await desk.Terminated(renewal, null)).Convention;
        Assert.Equal((Convention.Types.State.Terminated, null), (givenUp.State, givenUp.TerminateDate));
        Assert.Equal(Sample.Date("2027-01-31"), (await desk.Terminated(first, "2027-01-31")).Convention.TerminateDate);
    }

    [Fact]
    public async Task A_renewal_keeps_its_first_day()
    {
        var first = await desk.Signed((await desk.Host()).Name, "2026-09-01", "2027-08-31");
        var renewal = await desk.Renewed(first, "2028-08-31");
        var later = new Convention { Name = renewal.Name, Etag = renewal.Etag, StartDate = Sample.Date("2027-09-02") };
        var refused = await Refused.With(
            StatusCode.FailedPrecondition, "RENEWAL_START_FIXED", () => desk.Update(Once.WithId(new UpdateConventionRequest { Convention = later })));
        Assert.Equal(first.Name, refused.Detail<Google.Rpc.ErrorInfo>()!.Metadata["renews"]);
        await Refused.With(
            StatusCode.InvalidArgument,
            "END_DATE_INVALID",
            () => desk.Renew(Once.WithId(new RenewConventionRequest { Name = first.Name, Etag = first.Etag })));
        await Refused.With(
            StatusCode.FailedPrecondition,
            "CONVENTION_NOT_DRAFT",
            () => desk.Update(Once.WithId(new UpdateConventionRequest { Convention = new() { Name = first.Name, Etag = first.Etag, EndDate = Sample.Date("2027-12-31") } })));
        await Refused.With(
            StatusCode.InvalidArgument,
            "UPDATE_MASK_INVALID",
            () => desk.Update(Once.WithId(new UpdateConventionRequest { Convention = later, UpdateMask = new FieldMask { Paths = { "renews" } } })));
    }

    [Fact]
    public async Task An_import_does_not_move_the_end_of_what_is_renewed()
    {
        var row = OrganisationTests.New().With(o => o.Convention = new Convention { SignedDate = Sample.Date("2026-01-01"), EndDate = Sample.Date("2026-12-31") });
        await membership.Import(row.Row());
        await desk.Renewed((await desk.Organisation(row.Name)).Convention, "2027-12-31");
        row.Convention.EndDate = Sample.Date("2026-11-30");
        Assert.Equal("CONVENTION_RENEWED", Assert.Single(await membership.Import(row.Row())).Reason);
    }

    [Fact]
    public async Task Those_that_end_soon()
    {
        var host = (await desk.Host()).Name;
        var soon = await desk.Signed(host, "2026-09-01", "2026-12-31");
        var ended = await desk.Terminated(await desk.Signed(host, "2027-01-01", "2027-12-31"), null);
        await desk.Drafted(host, "2026-09-01", "2026-10-31");
        Assert.Equal([soon], await desk.List(new ListConventionsRequest { Organisation = host, EndsBeforeDate = Sample.Date("2027-01-01") }));
        Assert.Empty(await desk.List(new ListConventionsRequest { Organisation = host, EndsBeforeDate = Sample.Date("2026-12-31") }));
        Assert.Equal(3, (await desk.List(new ListConventionsRequest { Organisation = host })).Count);
        var page = await membership.Directory.ListConventionsAsync(
            new ListConventionsRequest { Organisation = host, PageSize = 2 }, Tokens.As(Tokens.Coordinator(), MembershipFixture.Now));
        var rest = await membership.Directory.ListConventionsAsync(
            new ListConventionsRequest { Organisation = host, PageSize = 2, PageToken = page.NextPageToken }, Tokens.As(Tokens.Coordinator(), MembershipFixture.Now));
        Assert.Equal((2, 1, ""), (page.Conventions.Count, rest.Conventions.Count, rest.NextPageToken));
        Assert.Equal(Convention.Types.State.Terminated, ended.Convention.State);
    }
}
