using Intervision.Indemnisation.Reports.Files;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;
using Table = Intervision.Indemnisation.V1.ExportFundingReportRequest.Types.Table;

namespace Intervision.Indemnisation.Reports.Ars;

/// <summary>One table of the ARS report as French CSV, streamed from one snapshot.</summary>
internal sealed class ExportFundingReport(Db db)
{
    public Task Handle(ExportFundingReportRequest request, Func<string, Google.Protobuf.ByteString, Task> send, Call call)
    {
        ReportedEnvelope.MustBeSaid(request.Programme, request.FiscalYear);
        if (!Enum.IsDefined(request.Table))
        {
            throw RuleBroken.Invalid("table", "TABLE_INVALID", "Ce tableau est inconnu.");
        }

        return db.ReadTogether(
            async tx =>
            {
                tx.StatementTimeout = GetFundingReport.Longest;
                var envelope = await ReportedEnvelope.Of(tx, request.Programme, request.FiscalYear);
                var (title, lines) = request.Table switch
                {
                    Table.Sessions => ("seances", Sessions(tx, envelope)),
                    Table.Runs => ("lots", Runs(tx, envelope)),
                    Table.Summary => ("synthese", FundingSummary.Lines(tx, envelope)),
                    _ => ("detail", Rows(tx, envelope)),
                };
                var file = new ExportFile($"ars-{envelope.Name["envelopes/".Length..]}-{title}.csv", send);
                await file.Write(FrenchCsv.ByteOrderMark);
                await foreach (var line in lines)
                {
                    await file.Write(line);
                }

                await file.Complete();
                return true;
            },
            call.Cancellation);
    }

    private static async IAsyncEnumerable<string> Rows(Tx tx, ReportedEnvelope envelope)
    {
        yield return FrenchCsv.Line("Mois", "Pôle", "Table de profession", "Profession", "Mode", "Participations", "Engagé", "Liquidé", "Consommé", "Reste à consommer");
        var total = new Figures();
        await foreach (var row in FundingQueries.All(tx, envelope, Cut.Finest))
        {
            total = checked(total with
            {
                Participations = total.Participations + row.Participations,
                EngagedCents = total.EngagedCents + row.EngagedCents,
                CalculatedCents = total.CalculatedCents + row.CalculatedCents,
                ConsumedCents = total.ConsumedCents + row.ConsumedCents,
            });
            yield return Line(row.Month, row);
        }

        yield return Line("TOTAL", total);
    }

    private static string Line(string month, Figures row) => FrenchCsv.Line(
        month, row.Pole, row.ProfessionTable, row.ProfessionCode, row.Mode, row.Participations,
        new Cents(row.EngagedCents), new Cents(row.CalculatedCents), new Cents(row.ConsumedCents), new Cents(row.UnconsumedCents));

    private static async IAsyncEnumerable<string> Sessions(Tx tx, ReportedEnvelope envelope)
    {
        yield return FrenchCsv.Line("Séance", "Date", "Pôle", "Situations évoquées", "Participations", "Coût", "Coût par situation", "Coût par participation");
        await foreach (var s in FundingQueries.CostOfSessions(tx, envelope))
        {
            yield return FrenchCsv.Line(
                s.Name, s.SessionDate, s.Pole, s.DiscussedCases, s.Participations, new Cents(s.Cents),
                Each(s.Cents, s.DiscussedCases ?? 0), Each(s.Cents, s.Participations));
        }
    }

    private static Cents? Each(long cents, int count) => Cents.Of(Costs.Of(cents, count));

    private static async IAsyncEnumerable<string> Runs(Tx tx, ReportedEnvelope envelope)
    {
        yield return FrenchCsv.Line(
            "Lot", "Remis le", "Virements", "Total du fichier (CtrlSum)", "Somme des paiements", "Somme des lignes", "Part de l'enveloppe", "Dont rejeté");
        await foreach (var run in RunShares.Of(tx, envelope))
        {
            yield return FrenchCsv.Line(
                run.Name, Paris.DateOf(run.ReleaseTime), run.PaymentCount, new Cents(run.TotalCents), new Cents(run.PaymentsCents),
                new Cents(run.LinesCents), new Cents(run.ShareCents), new Cents(run.RejectedCents));
        }
    }
}
