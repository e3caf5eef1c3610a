using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.Tests.Support;
using Outcome = Intervision.Membership.V1.ImportDirectoryResponse.Types.Outcome;
using StatusCode = Grpc.Core.StatusCode;

namespace Intervision.Membership.Tests;

/// <summary>What an import does, row by row, on a database of its own per test.</summary>
public sealed class ImportTests : IAsyncLifetime
{
    private readonly MembershipFixture membership = new();

    private static ImportDirectoryRequest[] Small => [Sample.Lille().Row(), Sample.Organisation().Row(), Sample.Professional().Row(), Sample.Pole().Row()];

    public ValueTask InitializeAsync() => membership.InitializeAsync();

    public ValueTask DisposeAsync() => membership.DisposeAsync();

    [Fact]
    public async Task A_changed_row_is_one_update_and_one_event()
    {
        await membership.Import(Small);
        var renamed = Sample.Pole().With(p => p.DisplayName = "Pôle de Lille");
        var results = await membership.Import(Sample.Lille().Row(), Sample.Organisation().Row(), Sample.Professional().Row(), renamed.Row());
        Assert.Equal([Outcome.Unchanged, Outcome.Unchanged, Outcome.Unchanged, Outcome.Updated], results.Select(r => r.Outcome));
        var said = await membership.Said("poles/P01");
        Assert.Equal([1, 2], said.Select(s => s.StreamNo));
        Assert.Equal(("Pôle de Lille", "v2"), (said[1].As<PoleChanged>().Pole.DisplayName, said[1].As<PoleChanged>().Pole.Etag));
        Assert.Single(await membership.Said("organisations/590000014"));
    }

    [Fact]
    public async Task The_order_of_lists_and_stray_spaces_are_no_change()
    {
        await membership.Import([.. Small, Sample.Commune("59009", "Villeneuve", "59491", "59650").Row()]);
        var person = Sample.Professional("PER-2", "99700420013").With(p => p.Activities.Add(Sample.Activity("2024-01-01", mode: Mode.Salaried)));
        var pole = Sample.Pole("P02").With(p => p.Communes.Add("59009"));
        await membership.Import(person.Row(), pole.Row());
        var shuffled = person.Clone().With(p => (p.FamilyName, p.Rpps) = (" Lefe\u0300vre ", "997 0042 0013"));
        (shuffled.Activities[0], shuffled.Activities[1]) = (shuffled.Activities[1], shuffled.Activities[0]);
        var again = pole.Clone().With(p => (p.Communes[0], p.Communes[1]) = (p.Communes[1], p.Communes[0]));
        var results = await membership.Import(shuffled.Row(), again.Row(), Sample.Commune("59009", "Villeneuve", "59650", "59491").Row());
        Assert.Equal([Outcome.Unchanged, Outcome.Unchanged, Outcome.Unchanged], results.Select(r => r.Outcome));
    }

    [Fact]
    public async Task One_broken_row_does_not_hold_back_the_others()
    {
        var results = await membership.Import(
            Sample.Lille().Row(),
            Sample.Organisation().With(o => o.Identifier = "590000015").Row("broken"),
            Sample.Organisation().Row(),
            Sample.Professional("PER-9", "").With(p => p.Activities[0].Organisation = "organisations/590000022").Row("of the unknown"),
            Sample.Professional().Row(),
            Sample.Pole().Row());
        Assert.Equal(
            [Outcome.Created, Outcome.Rejected, Outcome.Created, Outcome.Rejected, Outcome.Created, Outcome.Created], results.Select(r => r.Outcome));
        Assert.Equal(("broken", "IDENTIFIER_INVALID"), (results[1].RowLabel, results[1].Reason));
        Assert.Equal(("of the unknown", "UNKNOWN_ORGANISATION"), (results[3].RowLabel, results[3].Reason));
        Assert.Empty(await membership.Said("professionals/PER-9"));
        Assert.Equal(1, await membership.Count("professional"));
    }

    [Fact]
    public async Task Of_two_rows_with_one_key_the_later_is_an_update()
    {
        var results = await membership.Import(Sample.Lille().Row(), Sample.Lille().Row(), Sample.Lille().With(c => c.Population = 5).Row());
        Assert.Equal([Outcome.Created, Outcome.Unchanged, Outcome.Updated], results.Select(r => r.Outcome));
    }

    [Fact]
    public async Task A_referent_who_is_not_a_general_practitioner_is_a_warning()
    {
        var pharmacist = Sample.Professional().With(p => p.Activities[0].ProfessionCode = "21");
        var results = await membership.Import(Sample.Lille().Row(), Sample.Organisation().Row(), pharmacist.Row(), Sample.Pole().Row());
        Assert.Equal((Outcome.Created, ""), (results[3].Outcome, results[3].Reason));
        Assert.Contains("médecin généraliste", results[3].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_general_practitioner_who_left_is_a_warning_too()
    {
        var gone = Sample.Professional().With(p => p.Activities[0].UntilDate = Sample.Date("2026-09-01"));
        var results = await membership.Import(Sample.Lille().Row(), Sample.Organisation().Row(), gone.Row(), Sample.Pole().Row());
        Assert.Contains("médecin généraliste", results[3].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pole_without_referent_is_a_draft_that_resolves_nothing()
    {
        var results = await membership.Import(Sample.Lille().Row(), Sample.Organisation().Row(), Sample.Pole().With(p => p.Referent = "").Row());
        Assert.Equal(Outcome.Created, results[2].Outcome);
        Assert.Contains("brouillon", results[2].Message, StringComparison.Ordinal);
        Assert.Equal(Pole.Types.State.Draft, (await membership.Said("poles/P01"))[0].As<PoleChanged>().Pole.State);
        var found = await membership.Directory.ResolvePoleAsync(
            new ResolvePoleRequest { Programme = "programmes/ADDICTIONS", Commune = "59350" }, Tokens.As(Tokens.Coordinator(), MembershipFixture.Now));
        Assert.Equal(ResolvePoleResponse.Types.Result.None, found.Result);
        await membership.Import(Sample.Professional().Row(), Sample.Pole().Row());
        Assert.Equal(Pole.Types.State.Active, (await membership.Said("poles/P01"))[1].As<PoleChanged>().Pole.State);
    }

    [Fact]
    public async Task A_convention_is_renewed_without_overlap_and_all_are_said()
    {
        await membership.Import(Small);
        var overlapping = Sample.Organisation().With(o => o.Convention = Period("2028-03-15", "2030-01-01"));
        var refused = Assert.Single(await membership.Import(overlapping.Row()));
        Assert.Equal((Outcome.Rejected, "CONVENTION_OVERLAP"), (refused.Outcome, refused.Reason));
        Assert.Contains("conventions/", refused.Message, StringComparison.Ordinal);

        var renewed = Sample.Organisation().With(o => o.Convention = Period("2028-03-16", "2030-01-01"));
        Assert.Equal(Outcome.Updated, Assert.Single(await membership.Import(renewed.Row())).Outcome);
        var said = await membership.Said("organisations/590000014/conventions");
        Assert.Equal(2, said.Count);
        var all = said[1].As<ConventionChanged>();
        Assert.Equal("organisations/590000014", all.Organisation);
        Assert.Equal([Convention.Types.State.Signed, Convention.Types.State.Signed], all.Conventions.Select(c => c.State));
        Assert.Equal(said[0].As<ConventionChanged>().Conventions[0].Name, all.Conventions[0].Name);
    }

    [Fact]
    public async Task The_end_of_a_convention_moves()
    {
        await membership.Import(Small);
        var shortened = Sample.Organisation().With(o => o.Convention = Period("2025-03-16", "2026-12-31"));
        await membership.Import(shortened.Row());
        var organisation = (await membership.Directory.GetOrganisationAsync(
            new GetOrganisationRequest { Name = "organisations/590000014" },
            Tokens.As(Tokens.Coordinator(), new DateTimeOffset(2027, 1, 1, 8, 0, 0, TimeSpan.Zero)))).Organisation;
        Assert.Equal((Sample.Date("2026-12-31"), Convention.Types.State.Expired), (organisation.Convention.EndDate, organisation.Convention.State));
        Assert.Equal(1, await membership.Count("convention"));
    }

    [Fact]
    public async Task A_row_that_no_longer_names_its_convention_deletes_nothing()
    {
        await membership.Import(Small);
        Assert.Equal(Outcome.Updated, Assert.Single(await membership.Import(Sample.Organisation().With(o => o.Convention = null).Row())).Outcome);
        Assert.Equal(1, await membership.Count("convention"));
        Assert.NotNull((await membership.Said("organisations/590000014"))[1].As<OrganisationChanged>().Organisation.Convention);
    }

    [Fact]
    public async Task A_clock_that_runs_backwards_changes_nothing()
    {
        await membership.Import(Small);
        var earlier = MembershipFixture.Now.AddDays(-1);
        var changed = Sample.Lille().With(c => c.Population = 7);
        var results = await membership.Import(Guid.CreateVersion7().ToString(), [changed.Row(), Sample.Organisation().Row()], now: earlier);
        Assert.Equal(["CLOCK_BEFORE_LAST_CHANGE", ""], results.Select(r => r.Reason));
        Assert.Equal(Outcome.Unchanged, results[1].Outcome);
    }

    [Fact]
    public async Task The_same_import_again_gives_the_same_answer_and_one_effect()
    {
        var id = Guid.CreateVersion7().ToString();
        var first = await membership.Import(id, Small);
        var events = await membership.Count("outbox");
        Assert.Equal(first, await membership.Import(id, Small));
        Assert.Equal(events, await membership.Count("outbox"));
    }

    [Fact]
    public async Task An_import_id_serves_one_import()
    {
        var id = Guid.CreateVersion7().ToString();
        await membership.Import(id, Small);
        var refused = await Assert.ThrowsAsync<Grpc.Core.RpcException>(() => membership.Import(id, [Sample.Lille().With(c => c.Population = 9).Row()]));
        Assert.Equal((StatusCode.AlreadyExists, "REQUEST_ID_REUSED"), (refused.StatusCode, refused.Reason()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a uuid")]
    public async Task An_import_needs_an_id(string id)
    {
        var refused = await Assert.ThrowsAsync<Grpc.Core.RpcException>(() => membership.Import(id, Small));
        Assert.Equal((StatusCode.InvalidArgument, "REQUEST_ID_INVALID"), (refused.StatusCode, refused.Reason()));
        Assert.Equal(0, await membership.Count("commune"));
    }

    [Fact]
    public async Task An_empty_import_says_nothing() => Assert.Empty(await membership.Import());

    [Fact]
    public async Task Concurrent_imports_of_the_same_rows_have_one_effect()
    {
        var rows = Region.Rows().Where(r => r.RowCase != ImportDirectoryRequest.RowOneofCase.Pole).ToList();
        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => membership.Import(rows)));
        Assert.DoesNotContain(both.SelectMany(r => r), r => r.Outcome is Outcome.Rejected or Outcome.Updated);
        Assert.All(both[0].Zip(both[1]), pair => Assert.Equal(1, Created(pair.First) + Created(pair.Second)));
        var said = await membership.EventCounts();
        Assert.Equal((462, 1378, 5), (
            said["intervision.membership.organisation_changed.v1"],
            said["intervision.membership.professional_changed.v1"],
            said["intervision.membership.communes_changed.v1"]));
    }

    [Fact]
    public async Task The_same_import_sent_by_many_at_once_has_one_effect()
    {
        var id = Guid.CreateVersion7().ToString();
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => membership.Import(id, Small)));
        Assert.All(all, results => Assert.Equal(all[0], results));
        Assert.Equal(1, await membership.Db.Read(tx => tx.Single<long>("select version from pole where code = 'P01'"), CancellationToken.None));
        Assert.Single(await membership.Said("poles/P01"));
    }

    [Fact]
    public async Task More_than_ten_thousand_rows_are_too_many()
    {
        var refused = await Assert.ThrowsAsync<Grpc.Core.RpcException>(
            () => membership.Import(Enumerable.Repeat(Sample.Lille().Row(), 10_001)));
        Assert.Equal((StatusCode.ResourceExhausted, "IMPORT_TOO_LARGE"), (refused.StatusCode, refused.Reason()));
        Assert.Equal(1, await membership.Count("commune"));
    }

    [Fact]
    public async Task Labels_are_bounded_and_rows_are_not_empty()
    {
        var results = await membership.Import(Sample.Lille().Row(new string('é', 101)), new ImportDirectoryRequest { RowLabel = "7" });
        Assert.Equal(["ROW_LABEL_TOO_LONG", "ROW_EMPTY"], results.Select(r => r.Reason));
        Assert.All(results, r => Assert.True(r.RowLabel.Length <= 100 && r.Message.Length > 0));
    }

    [Fact]
    public async Task Communes_are_said_per_departement_when_their_list_changes()
    {
        await membership.Import(Sample.Lille().Row(), Sample.Commune("60057", "Beauvais", "60000").Row());
        await membership.Import(Sample.Lille().With(c => c.Population = 3).Row(), Sample.Commune("59009", "Villeneuve", "59491").Row());
        Assert.Single(await membership.Said("departements/60"));
        var north = await membership.Said("departements/59");
        Assert.Equal(2, north.Count);
        Assert.Equal(["59009", "59350"], north[1].As<CommunesChanged>().InseeCodes);
    }

    private static int Created(ImportDirectoryResponse.Types.RowResult result) => result.Outcome == Outcome.Created ? 1 : 0;

    private static Convention Period(string signed, string end) => new() { SignedDate = Sample.Date(signed), EndDate = Sample.Date(end) };
}
