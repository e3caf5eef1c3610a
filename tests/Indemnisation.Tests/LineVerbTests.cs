using Grpc.Core;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests;

/// <summary>Listing and approving lines.</summary>
public sealed class LineVerbTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    private static readonly Metadata Officer = Tokens.As(Finance.Officer, Scene.Later);

    private IndemnisationService.IndemnisationServiceClient Service => fixture.Service;

    [Fact]
    public async Task Lines_are_approved_once_booked_once_and_said_once()
    {
        var scene = await fixture.NewScene();
        var lines = await scene.Held(await scene.NewPerson(), await scene.NewPerson("21"));
        var request = new ApproveLinesRequest { RequestId = Scene.NewId(), Names = { lines.Select(l => l.Name) } };
        var approved = await Verb.Once(r => Service.ApproveLinesAsync(r, Officer), request, r => r.Names.RemoveAt(0));
        Assert.Equal((2, 24_000L), (approved.ApprovedLines, approved.Total.ToCents()!.Value));
        foreach (var line in lines)
        {
            Assert.Equal("indemnity_approved", string.Join(' ', (await fixture.Said(line.Name)).Select(e => e.EventType.Split('.')[2])));
            Assert.Equal(1, await Count("ledger_entry where subject = @id", line));
        }

        await Refused.With(StatusCode.FailedPrecondition, "LINE_NOT_CALCULATED", () => scene.Approve(lines));
    }

    [Fact]
    public async Task All_or_none()
    {
        var scene = await fixture.NewScene();
        var good = await scene.Held(await scene.NewPerson());
        var waiting = await scene.Held(await scene.NewPerson(payee: false));
        await Refused.With(StatusCode.FailedPrecondition, "LINE_NOT_CALCULATED", () => scene.Approve([.. good, .. waiting]));
        await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => scene.Approve([.. good, new IndemnityLine { Name = $"indemnities/{Guid.CreateVersion7()}" }]));
        Assert.Equal(0, await Count("ledger_entry where subject = @id", good[0]));
        await scene.Approve(good);
    }

    [Fact]
    public async Task Different_people_at_once_approve_a_line_once()
    {
        var scene = await fixture.NewScene();
        var lines = await scene.Held(await scene.NewPerson());
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            try
            {
                await scene.Approve(lines, Tokens.Of(Roles.FinanceOfficer, $"officer{i}@finance"));
                return "approved";
            }
            catch (RpcException e)
            {
                return e.StatusCode.ToString();
            }
        }));
        Assert.Equal(1, outcomes.Count(o => o == "approved"));
        Assert.Equal(7, outcomes.Count(o => o == "FailedPrecondition"));
        Assert.Equal(1, await Count("ledger_entry where subject = @id", lines[0]));
    }

    [Fact]
    public async Task Nobody_approves_an_own_line_nor_a_sheet_one_certified()
    {
        var scene = await fixture.NewScene();
        var person = await scene.NewPerson();
        var lines = await scene.Held(person);
        var referent = await scene.NewPerson(payee: false);
        DevelopmentClaims[] refused =
        [
            new(person.Name, [Roles.FinanceOfficer]),
            new("another-subject", [Roles.FinanceOfficer]) { Rpps = person.Rpps },
            new("professionals/PER-REFERENT", [Roles.FinanceOfficer]),
        ];
        foreach (var who in refused)
        {
            await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => scene.Approve(lines, who));
        }

        await scene.Approve(lines, new DevelopmentClaims(referent.Name, [Roles.FinanceOfficer]) { Rpps = referent.Rpps });
    }

    [Fact]
    public async Task Who_may_approve_and_what_is_a_valid_request()
    {
        var scene = await fixture.NewScene();
        var lines = await scene.Held(await scene.NewPerson());
        await Verb.OnlyFor(
            (ApproveLinesRequest r, Metadata m) => Service.ApproveLinesAsync(r, m), [Roles.FinanceOfficer],
            new ApproveLinesRequest { RequestId = Scene.NewId(), Names = { lines[0].Name } },
            new ApproveLinesRequest { RequestId = Scene.NewId(), Names = { $"indemnities/{Guid.CreateVersion7()}" } });
        await Refused.With(StatusCode.InvalidArgument, "NAMES_COUNT_INVALID", () => scene.Approve([]));
        await Refused.With(StatusCode.InvalidArgument, "NAME_INVALID", () => scene.Approve([new IndemnityLine { Name = "indemnities/1" }]));
        await Refused.With(StatusCode.InvalidArgument, "REQUEST_ID_INVALID", () => Service.ApproveLinesAsync(
            new ApproveLinesRequest { RequestId = "1", Names = { lines[0].Name } }, Officer));
        await Refused.With(StatusCode.FailedPrecondition, "CLOCK_BEFORE_LAST_CHANGE", () => Service.ApproveLinesAsync(
            new ApproveLinesRequest { RequestId = Scene.NewId(), Names = { lines[0].Name } }, Tokens.As(Finance.Officer, Scene.Start)));
    }

    [Fact]
    public async Task A_professional_sees_own_lines_only_and_pages_follow_each_other()
    {
        var scene = await fixture.NewScene();
        var (mine, other) = (await scene.NewPerson(), await scene.NewPerson());
        for (var i = 0; i < 5; i++)
        {
            await scene.Held(mine, other);
        }

        foreach (var me in new[] { Tokens.Professional(mine.Name), Tokens.Professional("someone", mine.Rpps) })
        {
            var own = (await Service.ListLinesAsync(new ListLinesRequest(), Tokens.As(me))).Lines;
            Assert.Equal(5, own.Count);
            Assert.All(own, l => Assert.Equal(mine.Name, l.Professional));
        }

        Assert.Empty((await Service.ListLinesAsync(new ListLinesRequest { Professional = other.Name }, Tokens.As(Tokens.Professional(mine.Name)))).Lines);
        var all = new List<IndemnityLine>();
        var request = new ListLinesRequest { Professional = other.Name, PageSize = 2 };
        do
        {
            var page = await Service.ListLinesAsync(request, Tokens.As(Finance.Approver));
            all.AddRange(page.Lines);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        Assert.Equal(5, all.Select(l => l.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(all.OrderBy(l => l.SessionDate.ToString(), StringComparer.Ordinal).Select(l => l.Name), all.Select(l => l.Name));

        Assert.Empty((await Service.ListLinesAsync(
            new ListLinesRequest { Professional = other.Name, States = { LineState.Approved } }, Tokens.As(Finance.Approver))).Lines);
        await Verb.OnlyFor(
            (ListLinesRequest r, Metadata m) => Service.ListLinesAsync(r, m),
            [Roles.Professional, Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser],
            new ListLinesRequest(), new ListLinesRequest { Professional = mine.Name });
    }

    private Task<long> Count(string where, IndemnityLine line) => fixture.Db.Read(
        tx => tx.Single<long>($"select count(*) from {where}", new { id = Guid.Parse(line.Name["indemnities/".Length..]) }), CancellationToken.None);
}
