using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Intake.Tests;

/// <summary>Who sees what of a case.</summary>
public sealed class ViewTests(IntakeFixture service)
{
    private IntakeService.IntakeServiceClient Intake => service.Intake;

    [Fact]
    public async Task Those_tied_to_a_case_see_it()
    {
        var submitted = await service.Submitted();
        foreach (var who in new[] { IntakeFixture.Coordinator, IntakeFixture.Referent, IntakeFixture.Host, IntakeFixture.Requester })
        {
            var seen = (await Intake.GetCaseAsync(new GetCaseRequest { Name = submitted.Name }, IntakeFixture.At(who))).Case;
            Assert.Equal(submitted, seen);
        }
    }

    [Fact]
    public async Task The_submitting_cpts_sees_code_and_state_only()
    {
        var submitted = await service.Submitted(r => (r.Channel, r.SubmittingOrganisation) = ("CPTS", IntakeFixture.CptsName));
        var seen = (await Intake.GetCaseAsync(new GetCaseRequest { Name = submitted.Name }, IntakeFixture.At(IntakeFixture.Cpts))).Case;
        Assert.Equal((submitted.Name, submitted.State, submitted.NextStep, submitted.ExternalId), (seen.Name, seen.State, seen.NextStep, seen.ExternalId));
        Assert.Equal(("", "", 0, 0, 0, 0), (seen.Requester, seen.AgeBand, seen.Motives.Count, seen.Contexts.Count, seen.Products.Count, seen.Actors.Count));
        Assert.Equal((ConsentStatus.Unspecified, ""), (seen.ConsentStatus, seen.Etag));
    }

    [Fact]
    public async Task The_submitting_cpts_is_told_where_a_request_went_never_what_became_of_the_patient()
    {
        var (redirected, abandoned) = (await Deposited(), await Deposited());
        await Intake.RedirectCaseAsync(
            new RedirectCaseRequest { RequestId = IntakeFixture.NewId(), Name = redirected.Name, Etag = redirected.Etag, Destination = "DAC" }, IntakeFixture.At(IntakeFixture.Referent, 1));
        await Intake.AbandonCaseAsync(
            new AbandonCaseRequest { RequestId = IntakeFixture.NewId(), Name = abandoned.Name, Etag = abandoned.Etag, Reason = "DECES" }, IntakeFixture.At(IntakeFixture.Referent, 1));
        Assert.Equal((CaseState.Redirected, "DAC"), await Told(redirected, IntakeFixture.Cpts));
        Assert.Equal((CaseState.Abandoned, ""), await Told(abandoned, IntakeFixture.Cpts));
        Assert.Equal((CaseState.Abandoned, "DECES"), await Told(abandoned, IntakeFixture.Requester));

        Task<Case> Deposited() => service.Submitted(r => (r.Channel, r.SubmittingOrganisation) = ("CPTS", IntakeFixture.CptsName));

        async Task<(CaseState, string)> Told(Case of, DevelopmentClaims who)
        {
            var seen = (await Intake.GetCaseAsync(new GetCaseRequest { Name = of.Name }, IntakeFixture.At(who, 2))).Case;
            return (seen.State, seen.EndCode);
        }
    }

    [Fact]
    public async Task Anyone_else_is_refused_as_if_it_did_not_exist()
    {
        var submitted = await service.Submitted();
        foreach (var who in Strangers.All.Append(IntakeFixture.Cpts).Append(IntakeFixture.Scheduling))
        {
            await Denied(submitted.Name, who);
            await Denied("cases/SIT-0000-0000", who);
            await Denied("nonsense", who);
        }

        await Denied("cases/SIT-0000-0000", IntakeFixture.Coordinator);
    }

    [Fact]
    public async Task A_list_shows_what_each_may_see()
    {
        var mine = await service.Submitted();
        var elsewhere = await service.Submitted(r => (r.Pole, r.Commune, r.Requester) = ("poles/P01", "59350", IntakeFixture.SocialWorker));
        var undecided = await service.Submitted(r => (r.Pole, r.Commune, r.Requester) = ("", "62427", IntakeFixture.SocialWorker));
        var cpts = await service.Submitted(r => (r.Channel, r.SubmittingOrganisation, r.Requester) = ("CPTS", IntakeFixture.CptsName, IntakeFixture.SocialWorker));

        await Sees(IntakeFixture.Coordinator, [mine, elsewhere, undecided, cpts], []);
        await Sees(IntakeFixture.Referent, [mine, undecided, cpts], [elsewhere]);
        await Sees(IntakeFixture.Host, [mine, undecided, cpts], [elsewhere]);
        await Sees(IntakeFixture.OtherReferent, [elsewhere], [mine, undecided, cpts]);
        await Sees(IntakeFixture.Requester, [mine], [elsewhere, undecided, cpts]);
        await Sees(IntakeFixture.Cpts, [cpts], [mine, elsewhere, undecided]);
        await Sees(Tokens.Cpts(IntakeFixture.OtherCptsName), [], [mine, elsewhere, undecided, cpts]);
        foreach (var role in new[] { Roles.Auditor, Roles.FinanceOfficer, Roles.Service })
        {
            await Refused.With(
                StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Intake.ListCasesAsync(new ListCasesRequest(), IntakeFixture.At(Tokens.Of(role, "x"))));
        }
    }

    [Fact]
    public async Task Pages_follow_one_another_oldest_first_without_loss_or_repetition()
    {
        var requester = "professionals/PER-PAGES";
        await service.Deliver(
            "membership",
            new Membership.Events.V1.ProfessionalChanged { Professional = new Membership.V1.Professional { Name = requester } },
            requester,
            IntakeFixture.Start);
        var made = new List<string>();
        foreach (var hour in Enumerable.Range(0, 7))
        {
            var response = await Intake.SubmitCaseAsync(
                IntakeFixture.Request(r => r.Requester = requester), IntakeFixture.At(IntakeFixture.Coordinator, -hour));
            made.Insert(0, response.Case.Name);
        }

        var seen = new List<string>();
        var request = new ListCasesRequest { PageSize = 3 };
        var pages = 0;
        do
        {
            var page = await Intake.ListCasesAsync(request, IntakeFixture.At(Tokens.Professional(requester)));
            seen.AddRange(page.Cases.Select(c => c.Name));
            request.PageToken = page.NextPageToken;
            pages++;
        }
        while (request.PageToken.Length > 0);
        Assert.Equal(made, seen);
        Assert.Equal(3, pages);

        request.PageToken = (await Intake.ListCasesAsync(request, IntakeFixture.At(Tokens.Professional(requester)))).NextPageToken;
        request.States.Add(CaseState.Ready);
        await Refused.With(
            StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => Intake.ListCasesAsync(request, IntakeFixture.At(Tokens.Professional(requester))));
    }

    [Fact]
    public async Task A_list_is_narrowed_by_pole_and_state()
    {
        var submitted = await service.Submitted();
        var accepted = await service.Accepted();
        var found = await All(IntakeFixture.Coordinator, new ListCasesRequest { Pole = "poles/P12", States = { CaseState.InPreparation } });
        Assert.Contains(accepted.Name, found);
        Assert.DoesNotContain(submitted.Name, found);
        Assert.DoesNotContain(accepted.Name, await All(IntakeFixture.Coordinator, new ListCasesRequest { Pole = "poles/P01" }));
    }

    [Fact]
    public async Task Every_state_has_a_next_step_in_French()
    {
        Assert.All(
            Enum.GetValues<CaseState>(),
            state => Assert.EndsWith(".", Cases.NextSteps.Of(new Cases.Case { State = state }), StringComparison.Ordinal));
        var submitted = await service.Submitted();
        Assert.Equal("Tri par le référent ou la coordination du pôle.", submitted.NextStep);
    }

    private async Task Sees(DevelopmentClaims who, Case[] these, Case[] notThese)
    {
        var seen = await All(who, new ListCasesRequest());
        Assert.All(these, c => Assert.Contains(c.Name, seen));
        Assert.All(notThese, c => Assert.DoesNotContain(c.Name, seen));
    }

    private async Task<HashSet<string>> All(DevelopmentClaims who, ListCasesRequest request)
    {
        var seen = new HashSet<string>();
        request.PageSize = 1000;
        do
        {
            var page = await Intake.ListCasesAsync(request, IntakeFixture.At(who));
            seen.UnionWith(page.Cases.Select(c => c.Name));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return seen;
    }

    private Task Denied(string name, DevelopmentClaims who) =>
        Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Intake.GetCaseAsync(new GetCaseRequest { Name = name }, IntakeFixture.At(who)));
}
