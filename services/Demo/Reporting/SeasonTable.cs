using System.Globalization;
using Intervision.Scheduling.V1;
using Spectre.Console;

namespace Intervision.Demo.Reporting;

/// <summary>The season on one screen.</summary>
internal static class SeasonTable
{
    private static readonly CultureInfo French = CultureInfo.GetCultureInfo("fr-FR");

    public static void Show(IAnsiConsole console, SeasonReport report, IReadOnlyList<ListWaitingCasesResponse.Types.WaitingCase> waiting)
    {
        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumn("").AddColumn("");
        table.AddRow("Situations déposées", $"{report.CasesSubmitted}");
        table.AddRow("Demandes refusées", $"{report.CasesRefused.Values.Sum()} ({Listed(report.CasesRefused)})");
        table.AddRow("Accords demandés ensuite", Listed(report.ConsentsAskedLater));
        table.AddRow("Séances tenues", $"{report.SessionsHeld} ({report.SessionsCancelled} annulées)");
        table.AddRow("Sans séance, reportées", $"{report.CasesWithoutSession}");
        table.AddRow("Participations certifiées", $"{report.Participations}");
        foreach (var (profession, sum) in report.Indemnities)
        {
            table.AddRow($"Indemnités {profession}", $"{sum.Count} lignes, {Euros(sum.Cents)}");
        }

        table.AddRow("Lignes en attente", report.LinesWaiting.Count == 0 ? "aucune" : Listed(report.LinesWaiting));
        foreach (var (type, count) in report.Events)
        {
            table.AddRow($"Événement {type}", $"{count}");
        }

        table.AddRow("Grand livre", report.LedgerBalanced ? "équilibré au centime" : "[red]déséquilibré[/]");
        table.AddRow("Rapprochement", report.Reconciled ? "exact" : "[red]écarts[/]");
        table.AddRow("Payé", Euros(report.PaidCents));
        table.AddRow("Fichier de paiement", report.PaymentFile.Length == 0 ? "aucun" : Markup.Escape(string.Join(Environment.NewLine, report.PaymentFiles)));
        table.AddRow("Durée", $"{report.Seconds.ToString("0.0", French)} s");
        console.Write(table);
        ShowWaiting(console, waiting);
    }

    public static void ShowMismatches(IAnsiConsole console, SeasonReport report)
    {
        foreach (var mismatch in report.Mismatches.Take(30))
        {
            console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[red]Écart : {mismatch}[/]");
        }

        if (report.Mismatches.Count > 30)
        {
            console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[red]… et {report.Mismatches.Count - 30} autres écarts.[/]");
        }
    }

    private static void ShowWaiting(IAnsiConsole console, IReadOnlyList<ListWaitingCasesResponse.Types.WaitingCase> waiting)
    {
        if (waiting.Count == 0)
        {
            return;
        }

        console.MarkupLine("Situations prêtes sans séance, reportées à la saison suivante :");
        foreach (var c in waiting.Take(20))
        {
            console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"  {c.Case} ({c.Pole}) : {c.WaitingDays} jours {c.Reason}");
        }

        if (waiting.Count > 20)
        {
            console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"  … et {waiting.Count - 20} autres.");
        }
    }

    private static string Listed(IReadOnlyDictionary<string, int> counts) => string.Join(", ", counts.Select(c => $"{c.Value} {c.Key}"));

    private static string Euros(long cents) => (cents / 100m).ToString("N2", French) + " €";
}
