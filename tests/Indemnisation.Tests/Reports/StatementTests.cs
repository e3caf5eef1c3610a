using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Grpc.Core;
using Intervision.Indemnisation.Reports.Files;
using Intervision.Indemnisation.Reports.Pdf;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Format = Intervision.Indemnisation.V1.ExportStatementRequest.Types.Format;

namespace Intervision.Indemnisation.Tests.Reports;

/// <summary>What a payee gets on paper, and in a spreadsheet.</summary>
public sealed partial class StatementTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    [Fact]
    public async Task A_statement_as_csv_has_french_numbers_and_dates_and_a_total()
    {
        var (scene, person) = await Paid();
        var file = await fixture.Statement(Exports.StatementOf(person.Payee), Finance.Officer);
        Assert.Equal($"releve-{person.Payee["payees/".Length..]}-20260101-20261231.csv", file.Name);
        Assert.Equal([0xEF, 0xBB, 0xBF], file.Content.Take(3).Select(b => (int)b));
        var rows = file.Rows;
        Assert.Equal(["135,00", "8,40", "143,40"], rows.Select(r => r["Montant"]));
        Assert.Equal(["participation", "déplacement", "TOTAL"], rows.Select(r => r["Objet"]));
        Assert.Equal(("15/09/2026", "émise", "07/12/2026"), (rows[0]["Date de séance"], rows[0]["État"], rows[0]["Payé le"]));
        Assert.Equal("Hochart Élodie", rows[0]["Personne"]);
        Assert.DoesNotContain(person.Iban, file.Text, StringComparison.Ordinal);
        Assert.DoesNotMatch("FR[0-9]{2}", file.Text);
        Assert.NotEmpty(scene.Programme);
    }

    [Fact]
    public async Task A_statement_as_pdf_is_read_by_a_reader_that_is_not_ours_accents_included()
    {
        var (_, person) = await Paid();
        var file = await fixture.Statement(Exports.StatementOf(person.Payee, Format.Pdf), Finance.Officer);
        Assert.EndsWith(".pdf", file.Name, StringComparison.Ordinal);
        var text = await PdfToText(file.Content);
        foreach (var words in new[]
        {
            "Relevé d'indemnités d'intervision", "Association Généraliste & Addictions", "Docteur Élodie Hochart", "Séances du 01/01/2026 au 31/12/2026",
            "Établi le 01/12/2026", "15/09/2026", "participation, 80 min", "déplacement, 34 km", "émise", "143,40 €", "reste à payer", "0,00 €", "Page 1 / 1",
        })
        {
            Assert.Contains(words, text, StringComparison.Ordinal);
        }

        Assert.Equal(file.Content, (await fixture.Statement(Exports.StatementOf(person.Payee, Format.Pdf), Finance.Officer)).Content);
    }

    [Fact]
    public async Task A_long_pdf_has_pages_and_a_table_of_objects_that_is_right()
    {
        var pages = Enumerable.Range(1, 40).Select(n =>
        {
            var page = new PdfPage();
            page.Text(40, 60, $"Page n° {n} (à l'œuvre) \\ « été », 12 345,67 €, Łódź, Ω");
            return page;
        }).ToList();
        var pdf = PdfDocument.Of("Épreuve", pages);
        var text = Encoding.ASCII.GetString(pdf);
        Assert.DoesNotContain('?', text[..^1].Replace("Lodz, Ω", "", StringComparison.Ordinal).Split("(à")[0]);
        var table = int.Parse(StartXref().Match(text).Groups["at"].Value, CultureInfo.InvariantCulture);
        Assert.StartsWith("xref\n", text[table..], StringComparison.Ordinal);
        var offsets = XrefEntry().Matches(text[table..]).Select(m => int.Parse(m.Groups["at"].Value, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(5 + 2 * 40, offsets.Count);
        Assert.All(offsets.Index(), o => Assert.StartsWith($"{o.Index + 1} 0 obj\n", text[o.Item..], StringComparison.Ordinal));

        var read = await PdfToText(pdf);
        Assert.Equal(40, read.Count(c => c == '\f'));
        Assert.Contains("Page n° 40 (à l'œuvre) \\ « été », 12 345,67 €, Lódz, ", read.Replace("ź", "z", StringComparison.Ordinal).Replace("Ł", "L", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("=1+1", "\"'=1+1\"")]
    [InlineData("+33 6", "\"'+33 6\"")]
    [InlineData("-2", "\"'-2\"")]
    [InlineData("@SUM(A1)", "\"'@SUM(A1)\"")]
    [InlineData("\tx", "\"'\tx\"")]
    [InlineData("\rx", "\"'\rx\"")]
    [InlineData(" =1+1", "\"' =1+1\"")]
    [InlineData("\u00a0=1+1", "\"'\u00a0=1+1\"")]
    [InlineData("＝1+1", "\"'＝1+1\"")]
    [InlineData("＠SUM(A1)", "\"'＠SUM(A1)\"")]
    [InlineData("Élodie \"Dr\"; Hochart", "\"Élodie \"\"Dr\"\"; Hochart\"")]
    public void Text_is_never_a_formula(string text, string cell) => Assert.Equal($"{cell}\r\n", FrenchCsv.Line(text));

    [Theory]
    [InlineData(-1, "-0,01")]
    [InlineData(123456, "1234,56")]
    [InlineData(-123450, "-1234,50")]
    [InlineData(0, "0,00")]
    public void An_amount_stays_a_number_a_negative_one_too(long cents, string cell) => Assert.Equal($"{cell}\r\n", FrenchCsv.Line(new Cents(cents)));

    [Fact]
    public async Task A_professional_gets_the_own_lines_of_a_shared_payee_and_nobody_elses_statement()
    {
        var scene = await fixture.NewScene();
        var (first, second) = (await scene.NewPerson(payee: false), await scene.NewPerson(payee: false));
        var shared = Scene.PayeeOf(first);
        shared.Professionals.Add(second.Name);
        await scene.Service.CreatePayeeAsync(new CreatePayeeRequest { RequestId = Scene.NewId(), Payee = shared }, Tokens.As(Finance.Officer, Scene.Start));
        await scene.Held(first, second);

        var all = (await fixture.Statement(Exports.StatementOf(shared.Name), Finance.Releaser)).Rows;
        Assert.Equal("270,00", all[^1]["Montant"]);
        var byName = (await fixture.Statement(Exports.StatementOf(shared.Name), Tokens.Professional(second.Name))).Rows;
        Assert.Equal("135,00", byName[^1]["Montant"]);
        Assert.Equal(2, byName.Count);

        var stranger = await scene.NewPerson();
        await Exports.Refuses(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => fixture.Statement(Exports.StatementOf(shared.Name), Tokens.Professional(stranger.Name)));
        await Exports.Refuses(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => fixture.Statement(Exports.StatementOf("payees/NOBODY"), Tokens.Professional(stranger.Name)));
        await Exports.Refuses(StatusCode.NotFound, "NOT_FOUND", () => fixture.Statement(Exports.StatementOf("payees/NOBODY"), Finance.Officer));
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_with_its_reason()
    {
        await Refuses("PAYEE_INVALID", r => r.Payee = "PAY-1");
        await Refuses("FROM_DATE_INVALID", r => r.FromDate = new Google.Type.Date { Year = 2026, Month = 2, Day = 30 });
        await Refuses("UNTIL_DATE_INVALID", r => r.UntilDate = null);
        await Refuses("PERIOD_INVALID", r => r.UntilDate = new DateOnly(2025, 12, 31).ToProto());
        await Refuses("PERIOD_INVALID", r => r.UntilDate = new DateOnly(2027, 1, 2).ToProto());
        await Refuses("FORMAT_INVALID", r => r.Format = (Format)9);
    }

    private Task Refuses(string reason, Action<ExportStatementRequest> alter)
    {
        var request = Exports.StatementOf("payees/PAY-1");
        alter(request);
        return Exports.Refuses(StatusCode.InvalidArgument, reason, () => fixture.Statement(request, Finance.Officer));
    }

    private async Task<(Scene Scene, Person Person)> Paid()
    {
        var scene = await fixture.NewScene();
        var person = await scene.NewPerson();
        var session = scene.NewSession(new DateOnly(2026, 9, 15));
        await scene.Certify(session, person.Present(session, 80, kilometres: 34));
        await scene.Approve(await scene.LinesOf(session));
        await scene.ReleasedRun();
        return (scene, person);
    }

    private static async Task<string> PdfToText(byte[] pdf)
    {
        var start = new ProcessStartInfo("pdftotext", ["-layout", "-enc", "UTF-8", "-", "-"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        using var reader = Process.Start(start) ?? throw new InvalidOperationException("pdftotext is missing: apt-get install --no-install-recommends poppler-utils; ./test.sh does");
        var writing = Task.Run(async () =>
        {
            await reader.StandardInput.BaseStream.WriteAsync(pdf);
            reader.StandardInput.Close();
        });
        var text = await new StreamReader(reader.StandardOutput.BaseStream, Encoding.UTF8).ReadToEndAsync();
        await writing;
        await reader.WaitForExitAsync();
        Assert.Equal(0, reader.ExitCode);
        return text.Replace('\u00a0', ' ');
    }

    [GeneratedRegex(@"startxref\n(?<at>\d+)\n%%EOF\n$", RegexOptions.NonBacktracking)]
    private static partial Regex StartXref();

    [GeneratedRegex(@"(?<at>\d{10}) 00000 n ", RegexOptions.NonBacktracking)]
    private static partial Regex XrefEntry();
}
