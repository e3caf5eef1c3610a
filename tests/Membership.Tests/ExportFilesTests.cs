using Intervision.Membership.Professionals;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.Tests.Support;
using Outcome = Intervision.Membership.V1.FileRowResult.Types.Outcome;
using StatusCode = Grpc.Core.StatusCode;

namespace Intervision.Membership.Tests;

/// <summary>What is exported is what is there: imported again, it changes nothing.</summary>
public sealed class ExportFilesTests : IAsyncLifetime
{
    private readonly MembershipFixture membership = new();

    public ValueTask InitializeAsync() => membership.InitializeAsync();

    public ValueTask DisposeAsync() => membership.DisposeAsync();

    [Fact]
    public async Task The_region_comes_out_as_it_went_in()
    {
        var region = DirectoryFiles.OfRegion();
        await membership.ImportFiles(region);
        var (events, history) = (await membership.Count("outbox"), await membership.Count("change"));
        var exported = await membership.ExportFiles();
        Assert.Equal(8, exported.Length);
        foreach (var (went, came) in region.Zip(exported))
        {
            // The columns of the sample stand first; its lines are those of the export, which is sorted.
            var columns = Lines(went.Item2)[0].Split(';').Length;
            Assert.Equal(
                Lines(went.Item2).Order(StringComparer.Ordinal),
                Lines(came.Text).Select(l => string.Join(';', l.Split(';').Take(columns))).Order(StringComparer.Ordinal));
        }

        var answer = await membership.ImportFiles(exported);
        Assert.Equal((0, 0, 0, 0), (answer.Summary.Created, answer.Summary.Updated, answer.Summary.Rejected, answer.Summary.Vanished));
        Assert.Equal((events, history), (await membership.Count("outbox"), await membership.Count("change")));
    }

    [Fact]
    public async Task All_that_files_can_say_survives_the_round_trip()
    {
        await membership.ImportFiles(DirectoryFiles.Small());
        await membership.Import(
            Sample.Organisation().With(o =>
            {
                o.DisplayName = "=CSAPA; dit \"Lille\"";
                o.Profile = new PartnerProfile { LegalFrame = " Loi 1901\r\n\"à but non lucratif\";\n", Operation = "équipe", Missions = ";" };
                (o.IdentifierSource, o.IdentifierVerifiedDate) = (IdentifierSource.Directory, Sample.Date("2026-08-01"));
                o.Convention = new Convention { SignedDate = Sample.Date("2028-01-10"), StartDate = Sample.Date("2028-03-16"), EndDate = Sample.Date("2030-03-15") };
                o.Memberships.Add(new ProgrammeMembership { Programme = "programmes/ADDICTIONS", FromDate = Sample.Date("2020-01-01"), UntilDate = Sample.Date("2021-01-01") });
            }).Row(),
            Sample.Professional().With(p => (p.IdentifierSource, p.Expert, p.Mssante, p.CharterAcceptedDate) = (IdentifierSource.Psc, true, "", null)).Row(),
            Sample.Pole().With(p => (p.Carrier, p.CoordinatorKind, p.StartTime.Seconds) = ("organisations/590000014", CoordinatorKind.Host, 30)).With(p => p.OtherHosts.Add("organisations/590000014")).Row());
        // A draft without rhythm, day, hour, first day, host: what CreatePole may make and an import may not.
        await membership.Db.InTransaction(
            tx => tx.Execute(
                """
                insert into pole (code, display_name, programme, seat_commune, area, duration_minutes, modality, state, version, update_time)
                values ('D01', 'Brouillon', 'ADDICTIONS', '59350', '', 60, 1, 1, 1, '2026-09-01 08:00Z')
                """),
            CancellationToken.None);
        var answer = await membership.ImportFiles(await membership.ExportFiles());
        Assert.DoesNotContain(answer.Results, r => r.Outcome != Outcome.Unchanged);
        Assert.Equal(await membership.ExportFiles(), await membership.ExportFiles());
    }

    [Fact]
    public async Task An_edit_survives_the_old_file_and_goes_with_the_new_one()
    {
        await membership.ImportFiles(DirectoryFiles.Small());
        await Edit("Martin");
        Assert.Equal(0, (await membership.ImportFiles(DirectoryFiles.Small())).Summary.Updated);
        var exported = await membership.ExportFiles();
        Assert.Contains(exported, f => f.Text.Contains("Martin", StringComparison.Ordinal));
        Assert.Equal(0, (await membership.ImportFiles(exported)).Summary.Updated);
        // The export is now what files said last: it does not undo a later edit either.
        await Edit("Bernard");
        Assert.Equal(0, (await membership.ImportFiles(exported)).Summary.Updated);
        Assert.Equal("Bernard", await membership.Db.Read(tx => tx.Single<string>("select family_name from professional"), CancellationToken.None));
        Assert.Equal(1, (await membership.ImportFiles(DirectoryFiles.Small())).Summary.Updated);
    }

    [Fact]
    public async Task What_a_file_does_not_say_stays()
    {
        await membership.ImportFiles(DirectoryFiles.Small());
        await membership.Import(Sample.Professional().With(p => (p.IdentifierSource, p.GivenName) = (IdentifierSource.Psc, "Zoë")).Row());
        await membership.ImportFiles(DirectoryFiles.Small().Replace("Lefèvre", "Lefebvre"));
        var person = (await membership.Directory.GetProfessionalAsync(
            new GetProfessionalRequest { Name = "professionals/PER-1" }, Tokens.As(Tokens.Coordinator(), MembershipFixture.Now))).Professional;
        Assert.Equal(("Lefebvre", IdentifierSource.Psc), (person.FamilyName, person.IdentifierSource));
        // people.csv names neither a convention nor a référent that there are: they stay, too.
        var answer = await membership.ImportFiles(DirectoryFiles.Small()
            .Replace("2025-03-16;2025-03-16;2028-03-15;1", "2025-03-16;;;1").Replace("HYBRID;PER-1;", "HYBRID;;"));
        Assert.Equal(0, answer.Summary.Rejected);
        Assert.Contains(await membership.ExportFiles(), f => f.Text.Contains("2025-03-16;2025-03-16;2028-03-15;1", StringComparison.Ordinal));
        Assert.Contains(await membership.ExportFiles(), f => f.Text.Contains("HYBRID;PER-1;590000014", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Some_files_in_the_order_asked()
    {
        await membership.ImportFiles(DirectoryFiles.Small());
        var some = await membership.ExportFiles(null, DirectoryFile.Activities, DirectoryFile.Communes);
        Assert.Equal([DirectoryFile.Communes, DirectoryFile.Activities], some.Select(f => f.File));
        using var call = membership.Directory.ExportFiles(
            new ExportFilesRequest { Files = { DirectoryFile.Unspecified } }, Tokens.As(Tokens.Coordinator(), MembershipFixture.Now));
        var refused = await Assert.ThrowsAsync<Grpc.Core.RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal((StatusCode.InvalidArgument, "FILE_INVALID"), (refused.StatusCode, refused.Reason()));
    }

    /// <summary>As an RPC does: the person is another, what was imported is not.</summary>
    private Task Edit(string familyName) => membership.Db.InTransaction(
        async tx =>
        {
            await tx.Execute("update professional set family_name = @familyName, search_name = lower(@familyName)", new { familyName });
            await ProfessionalStore.Touch(tx, "PER-1", MembershipFixture.Now);
        },
        CancellationToken.None);

    private static string[] Lines(string text) => text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
}
