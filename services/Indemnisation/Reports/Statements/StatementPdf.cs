using Intervision.Indemnisation.Reports.Files;
using Intervision.Indemnisation.Reports.Pdf;

namespace Intervision.Indemnisation.Reports.Statements;

/// <summary>A statement on A4, to be sent to who is paid. No account number, no situation.</summary>
internal static class StatementPdf
{
    private const double Left = 40;
    private const double Right = PdfPage.Width - 40;
    private const double RowHeight = 14;
    private const double Top = 60;
    private const double Bottom = PdfPage.Height - 60;

    private static readonly (string Title, double At, double Width)[] Columns =
        [("Séance du", Left, 55), ("Pôle", 95, 50), ("Personne", 147, 110), ("Objet", 260, 118), ("État", 380, 62), ("Payé le", 444, 52)];

    public static byte[] Of(Statement statement)
    {
        var pages = new List<PdfPage> { new() };
        var top = Head(pages[0], statement);
        Titles(pages[^1], ref top);
        foreach (var line in statement.Lines)
        {
            if (top > Bottom)
            {
                pages.Add(new PdfPage());
                top = Top;
                Titles(pages[^1], ref top);
            }

            Row(pages[^1], top, line);
            top += RowHeight;
        }

        Totals(pages, top, statement);
        foreach (var (i, page) in pages.Index())
        {
            page.Text(Left, PdfPage.Height - 30, $"{statement.Payee} · relevé du {French.Date(statement.From)} au {French.Date(statement.Until)}", 8);
            page.TextRight(Right, PdfPage.Height - 30, $"Page {i + 1} / {pages.Count}", 8);
        }

        return PdfDocument.Of($"Relevé d'indemnités {statement.Payee}", pages);
    }

    private static double Head(PdfPage page, Statement statement)
    {
        page.Text(Left, 50, Helvetica.Fit(statement.Payer, 10, 300), 10);
        page.TextRight(Right, 50, $"Établi le {French.Date(statement.Day)}");
        page.Text(Left, 85, "Relevé d'indemnités d'intervision", 16, bold: true);
        page.Text(Left, 105, $"Séances du {French.Date(statement.From)} au {French.Date(statement.Until)}", 10);
        page.Text(Left, 130, Helvetica.Fit(statement.HolderName, 11, 480), 11, bold: true);
        page.Text(Left, 145, statement.Siret.Length == 0 ? $"Référence {statement.Payee}" : $"Référence {statement.Payee} · SIRET {statement.Siret}");
        return 175;
    }

    private static void Titles(PdfPage page, ref double top)
    {
        foreach (var (title, at, _) in Columns)
        {
            page.Text(at, top, title, bold: true);
        }

        page.TextRight(Right, top, "Montant", bold: true);
        page.Line(Left, top + 4, Right);
        top += RowHeight + 2;
    }

    private static void Row(PdfPage page, double top, StatementLine line)
    {
        string[] cells =
        [
            French.Date(line.SessionDate), line.Pole.Replace("poles/", "", StringComparison.Ordinal), line.Person, Subject(line), line.Standing,
            line.PaymentDate is { } paid ? French.Date(paid) : "",
        ];
        foreach (var ((_, at, width), cell) in Columns.Zip(cells))
        {
            page.Text(at, top, Helvetica.Fit(cell, 9, width));
        }

        page.TextRight(Right, top, French.Euros(line.AmountCents));
    }

    private static string Subject(StatementLine line) => line switch
    {
        { Kilometres: > 0, Component: V1.Component.Travel } => $"{line.Subject}, {line.Kilometres} km",
        { PresentMinutes: > 0, Component: V1.Component.Participant } => $"{line.Subject}, {line.PresentMinutes} min",
        _ => line.Subject,
    };

    private static void Totals(List<PdfPage> pages, double top, Statement statement)
    {
        if (top > Bottom - 3 * RowHeight)
        {
            pages.Add(new PdfPage());
            top = Top;
        }

        pages[^1].Line(Left, top - 8, Right);
        foreach (var (i, (label, cents)) in new[]
        {
            ("Total des séances de la période", statement.TotalCents),
            ("dont remis à la banque", statement.IssuedCents),
            ("reste à payer", statement.TotalCents - statement.IssuedCents),
        }.Index())
        {
            pages[^1].Text(260, top + 6 + i * RowHeight, label, bold: i == 0);
            pages[^1].TextRight(Right, top + 6 + i * RowHeight, French.Euros(cents), bold: i == 0);
        }
    }
}
