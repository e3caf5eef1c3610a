using System.Globalization;
using Grpc.Core;
using Intervision.Indemnisation.V1;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests.Reports;

/// <summary>The journal for the accountant (FEC) and what is accrued at the year's end.</summary>
public sealed class BooksTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    [Fact]
    public async Task The_journal_has_the_eighteen_columns_balances_in_each_entry_and_is_numbered_without_gaps()
    {
        var scene = await fixture.NewScene();
        await FundingReportTests.Play(scene);
        await scene.ReleasedRun();
        var file = await fixture.Journal(new ExportJournalRequest { Year = 2026, Siren = "999000011" });
        Assert.Equal("999000011FEC20261231.txt", file.Name);
        var lines = Lines(file, '\t');
        Assert.Equal(
            "JournalCode JournalLib EcritureNum EcritureDate CompteNum CompteLib CompAuxNum CompAuxLib PieceRef PieceDate EcritureLib Debit Credit EcritureLet DateLet ValidDate Montantdevise Idevise",
            string.Join(' ', lines[0]));
        Assert.All(lines, l => Assert.Equal(18, l.Length));
        var entries = lines.Skip(1).GroupBy(l => int.Parse(l[2], CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(Enumerable.Range(1, entries.Count), entries.Select(e => e.Key));
        Assert.All(entries, e => Assert.Equal(e.Sum(l => Exported.Cents(l[11])), e.Sum(l => Exported.Cents(l[12]))));
        Assert.All(entries, e => Assert.Equal(2, e.Count()));
        Assert.All(lines.Skip(1), l => Assert.Equal((l[4] == "467", l[4] == "467"), (l[6].Length > 0, l[7].Length > 0)));
        Assert.All(lines.Skip(1), l => Assert.Matches("^2026[0-9]{4}$", l[3]));
        Assert.Contains(lines, l => l[10] == "Indemnité : participation, séance du 15/09/2026, poles/P12" && l[9] == "20260915" && l[3] == "20261201" && l[11] == "135,00");

        // Its sums are those of the ledger.
        var books = await scene.Reconcile();
        Assert.Equal(books.DebitCents, lines.Skip(1).Sum(l => Exported.Cents(l[11])));
        Assert.Equal(
            -books.Balances.Single(b => b.Account == "512").BalanceCents,
            lines.Where(l => l[4] == "512").Sum(l => Exported.Cents(l[12]) - Exported.Cents(l[11])));
    }

    [Fact]
    public async Task A_number_once_given_is_the_same_in_every_export_and_the_next_entries_come_after()
    {
        var scene = await fixture.NewScene();
        await scene.Approve(await scene.Held(await scene.NewPerson()));
        var first = (await fixture.Journal(new ExportJournalRequest { Year = 2026 })).Text;
        Assert.Equal(first, (await fixture.Journal(new ExportJournalRequest { Year = 2026 })).Text);

        await scene.ReleasedRun();
        var second = (await fixture.Journal(new ExportJournalRequest { Year = 2026 }, Finance.Releaser)).Text;
        Assert.StartsWith(first, second, StringComparison.Ordinal);
        Assert.Equal(2, Count(second) - Count(first));

        // Several at once number nothing twice.
        await scene.Approve(await scene.Held(await scene.NewPerson(), await scene.NewPerson()));
        var together = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => fixture.Journal(new ExportJournalRequest { Year = 2026 })));
        Assert.Single(together.Select(t => t.Text).Distinct());
        Assert.StartsWith(second, together[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_bar_separates_too_and_no_cell_holds_a_separator()
    {
        var scene = await fixture.NewScene();
        var person = await scene.NewPerson(payee: false);
        var payee = Scene.PayeeOf(person);
        payee.HolderName = "SELARL | Pharmacie";
        await scene.Service.CreatePayeeAsync(new CreatePayeeRequest { RequestId = Scene.NewId(), Payee = payee }, Tokens.As(Finance.Officer, Scene.Start));
        await scene.Approve(await scene.Held(person));
        var lines = Lines(await fixture.Journal(new ExportJournalRequest { Year = 2026, Separator = ExportJournalRequest.Types.Separator.Bar }), '|');
        Assert.All(lines, l => Assert.Equal(18, l.Length));
        Assert.Contains(lines, l => l[7] == "SELARL   Pharmacie");
        Assert.Empty(Lines(await fixture.Journal(new ExportJournalRequest { Year = 2019 }), '\t').Skip(1));
    }

    [Fact]
    public async Task Accruals_are_what_the_last_day_knew_by_session_date()
    {
        var own = new IndemnisationFixture();
        await own.InitializeAsync();
        try
        {
            var scene = await own.NewScene();
            var (paid, owed, calculated, waiting, invited) =
                (await scene.NewPerson(), await scene.NewPerson(), await scene.NewPerson(), await scene.NewPerson(payee: false), await scene.NewPerson());
            await scene.Approve(await Held(scene, new(2026, 11, 3), paid));
            await scene.ReleasedRun();
            await scene.Approve(await Held(scene, new(2026, 11, 4), owed));
            await Held(scene, new(2026, 12, 15), calculated);
            await Held(scene, new(2026, 12, 16), waiting);
            await scene.Convene(scene.NewSession(new(2026, 12, 17)), invited);

            var january = new DateTimeOffset(2027, 1, 15, 8, 0, 0, TimeSpan.Zero);
            var file = await own.Accruals(2026, january);
            Assert.Equal("charges-a-payer-2026.csv", file.Name);
            Assert.Equal(
                [
                    "4081 15/12/2026 liquidée, à valider 135,00", "4081 16/12/2026 service fait, à liquider (estimation) 135,00",
                    "4081 17/12/2026 émargement attendu (estimation) 135,00", "467 04/11/2026 validée, non payée 135,00",
                ],
                file.Rows.Where(r => r["Charge"] != "TOTAL").Select(r => $"{r["Compte"]} {r["Séance du"]} {r["État au 31/12"]} {r["Montant"]}"));
            Assert.Equal(["4081 405,00", "467 135,00"], file.Rows.Where(r => r["Charge"] == "TOTAL").Select(r => $"{r["Compte"]} {r["Montant"]}"));

            // What is approved and paid in January was owed all the same on 31 December.
            var late = await scene.Service.ListLinesAsync(new ListLinesRequest { Professional = calculated.Name }, Tokens.As(Finance.Officer));
            await scene.Service.ApproveLinesAsync(
                new ApproveLinesRequest { RequestId = Scene.NewId(), Names = { late.Lines.Select(l => l.Name) } }, Tokens.As(Finance.Officer, january));
            Assert.Equal(["4081 405,00", "467 135,00"], (await own.Accruals(2026, january)).Rows.Where(r => r["Charge"] == "TOTAL").Select(r => $"{r["Compte"]} {r["Montant"]}"));

            // Asked for before, the session of 17 December is nobody's debt yet.
            Assert.DoesNotContain((await own.Accruals(2026, new DateTimeOffset(2026, 12, 16, 8, 0, 0, TimeSpan.Zero))).Rows, r => r["Séance du"] == "17/12/2026");
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_with_its_reason()
    {
        await Exports.Refuses(StatusCode.InvalidArgument, "YEAR_INVALID", () => fixture.Journal(new ExportJournalRequest { Year = 1 }));
        await Exports.Refuses(StatusCode.InvalidArgument, "SIREN_INVALID", () => fixture.Journal(new ExportJournalRequest { Year = 2026, Siren = "../../etc" }));
        await Exports.Refuses(StatusCode.InvalidArgument, "SEPARATOR_INVALID", () => fixture.Journal(new ExportJournalRequest { Year = 2026, Separator = (ExportJournalRequest.Types.Separator)9 }));
        await Exports.Refuses(StatusCode.InvalidArgument, "FISCAL_YEAR_INVALID", () => fixture.Accruals(0));
        await Exports.Refuses(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => fixture.Journal(new ExportJournalRequest { Year = 2026 }, Finance.Auditor));
    }

    private static async Task<IReadOnlyList<IndemnityLine>> Held(Scene scene, DateOnly date, Person person)
    {
        var session = scene.NewSession(date);
        await scene.Certify(session, person.Present(session, 80));
        return await scene.LinesOf(session);
    }

    private static List<string[]> Lines(Exported file, char separator) =>
        [.. file.Text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(separator))];

    private static int Count(string journal) => journal.Split("\r\n").Length;
}
