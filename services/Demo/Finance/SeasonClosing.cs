using Grpc.Core;
using Intervision.Demo.Season;
using Intervision.Demo.Suite;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Demo.Finance;

/// <summary>
/// Three people of finance at the end of the season: one approves the lines and proposes a run, the second approves the
/// run, the third releases its file. One run per programme, so that there is one file to look at.
/// </summary>
internal sealed class SeasonClosing(Stage stage, DateOnly day)
{
    private const int LinesAtOnce = 1000;

    private IndemnisationService.IndemnisationServiceClient Money => stage.Suite.Indemnisation;

    public async Task<List<PaymentRun>> Pay(Action<double> progress)
    {
        await ApproveLines();
        progress(0.4);
        var due = await ListLines(LineState.Approved, LineState.Issued, LineState.Paid);
        var runs = new List<PaymentRun>();
        foreach (var programme in due.Select(l => l.Programme).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            runs.Add(await PayProgramme(programme));
        }

        progress(0.6);
        return runs;
    }

    public async Task<List<IndemnityLine>> ListLines(params IEnumerable<LineState> states)
    {
        var lines = new List<IndemnityLine>();
        var request = new ListLinesRequest { PageSize = 1000, States = { states } };
        do
        {
            var page = await Money.ListLinesAsync(request, stage.As(Cast.FinanceOfficer, Stage.At(day, 9)));
            lines.AddRange(page.Lines);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return lines;
    }

    public async Task<ReconcileLedgerResponse> Reconcile() =>
        await Money.ReconcileLedgerAsync(
            new ReconcileLedgerRequest { AsOfTime = Stage.At(day, 18).ToProto() }, stage.As(Cast.FinanceOfficer, Stage.At(day, 18)));

    public async Task<PaymentFile?> ReadFile(PaymentRun run) => PaymentFile.Read(
        (await Money.GetPaymentFileAsync(new GetPaymentFileRequest { Name = run.Name }, stage.As(Cast.FinanceReleaser, Stage.At(day, 17)))).Content.ToByteArray());

    private async Task ApproveLines()
    {
        foreach (var lines in (await ListLines(LineState.Calculated)).Select(l => l.Name).Chunk(LinesAtOnce))
        {
            await Money.ApproveLinesAsync(
                new ApproveLinesRequest { RequestId = RequestId.Of(["approve lines", .. lines]), Names = { lines } },
                stage.As(Cast.FinanceOfficer, Stage.At(day, 10)));
        }
    }

    private async Task<PaymentRun> PayProgramme(string programme)
    {
        var proposed = (await Money.ProposePaymentRunAsync(
            new ProposePaymentRunRequest
            {
                RequestId = RequestId.Of("payment run", programme, day.Iso()),
                Programme = programme,
                UpToDate = day.ToProto(),
                ExecutionDate = day.AddDays(5).ToProto(),
            },
            stage.As(Cast.FinanceOfficer, Stage.At(day, 11)))).PaymentRun;
        // The answer may be the stored one of a run that went further.
        var run = await Read(proposed.Name);
        if (run.State == PaymentRun.Types.State.Proposed)
        {
            run = await Stage.Step(run, async r => (await Money.ApprovePaymentRunAsync(
                new ApprovePaymentRunRequest { RequestId = RequestId.Of(r.Name, "approve"), Name = r.Name, Etag = r.Etag },
                stage.As(Cast.FinanceApprover, Stage.At(day, 14)))).PaymentRun, () => Read(run.Name));
        }

        if (run.State == PaymentRun.Types.State.Approved)
        {
            run = await Stage.Step(run, async r => (await Money.ReleasePaymentRunAsync(
                new ReleasePaymentRunRequest { RequestId = RequestId.Of(r.Name, "release"), Name = r.Name, Etag = r.Etag },
                stage.As(Cast.FinanceReleaser, Stage.At(day, 16)))).PaymentRun, () => Read(run.Name));
        }

        return run;
    }

    private async Task<PaymentRun> Read(string name) => (await Money.GetPaymentRunAsync(
        new GetPaymentRunRequest { Name = name }, stage.As(Cast.FinanceOfficer, Stage.At(day, 12)))).PaymentRun;
}
