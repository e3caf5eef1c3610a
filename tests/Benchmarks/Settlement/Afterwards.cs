using System.Diagnostics;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Benchmarks.Settlement;

/// <summary>One thing finance does once the file is at the bank.</summary>
/// <param name="Items">Entries of the bank's file, or lines of the export.</param>
/// <param name="Megabytes">Of the file, through gRPC.</param>
/// <param name="PeakMegabytes">Of the service's process meanwhile, seen every 50 ms.</param>
internal sealed record Work(string What, long Items, double Seconds, double Megabytes, double PeakMegabytes);

/// <summary>Outside the minute: the bank's answer for every payment of the run is read, and the year is exported.</summary>
internal sealed class Afterwards(ServiceProcess service, PaymentRun run)
{
    private const int PieceBytes = 200 * 1024;
    private const string Iban = "FR7699999000620000099999992";

    /// <summary>One payment in a hundred is rejected.</summary>
    private const int Rejected = 100;

    private static readonly DateTimeOffset January = new(2027, 1, 11, 9, 0, 0, TimeSpan.Zero);
    private static readonly Metadata Officer = Tokens.As(Tokens.Of(Roles.FinanceOfficer, "officer@finance"), January);
    private static readonly Metadata Releaser = Tokens.As(Tokens.Of(Roles.FinanceReleaser, "releaser@finance"), January);

    private readonly string id = run.Name["paymentRuns/".Length..].Replace("-", "", StringComparison.Ordinal);

    public async Task<IReadOnlyList<Work>> Run()
    {
        using var channel = service.NewChannel();
        var (bank, reports) = (new BankService.BankServiceClient(channel), new ReportService.ReportServiceClient(channel));
        var money = new IndemnisationService.IndemnisationServiceClient(channel);
        var (funding, year) = (new GetFundingReportRequest { Programme = Year.Programme, FiscalYear = 2026 }, 2026);
        return
        [
            await Seen("payment file", () => Received(money.ExportPaymentFile(new ExportPaymentFileRequest { Name = run.Name }, Releaser), r => r.Content)),
            await Seen("pain.002", () => Sent(bank, Report())),
            await Seen("camt.054", () => Sent(bank, Notice())),
            await Seen("camt.054, one sum", () => Sent(bank, OneSum())),
            await Seen("FEC", () => Received(reports.ExportJournal(new ExportJournalRequest { Year = year }, Officer), r => r.Content)),
            await Seen("FEC again", () => Received(reports.ExportJournal(new ExportJournalRequest { Year = year }, Officer), r => r.Content)),
            await Seen("DAS2", () => Received(reports.ExportFeeDeclaration(new ExportFeeDeclarationRequest { Year = year }, Officer), r => r.Content)),
            await Seen("accruals", () => Received(reports.ExportAccruals(new ExportAccrualsRequest { FiscalYear = year }, Officer), r => r.Content)),
            await Seen("ARS report", async () => (1, (await reports.GetFundingReportAsync(funding, Officer)).CalculateSize())),
            await Seen("ARS sessions", () => Received(reports.ExportFundingReport(
                new ExportFundingReportRequest { Programme = Year.Programme, FiscalYear = year, Table = ExportFundingReportRequest.Types.Table.Sessions }, Officer), r => r.Content)),
            await Seen("ARS detail", () => Received(reports.ExportFundingReport(
                new ExportFundingReportRequest { Programme = Year.Programme, FiscalYear = year, Table = ExportFundingReportRequest.Types.Table.Rows }, Officer), r => r.Content)),
            await Seen("forecast", async () => (1, (await reports.ForecastEnvelopeAsync(
                new ForecastEnvelopeRequest { Programme = Year.Programme, FiscalYear = year }, Officer)).CalculateSize())),
        ];
    }

    private async Task<Work> Seen(string what, Func<Task<(long Items, long Bytes)>> work)
    {
        using var done = new CancellationTokenSource();
        var (watching, clock) = (Watch(done.Token), Stopwatch.StartNew());
        var (items, bytes) = await work();
        var seconds = clock.Elapsed.TotalSeconds;
        await done.CancelAsync();
        var seen = new Work(what, items, Math.Round(seconds, 2), Math.Round(bytes / 1e6, 1), Math.Round(await watching));
        Console.WriteLine(seen);
        return seen;
    }

    private async Task<double> Watch(CancellationToken done)
    {
        var peak = service.MemoryMiB;
        while (!done.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            peak = Math.Max(peak, service.MemoryMiB);
        }

        return peak;
    }

    private static async Task<(long Items, long Bytes)> Received<T>(AsyncServerStreamingCall<T> export, Func<T, ByteString> content)
    {
        using (export)
        {
            var (lines, bytes) = (0L, 0L);
            await foreach (var part in export.ResponseStream.ReadAllAsync())
            {
                bytes += content(part).Length;
                lines += content(part).Span.Count((byte)'\n');
            }

            return (lines, bytes);
        }
    }

    private static async Task<(long Items, long Bytes)> Sent(BankService.BankServiceClient bank, IAsyncEnumerable<string> parts)
    {
        using var call = bank.ImportBankFile(Officer);
        await call.RequestStream.WriteAsync(new ImportBankFileRequest { RequestId = Guid.CreateVersion7().ToString() });
        var (piece, bytes) = (new StringBuilder(), 0L);
        await foreach (var part in parts)
        {
            piece.Append(part);
            if (piece.Length >= PieceBytes)
            {
                await Send();
            }
        }

        await Send();
        await call.RequestStream.CompleteAsync();
        var lines = 0L;
        await foreach (var answer in call.ResponseStream.ReadAllAsync())
        {
            lines += answer.Lines.Count;
        }

        return (lines, bytes);

        Task Send()
        {
            var data = ByteString.CopyFromUtf8(piece.ToString());
            piece.Clear();
            bytes += data.Length;
            return call.RequestStream.WriteAsync(new ImportBankFileRequest { Data = data });
        }
    }

    /// <summary>pain.002: what the bank took, and what it did not.</summary>
    private async IAsyncEnumerable<string> Report()
    {
        yield return $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
            <GrpHdr><MsgId>BANK-1</MsgId><CreDtTm>2027-01-04T06:00:00</CreDtTm></GrpHdr>
            <OrgnlGrpInfAndSts><OrgnlMsgId>{id}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
            <OrgnlPmtInfAndSts><OrgnlPmtInfId>{id}</OrgnlPmtInfId>

            """;
        await foreach (var (rank, payment, cents) in Payments())
        {
            var status = rank % Rejected == 0 ? "<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>" : "<TxSts>ACSP</TxSts>";
            yield return $"""
                <TxInfAndSts><StsId>{rank}</StsId><OrgnlEndToEndId>{payment:N}</OrgnlEndToEndId>{status}
                <OrgnlTxRef><Amt><InstdAmt Ccy="EUR">{Euros(cents)}</InstdAmt></Amt><DbtrAcct><Id><IBAN>{Iban}</IBAN></Id></DbtrAcct></OrgnlTxRef></TxInfAndSts>

                """;
        }

        yield return "</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>";
    }

    /// <summary>camt.054: every second payment left the account; those rejected are of the others.</summary>
    private async IAsyncEnumerable<string> Notice()
    {
        yield return NoticeHead;
        await foreach (var (_, payment, cents) in Payments().Where(p => p.Rank % 2 != 0))
        {
            yield return $"""
                <Ntry><Amt Ccy="EUR">{Euros(cents)}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>
                <NtryDtls><TxDtls><Refs><EndToEndId>{payment:N}</EndToEndId></Refs><Amt Ccy="EUR">{Euros(cents)}</Amt><CdtDbtInd>DBIT</CdtDbtInd></TxDtls></NtryDtls></Ntry>

                """;
        }

        yield return NoticeFoot;
    }

    /// <summary>camt.054: all that was not rejected left the account, said once of the whole run.</summary>
    private async IAsyncEnumerable<string> OneSum()
    {
        yield return NoticeHead;
        var (count, cents) = (0, 0L);
        await foreach (var payment in Payments().Where(p => p.Rank % Rejected != 0))
        {
            (count, cents) = (count + 1, cents + payment.Cents);
        }

        yield return $"""
            <Ntry><Amt Ccy="EUR">{Euros(cents)}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>
            <NtryDtls><Btch><PmtInfId>{id}</PmtInfId><NbOfTxs>{count}</NbOfTxs></Btch></NtryDtls></Ntry>
            """;
        yield return NoticeFoot;
    }

    private static string NoticeHead =>
        $"""
        <?xml version="1.0" encoding="UTF-8"?>
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn>
        <GrpHdr><MsgId>BANK-2</MsgId><CreDtTm>2027-01-04T07:00:00</CreDtTm></GrpHdr>
        <Ntfctn><Id>1</Id><CreDtTm>2027-01-04T07:00:00</CreDtTm><Acct><Id><IBAN>{Iban}</IBAN></Id></Acct>

        """;

    private const string NoticeFoot = "</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>";

    /// <summary>In the order of the file.</summary>
    private async IAsyncEnumerable<(int Rank, Guid Id, long Cents)> Payments()
    {
        await using var connection = new NpgsqlConnection(service.Owner);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select id, amount_cents from payment where run_id = $1 order by payee collate \"C\"", connection);
        command.Parameters.AddWithValue(Guid.Parse(id));
        await using var rows = await command.ExecuteReaderAsync();
        for (var rank = 1; await rows.ReadAsync(); rank++)
        {
            yield return (rank, rows.GetGuid(0), rows.GetInt64(1));
        }
    }

    private static string Euros(long cents) => string.Create(CultureInfo.InvariantCulture, $"{cents / 100}.{cents % 100:D2}");
}
