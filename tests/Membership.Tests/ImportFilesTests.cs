using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.Tests.Support;
using Outcome = Intervision.Membership.V1.FileRowResult.Types.Outcome;
using StatusCode = Grpc.Core.StatusCode;

namespace Intervision.Membership.Tests;

/// <summary>What an import of files does, on a database of its own per test.</summary>
public sealed class ImportFilesTests : IAsyncLifetime
{
    private readonly MembershipFixture membership = new();

    public ValueTask InitializeAsync() => membership.InitializeAsync();

    public ValueTask DisposeAsync() => membership.DisposeAsync();

    [Fact]
    public async Task The_region_is_created_then_so_already_and_says_nothing_more()
    {
        var first = await membership.ImportFiles(DirectoryFiles.OfRegion());
        Assert.DoesNotContain(first.Results, r => r.Outcome != Outcome.Created);
        Assert.Equal((3782, 462, 1378), (await membership.Count("commune"), await membership.Count("organisation"), await membership.Count("professional")));
        Assert.Equal((21, 1441, 3062), (await membership.Count("pole"), await membership.Count("activity"), await membership.Count("pole_commune")));
        Assert.True(await membership.Count("programme_membership") > 400);
        var said = await membership.EventCounts();
        var (events, history) = (await membership.Count("outbox"), await membership.Count("change"));
        Assert.Equal((462, 1378, 21), (
            said["intervision.membership.organisation_changed.v1"], said["intervision.membership.professional_changed.v1"], said["intervision.membership.pole_changed.v1"]));

        var again = await membership.ImportFiles(DirectoryFiles.OfRegion());
        Assert.Equal((0, 0, first.Summary.Created, 0, 0), again.Counts);
        Assert.Equal((events, history), (await membership.Count("outbox"), await membership.Count("change")));
    }

    [Fact]
    public async Task A_changed_line_is_one_update_one_event_and_one_history_row()
    {
        await membership.ImportFiles(DirectoryFiles.Small());
        var history = await membership.Count("change");
        var answer = await membership.ImportFiles(DirectoryFiles.Small().Replace("Lefèvre", "Lefebvre"));
        Assert.Equal((0, 1, 7, 0, 0), answer.Counts);
        Assert.Equal((Outcome.Updated, "professionals/PER-1"), (answer.Line(DirectoryFile.People, 2).Outcome, answer.Line(DirectoryFile.People, 2).Resource));
        var said = await membership.Said("professionals/PER-1");
        Assert.Equal([1, 2], said.Select(s => s.StreamNo));
        Assert.Equal(("Lefebvre", 2), (said[1].As<ProfessionalChanged>().Professional.FamilyName, said[1].As<ProfessionalChanged>().Professional.Activities.Count));
        // The event is written around the state's own JSON: it must read as if it were formatted whole.
        Assert.Equal(EventJson.Format(said[1].As<ProfessionalChanged>()), said[1].Payload);
        Assert.Equal(history + 1, await membership.Count("change"));
    }

    [Fact]
    public async Task A_changed_activity_is_an_update_of_its_person()
    {
        await membership.ImportFiles(DirectoryFiles.Small());
        var answer = await membership.ImportFiles(DirectoryFiles.Small().Replace("2021-01-01;", "2021-01-01;2026-10-01"));
        Assert.Equal([Outcome.Unchanged, Outcome.Updated], [answer.Line(DirectoryFile.Activities, 2).Outcome, answer.Line(DirectoryFile.Activities, 3).Outcome]);
        Assert.Equal(Outcome.Unchanged, answer.Line(DirectoryFile.People, 2).Outcome);
        Assert.StartsWith("professionals/PER-1/activities/", answer.Line(DirectoryFile.Activities, 3).Resource, StringComparison.Ordinal);
        Assert.Equal(2, (await membership.Said("professionals/PER-1")).Count);
    }

    [Fact]
    public async Task The_order_of_lines_and_columns_BOM_line_ends_and_quotes_are_no_change()
    {
        await membership.ImportFiles(DirectoryFiles.Small());
        (DirectoryFile, string)[] otherwise =
        [
            (DirectoryFile.People, "\uFEFFgiven_name;person_id;rpps;family_name;mssante;expert;charter_accepted_date\r\n"
                + "\"Zoé\";PER-1;\"997 0000 1235\";\" Lefe\u0300vre\";zoe.lefevre@medecin.mssante.fr;0;2025-03-16\r\n"),
            (DirectoryFile.Activities, "person_id;profession_table;profession_code;savoir_faire;mode_exercice;organisation_identifier;pole_code;from_date;until_date\r\n"
                + "PER-1;TRE_G15;10;SM54;S;590000014;P01;2021-01-01;\r\n\r\nPER-1;TRE_G15;10;SM54;L;59 000 00 14;P01;2020-01-01;"),
        ];
        Assert.Equal((0, 0, 3, 0, 0), (await membership.ImportFiles(otherwise)).Counts);
    }

    [Fact]
    public async Task A_broken_activity_is_rejected_alone()
    {
        var answer = await membership.ImportFiles(DirectoryFiles.Small()
            .Add(DirectoryFile.Activities, "PER-1;TRE_G15;10;SM54;X;590000014;P01;2022-01-01;")
            .Add(DirectoryFile.Activities, "PER-1;TRE_G15;10;SM54;B;590000022;P01;2022-01-01;")
            .Add(DirectoryFile.Activities, "PER-1;TRE_G15;10;SM54;L;590000014;P01;2022-01-01;")
            .Add(DirectoryFile.Activities, "PER-1;TRE_G15;10;SM54;B;590000014;P01;2022-13-01;"));
        Assert.Equal((8, 0, 0, 4, 0), answer.Counts);
        Assert.Equal(
            ["CODE_UNKNOWN", "UNKNOWN_ORGANISATION", "ACTIVITY_OVERLAP", "DATE_INVALID"],
            Enumerable.Range(4, 4).Select(l => answer.Line(DirectoryFile.Activities, l).Reason));
        Assert.All(answer.Results.Where(r => r.Outcome == Outcome.Rejected), r => Assert.False(string.IsNullOrWhiteSpace(r.Message)));
        Assert.Equal(2, await membership.Count("activity"));
        Assert.Equal((0, 0, 8, 4, 0), (await membership.ImportFiles(DirectoryFiles.Small()
            .Add(DirectoryFile.Activities, "PER-1;TRE_G15;10;SM54;X;590000014;P01;2022-01-01;")
            .Add(DirectoryFile.Activities, "PER-1;TRE_G15;10;SM54;B;590000022;P01;2022-01-01;")
            .Add(DirectoryFile.Activities, "PER-1;TRE_G15;10;SM54;L;590000014;P01;2022-01-01;")
            .Add(DirectoryFile.Activities, "PER-1;TRE_G15;10;SM54;B;590000014;P01;2022-13-01;"))).Counts);
    }

    [Fact]
    public async Task A_line_rejected_for_what_was_unknown_is_taken_once_it_is_known()
    {
        var files = DirectoryFiles.Small().Add(DirectoryFile.Activities, "PER-1;TRE_G15;10;SM54;B;590000022;P01;2022-01-01;");
        Assert.Equal(1, (await membership.ImportFiles(files)).Summary.Rejected);
        await membership.Import(Sample.Organisation("590000022").With(o => o.Convention = null).Row());
        var answer = await membership.ImportFiles(files.Without(DirectoryFile.Organisations, DirectoryFile.Memberships));
        Assert.Equal((1, 0, 6, 0, 0), answer.Counts);
        Assert.Equal(3, await membership.Count("activity"));
    }

    [Fact]
    public async Task A_rejected_person_takes_its_activities_along_and_nobody_else()
    {
        var answer = await membership.ImportFiles(DirectoryFiles.Small()
            .Add(DirectoryFile.People, "PER-2;99700001236;Faux;Numéro;;0;")
            .Add(DirectoryFile.Activities, "PER-2;TRE_G15;60;;L;590000014;P01;2020-01-01;")
            .Add(DirectoryFile.Activities, "PER-3;TRE_G15;60;;L;590000014;P01;2020-01-01;"));
        Assert.Equal((8, 0, 0, 3, 0), answer.Counts);
        Assert.Equal("RPPS_INVALID", answer.Line(DirectoryFile.People, 3).Reason);
        Assert.Equal(
            [("OWNER_REJECTED", true), ("OWNER_UNKNOWN", false)],
            [.. Enumerable.Range(4, 2).Select(l => answer.Line(DirectoryFile.Activities, l)).Select(r => (r.Reason, r.Message.Contains("people.csv, ligne 3", StringComparison.Ordinal)))]);
        Assert.Equal(1, await membership.Count("professional"));
    }

    [Fact]
    public async Task The_second_of_two_lines_with_one_key_is_rejected()
    {
        var answer = await membership.ImportFiles(DirectoryFiles.Small()
            .Add(DirectoryFile.Communes, "59350;Lille encore;59;59000;1")
            .Add(DirectoryFile.Activities, "PER-1;TRE_G15;10;;L;590000014;;2020-01-01;")
            .Add(DirectoryFile.PoleTerritories, "P01;59350"));
        Assert.Equal((8, 0, 0, 3, 0), answer.Counts);
        Assert.All(
            [(DirectoryFile.Communes, 3, "communes.csv, ligne 2"), (DirectoryFile.Activities, 4, "activities.csv, ligne 2"), (DirectoryFile.PoleTerritories, 3, "pole_territories.csv, ligne 2")],
            d =>
            {
                var result = answer.Line(d.Item1, d.Item2);
                Assert.Equal("DUPLICATE_ROW", result.Reason);
                Assert.Contains(d.Item3, result.Message, StringComparison.Ordinal);
            });
    }

    [Fact]
    public async Task What_vanished_is_reported_and_stays()
    {
        var more = DirectoryFiles.Small()
            .Add(DirectoryFile.Communes, "59009;Villeneuve-d'Ascq;59;59491 59493;62000")
            .Add(DirectoryFile.Memberships, "590000014;SANTE_PRECARITE;2026-01-01;")
            .Add(DirectoryFile.People, "PER-2;;Sans;Numéro;;0;")
            .Add(DirectoryFile.PoleTerritories, "P01;59009");
        await membership.ImportFiles(more);
        var events = await membership.Count("outbox");
        var answer = await membership.ImportFiles(DirectoryFiles.Small().Replace("PER-1;TRE_G15;10;SM54;S;590000014;P01;2021-01-01;\n", ""));
        Assert.Equal((0, 0, 7, 0, 5), answer.Counts);
        Assert.Equal(
            [
                (DirectoryFile.Communes, "communes/59009"),
                (DirectoryFile.Memberships, "organisations/590000014"),
                (DirectoryFile.People, "professionals/PER-2"),
                (DirectoryFile.Activities, "professionals/PER-1/activities/"),
                (DirectoryFile.PoleTerritories, "poles/P01"),
            ],
            answer.Results.Where(r => r.Outcome == Outcome.Vanished).OrderBy(r => r.File).Select(r => (r.File, r.File == DirectoryFile.Activities ? r.Resource[..31] : r.Resource)));
        Assert.Equal((2, 2, 2, 2), (await membership.Count("commune"), await membership.Count("professional"), await membership.Count("activity"), await membership.Count("pole_commune")));
        Assert.Equal(events, await membership.Count("outbox"));
    }

    [Fact]
    public async Task Only_what_was_sent_can_vanish()
    {
        await membership.ImportFiles(DirectoryFiles.Small().Add(DirectoryFile.People, "PER-2;;Sans;Numéro;;0;"));
        var people = DirectoryFiles.Small().Without(
            DirectoryFile.Communes, DirectoryFile.Organisations, DirectoryFile.Memberships, DirectoryFile.Activities, DirectoryFile.Poles, DirectoryFile.PoleTerritories);
        Assert.Equal((0, 0, 1, 0, 1), (await membership.ImportFiles(people)).Counts);
        (DirectoryFile, string)[] activities = [(DirectoryFile.Activities, DirectoryFiles.Small().Single(f => f.File == DirectoryFile.Activities).Text.Split('\n')[0])];
        Assert.Equal((0, 0, 0, 0, 2), (await membership.ImportFiles(activities)).Counts);
        Assert.Equal(2, await membership.Count("activity"));
    }

    [Fact]
    public async Task Activities_can_come_without_people()
    {
        await membership.ImportFiles(DirectoryFiles.Small());
        var some = DirectoryFiles.Small().Where(f => f.File == DirectoryFile.Activities).ToArray().Add(DirectoryFile.Activities, "PER-1;TRE_G15;10;SM54;B;590000014;;2026-01-01;");
        Assert.Equal((1, 0, 2, 0, 0), (await membership.ImportFiles(some)).Counts);
        var person = (await membership.Said("professionals/PER-1"))[1].As<ProfessionalChanged>().Professional;
        Assert.Equal((3, "Lefèvre"), (person.Activities.Count, person.FamilyName));
        // What people.csv said last still counts: the same again changes nothing.
        Assert.Equal(0, (await membership.ImportFiles(DirectoryFiles.Small())).Summary.Updated);
    }

    [Fact]
    public async Task A_dry_run_judges_all_and_leaves_nothing()
    {
        var before = await Everything();
        var files = DirectoryFiles.Small().Add(DirectoryFile.People, "PER-2;99700001236;Faux;Numéro;;0;");
        var id = Guid.CreateVersion7().ToString();
        var rehearsal = await membership.ImportFiles(files, id, dryRun: true);
        Assert.Equal((8, 0, 0, 1, 0), rehearsal.Counts);
        Assert.Equal(before, await Everything());
        var real = await membership.ImportFiles(files, id);
        Assert.Equal(rehearsal.Results, real.Results);
    }

    [Fact]
    public async Task The_same_import_again_gives_the_same_answer_and_one_effect()
    {
        var id = Guid.CreateVersion7().ToString();
        var all = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => membership.ImportFiles(DirectoryFiles.Small(), id)));
        Assert.All(all, a => Assert.Equal(all[0].Results, a.Results));
        Assert.Equal((8, 0, 0, 0, 0), all[0].Counts);
        Assert.Single(await membership.Said("professionals/PER-1"));
        await Refuses(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => membership.ImportFiles(DirectoryFiles.Small().Replace("Lille", "Lomme"), id));
    }

    [Fact]
    public async Task Concurrent_imports_of_the_same_files_have_one_effect()
    {
        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => membership.ImportFiles(DirectoryFiles.OfRegion())));
        Assert.All(both, a => Assert.Equal((0, 0, 0), (a.Summary.Updated, a.Summary.Rejected, a.Summary.Vanished)));
        Assert.Equal(1378, (await membership.EventCounts())["intervision.membership.professional_changed.v1"]);
    }

    [Theory]
    [InlineData("", StatusCode.InvalidArgument, "REQUEST_ID_INVALID")]
    [InlineData("not a uuid", StatusCode.InvalidArgument, "REQUEST_ID_INVALID")]
    public async Task An_import_needs_an_id(string id, StatusCode code, string reason) =>
        await Refuses(code, reason, () => membership.ImportFiles(DirectoryFiles.Small(), id));

    [Fact]
    public async Task Only_a_coordinator_imports_and_exports()
    {
        var who = Tokens.Referent("professionals/PER-1", "poles/P01");
        await Refuses(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => membership.ImportFiles(DirectoryFiles.Small(), "", who: who));
        using var call = membership.Directory.ExportFiles(new ExportFilesRequest(), Tokens.As(who, MembershipFixture.Now));
        await Refuses(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => call.ResponseStream.MoveNext(CancellationToken.None));
    }

    private static async Task Refuses(StatusCode code, string reason, Func<Task> import)
    {
        var refused = await Assert.ThrowsAsync<Grpc.Core.RpcException>(import);
        Assert.Equal((code, reason), (refused.StatusCode, refused.Reason()));
        Assert.False(string.IsNullOrWhiteSpace(refused.FrenchMessage()));
    }

    private async Task<string> Everything()
    {
        var counts = new List<string>();
        foreach (var table in (string[])["commune", "organisation", "professional", "activity", "pole", "change", "outbox", "stream_head", "request_log", "departement_said", "import_line"])
        {
            counts.Add($"{table} {await membership.Count(table)}");
        }

        return string.Join(", ", counts);
    }
}
