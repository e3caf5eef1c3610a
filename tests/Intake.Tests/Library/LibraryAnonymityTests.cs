using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapper;
using Google.Protobuf;
using Intervision.Intake.V1;
using Npgsql;
using Case = Intervision.Intake.V1.Case;

namespace Intervision.Intake.Tests.Library;

/// <summary>Nothing the database keeps leads from a published case to the case it was written from.</summary>
public sealed class LibraryAnonymityTests(LibraryAnonymityTests.Season season) : IClassFixture<LibraryAnonymityTests.Season>
{
    private const string Canary = "Le quinquina brûlé revient à chaque consultation de la personne.";

    [Fact]
    public async Task No_value_joins_an_entry_with_anything_but_what_it_says_of_its_class()
    {
        await using var owner = new NpgsqlConnection(season.OwnerConnectionString);
        var entry = Assert.Single(await Rows(owner, "library_entry"));
        var shared = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var table in await Tables(owner))
        {
            if (table != "library_entry")
            {
                shared.UnionWith((await Rows(owner, table)).SelectMany(r => r).Where(entry.Contains));
            }
        }

        // Codes of the class and of the orientation, which five cases have at least; the crowd's size is a small number.
        Assert.Equal(["35-44", "5", "ALCOOL", "COMPLEXITE_SUIVI", "NPDC", "ORIENTATION_CSAPA"], shared.Except(["6", "7", "8"]));
        Assert.Equal(5, await owner.ExecuteScalarAsync<long>(
            """
            select count(*) from cases c, library_entry e join pole p on p.area = e.area
            where c.pole = p.name and (c.age_band, c.products[1], c.motives[1]) = (e.age_band, e.product, e.motive)
              and exists (select from decision d where d.case_id = c.id and d.orientation = any (e.orientations))
            """));
    }

    [Fact]
    public async Task Neither_the_text_nor_its_bytes_nor_its_hash_is_anywhere_else()
    {
        await using var owner = new NpgsqlConnection(season.OwnerConnectionString);
        Assert.Equal(1, await owner.ExecuteScalarAsync<long>("select count(*) from library_entry where situation = @Canary", new { Canary }));
        var said = season.Proposing.Text.ToByteArray();
        string[] traces =
        [
            "quinquina", Hex(Encoding.UTF8.GetBytes("quinquina")), Hex(SHA256.HashData(season.Proposing.ToByteArray())), Hex(SHA256.HashData(said)),
            Hex(SHA256.HashData(Encoding.UTF8.GetBytes(Canary))),
        ];
        foreach (var table in (await Tables(owner)).Where(t => t != "library_entry"))
        {
            foreach (var trace in traces)
            {
                Assert.Equal(0, await owner.ExecuteScalarAsync<long>($"select count(*) from {table} t where t::text ilike '%' || @trace || '%'", new { trace }));
            }
        }

        Assert.DoesNotContain(season.AllLogs.Lines, l => l.Contains("quinquina", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task The_proposal_its_text_and_its_name_lead_nowhere()
    {
        await using var owner = new NpgsqlConnection(season.OwnerConnectionString);
        Assert.Equal(0, await owner.ExecuteScalarAsync<long>("select count(*) from library_proposal"));
        Assert.Equal(0, await owner.ExecuteScalarAsync<long>("select count(*) from clinical_text where field = 'library'"));
        // The reading is in the log under the proposal's name, and the case has forgotten that name.
        Assert.Equal(
            [season.Proposal.Name],
            await owner.QueryAsync<string>("select distinct case_code from access_log where action = 'READ_LIBRARY_PROPOSAL'"));
        var seen = await season.Intake.ListCaseAccessesAsync(new ListCaseAccessesRequest { Case = season.Of.Name }, IntakeFixture.At(IntakeFixture.Requester, LibrarySteps.NextQuarter));
        Assert.DoesNotContain(seen.Accesses, a => a.Action == "READ_LIBRARY_PROPOSAL");
        // The case's own history, stream and events say nothing of the library.
        Assert.Equal(season.HistoryBefore, await season.HistoryOf(season.Of));
        Assert.Equal(0, await owner.ExecuteScalarAsync<long>("select count(*) from outbox where event_type ilike '%library%'"));
    }

    /// <summary>PostgreSQL itself notes on every row which transaction wrote it, and which one locked it last.</summary>
    [Fact]
    public async Task The_transaction_that_wrote_the_entry_touched_the_whole_crowd_or_nobody()
    {
        await using var owner = new NpgsqlConnection(season.OwnerConnectionString);
        const string Wrote = "(select xmin::text from library_entry)";
        foreach (var table in (await Tables(owner)).Except(["library_entry", "request_log", "cases"]))
        {
            Assert.Equal((table, 0), (table, await owner.ExecuteScalarAsync<long>($"select count(*) from {table} where xmin::text in {Wrote} or xmax::text in {Wrote}")));
        }

        // What remains of the job itself: that it ran.
        Assert.Equal(
            ["/intervision.intake.v1.IntakeService/PublishLibraryCases"],
            await owner.QueryAsync<string>($"select method from request_log where xmin::text in {Wrote} or xmax::text in {Wrote}"));
        Assert.Equal(0, await owner.ExecuteScalarAsync<long>($"select count(*) from cases where xmin::text in {Wrote}"));
        Assert.Equal(
            await owner.ExecuteScalarAsync<long>($"select count(*) from cases c where {Intake.Library.Population.IsIn}"),
            await owner.ExecuteScalarAsync<long>($"select count(*) from cases where xmax::text in {Wrote}"));
    }

    [Fact]
    public async Task An_entry_has_no_column_for_a_time_a_person_or_a_number_in_order()
    {
        await using var owner = new NpgsqlConnection(season.OwnerConnectionString);
        Assert.Equal(
            [
                "age_band text", "area text", "crowd integer", "id uuid", "motive text", "orientation text", "orientations ARRAY", "product text",
                "publish_quarter date", "question text", "situation text", "title text", "words tsvector",
            ],
            await owner.QueryAsync<string>(
                "select column_name || ' ' || data_type from information_schema.columns where table_name = 'library_entry' order by column_name collate \"C\""));
        var id = await owner.ExecuteScalarAsync<Guid>("select id from library_entry");
        Assert.Equal(4, id.Version);
        await Assert.ThrowsAsync<PostgresException>(() => owner.ExecuteAsync("update library_entry set id = @id", new { id = Guid.CreateVersion7(IntakeFixture.Start) }));
        await Assert.ThrowsAsync<PostgresException>(() => owner.ExecuteAsync("update library_entry set crowd = 4"));
        await Assert.ThrowsAsync<PostgresException>(() => owner.ExecuteAsync("update library_entry set publish_quarter = '2027-02-01'"));
    }

    private static async Task<List<string>> Tables(NpgsqlConnection owner) => (await owner.QueryAsync<string>(
        "select quote_ident(relname) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname <> 'schema_migration'")).AsList();

    /// <summary>Every scalar of every row, out of arrays too.</summary>
    private static async Task<List<HashSet<string>>> Rows(NpgsqlConnection owner, string table) =>
    [
        .. (await owner.QueryAsync<string>($"select to_jsonb(t)::text from {table} t")).Select(row => Scalars(JsonDocument.Parse(row).RootElement).ToHashSet(StringComparer.Ordinal)),
    ];

    private static IEnumerable<string> Scalars(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Scalars(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Scalars),
        JsonValueKind.Null or JsonValueKind.True or JsonValueKind.False => [],
        _ => element.ToString() is { Length: > 0 } text ? [text] : [],
    };

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    /// <summary>One case from its deposit to the library, with everything the service does on the way.</summary>
    public sealed class Season : LibraryFixture
    {
        public Case Of { get; private set; } = new();

        public ProposeLibraryCaseRequest Proposing { get; private set; } = new();

        public LibraryProposal Proposal { get; private set; } = new();

        public IReadOnlyList<string> HistoryBefore { get; private set; } = [];

        public async Task<IReadOnlyList<string>> HistoryOf(Case of) => await Db.Read(
            tx => tx.Query<string>("select h.version || ' ' || h.action from case_history h join cases c on c.id = h.case_id where 'cases/' || c.code = @Name order by h.version", new { of.Name }),
            CancellationToken.None);

        protected override async Task Prepare()
        {
            await base.Prepare();
            Of = await this.DecidedAmongOthers();
            // Another one that was decided upon and is like nobody.
            await this.Others(Of, 1, motive: "AUTRE");
            HistoryBefore = await HistoryOf(Of);
            var text = LibrarySteps.Text();
            text.Situation = Canary;
            Proposing = LibrarySteps.Proposing(Of, text);
            Proposal = (await Intake.ProposeLibraryCaseAsync(Proposing, At(Requester, 10))).Proposal;
            await Intake.ReadLibraryProposalAsync(new ReadLibraryProposalRequest { Name = Proposal.Name }, At(Referent, 11));
            await Intake.ReviewLibraryCaseAsync(LibrarySteps.Reviewing(Proposal), At(Referent, 11));
            Assert.Equal(1, (await this.Publish()).Published);
        }
    }
}
