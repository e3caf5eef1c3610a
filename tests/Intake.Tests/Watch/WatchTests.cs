using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Xunit;

namespace Intervision.Intake.Tests.Watch;

/// <summary>What is told, to whom, and from where on.</summary>
public sealed class WatchTests(WatchFixture service) : CaseSteps(service), IClassFixture<WatchFixture>
{
    [Fact]
    public async Task Begins_with_where_every_case_stands_and_goes_on_with_each_change_of_state()
    {
        var cpts = await service.NewCpts();
        var old = await service.Taken(await service.Deposited(cpts));
        using var watcher = Watch(cpts);
        var known = Assert.Single(await watcher.UntilHeartbeat());
        Assert.Equal((old.Name, CaseState.InTriage, false), (known.Case, known.State, known.Erased));
        Assert.Equal((await service.Get(old.Name)).StateTime, known.ChangeTime);

        var fresh = await service.Deposited(cpts);
        Assert.Equal((fresh.Name, CaseState.Submitted), Told(await watcher.Change()));
        var taken = await service.Taken(fresh);
        var told = await watcher.Change();
        Assert.Equal((fresh.Name, CaseState.InTriage), Told(told));
        Assert.Equal(taken.StateTime, told.ChangeTime);
        Assert.Null((await watcher.Next()).Change);
    }

    [Fact]
    public async Task Changes_only_leaves_out_what_was_before()
    {
        var cpts = await service.NewCpts();
        await service.Deposited(cpts);
        using var watcher = Changes(cpts);
        Assert.Empty(await watcher.UntilHeartbeat());
        var fresh = await service.Deposited(cpts);
        Assert.Equal((fresh.Name, CaseState.Submitted), Told(await watcher.Change()));
    }

    [Fact]
    public async Task Whoever_comes_back_misses_nothing_and_is_told_nothing_twice()
    {
        var cpts = await service.NewCpts();
        var (a, b) = (await service.Deposited(cpts), await service.Deposited(cpts));
        string token;
        using (var watcher = Watch(cpts))
        {
            await watcher.UntilHeartbeat();
            a = await service.Taken(a);
            Assert.Equal((a.Name, CaseState.InTriage), Told(await watcher.Change()));
            token = watcher.Token;
        }

        await service.Taken(b);
        await service.Rejected(a);
        using var again = Watch(cpts, token);
        Assert.Equal([(b.Name, CaseState.InTriage), (a.Name, CaseState.Inadmissible)], (await again.UntilHeartbeat()).Select(Told));
        using var third = Watch(cpts, again.Token);
        Assert.Empty(await third.UntilHeartbeat());
    }

    [Fact]
    public async Task The_first_telling_goes_on_where_it_was_cut()
    {
        var cpts = await service.NewCpts();
        var deposited = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            deposited.Add((await service.Deposited(cpts)).Name);
        }

        string token;
        var told = new List<string>();
        using (var watcher = Watch(cpts))
        {
            told.Add((await watcher.Change()).Case);
            told.Add((await watcher.Change()).Case);
            token = watcher.Token;
        }

        // Of one told already, and of one not told yet: this one's former state is told first all the same.
        await service.Taken(await service.Get(told[0]));
        await service.Taken(await service.Get(deposited.Except(told).First()));
        using var again = Watch(cpts, token);
        var rest = await again.UntilHeartbeat();
        Assert.Equal([CaseState.Submitted, CaseState.Submitted, CaseState.InTriage, CaseState.InTriage], rest.Select(c => c.State));
        Assert.Equal(deposited.Order(), told.Concat(rest.Take(2).Select(c => c.Case)).Order());
        Assert.Equal([told[0], deposited.Except(told).First()], rest.Skip(2).Select(c => c.Case));
    }

    [Fact]
    public async Task A_change_that_leaves_the_state_is_not_told()
    {
        var cpts = await service.NewCpts();
        var deposited = await service.Deposited(cpts);
        using var watcher = Watch(cpts);
        await watcher.UntilHeartbeat();
        var accepted = (await Intake.AcceptCaseAsync(
            new AcceptCaseRequest { RequestId = IntakeFixture.NewId(), Name = deposited.Name, Etag = deposited.Etag }, IntakeFixture.At(IntakeFixture.Coordinator, 1))).Case;
        var written = (await Write(accepted, IntakeFixture.Sheet())).Case;
        await Intake.AbandonCaseAsync(
            new AbandonCaseRequest { RequestId = IntakeFixture.NewId(), Name = written.Name, Etag = written.Etag, Reason = "SANS_OBJET" },
            IntakeFixture.At(IntakeFixture.Coordinator, 3));
        Assert.Equal((deposited.Name, CaseState.InPreparation), Told(await watcher.Change()));
        Assert.Equal((deposited.Name, CaseState.Abandoned), Told(await watcher.Change()));
    }

    [Fact]
    public async Task Each_is_told_of_the_cases_they_may_see_and_of_no_other()
    {
        var (mine, others) = (await service.NewCpts(), await service.NewCpts());
        using var own = Watch(mine);
        using var requester = Changes(IntakeFixture.Requester);
        using var referent = Changes(IntakeFixture.Referent);
        using var host = Changes(IntakeFixture.Host);
        using var coordinator = Changes(IntakeFixture.Coordinator);
        using var otherCpts = Watch(others);
        using var otherPerson = Changes(Tokens.Professional(IntakeFixture.Mediator));
        using var otherReferent = Changes(IntakeFixture.OtherReferent);
        Watcher[] tied = [own, requester, referent, host, coordinator];
        foreach (var watcher in tied.Concat([otherCpts, otherPerson, otherReferent]))
        {
            Assert.Empty(await watcher.UntilHeartbeat());
        }

        var found = await service.Deposited(mine);
        foreach (var watcher in tied)
        {
            Assert.Equal(found.Name, (await watcher.Change()).Case);
        }

        // The first thing the others are told of is theirs.
        var theirs = await service.Deposited(others);
        Assert.Equal(theirs.Name, (await otherCpts.Change()).Case);
        var elsewhere = await service.Submitted(r => (r.Pole, r.Commune, r.Requester) = ("poles/P01", "59350", IntakeFixture.Mediator));
        Assert.Equal(elsewhere.Name, (await otherReferent.Change()).Case);
        Assert.Equal(elsewhere.Name, (await otherPerson.Change()).Case);
    }

    [Fact]
    public async Task A_case_that_went_to_one_pole_is_no_longer_told_to_the_other_candidates()
    {
        var neighbour = Tokens.Referent("professionals/PER-13", "poles/P13");
        var undecided = await service.Submitted(r => (r.Pole, r.Commune) = ("", "62427"));
        using var candidate = Changes(neighbour);
        await candidate.UntilHeartbeat();
        var taken = await service.Taken(undecided);
        Assert.Equal((undecided.Name, CaseState.InTriage), Told(await candidate.Change()));
        var token = candidate.Token;
        await Intake.AcceptCaseAsync(
            new AcceptCaseRequest { RequestId = IntakeFixture.NewId(), Name = taken.Name, Etag = taken.Etag, Pole = "poles/P12" },
            IntakeFixture.At(IntakeFixture.Coordinator, 2));
        var own = await service.Submitted(r => (r.Pole, r.Commune) = ("poles/P13", "62427"));
        Assert.Equal((own.Name, CaseState.Submitted), Told(await candidate.Change()));
        using var again = Watch(neighbour, token);
        Assert.Equal([(own.Name, CaseState.Submitted)], (await again.UntilHeartbeat()).Select(Told));
    }

    [Theory]
    [InlineData(Roles.FinanceOfficer)]
    [InlineData(Roles.Auditor)]
    [InlineData(Roles.Service)]
    public async Task Others_may_not(string role)
    {
        using var watcher = Watch(Tokens.Of(role, "someone"), "not even looked at");
        await watcher.EndsWith(StatusCode.PermissionDenied, "PERMISSION_DENIED");
    }

    private Watcher Watch(DevelopmentClaims who, string token = "") => new(Intake, IntakeFixture.At(who), token);

    private Watcher Changes(DevelopmentClaims who) => new(Intake, IntakeFixture.At(who), changesOnly: true);

    private static (string Case, CaseState State) Told(CaseChange change) => (change.Case, change.State);
}
