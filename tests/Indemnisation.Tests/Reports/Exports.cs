using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests.Reports;

/// <summary>A file as it came, part by part.</summary>
public sealed record Exported(string Name, byte[] Content, int Parts)
{
    public string Text => Encoding.UTF8.GetString(Content).TrimStart('\ufeff');

    /// <summary>Of a CSV, without its header: cells by the names of their columns.</summary>
    public IReadOnlyList<Dictionary<string, string>> Rows
    {
        get
        {
            var lines = Text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(';').Select(c => c.Trim('"')).ToArray()).ToList();
            return [.. lines.Skip(1).Select(l => lines[0].Zip(l).ToDictionary(c => c.First, c => c.Second, StringComparer.Ordinal))];
        }
    }

    public static long Cents(string cell) => long.Parse(cell.Replace(",", "", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Calls of ReportService as finance staff make them.</summary>
public static class Exports
{
    public static ReportService.ReportServiceClient Reports(this IndemnisationFixture fixture) => fixture.Client<ReportService.ReportServiceClient>();

    public static Task<Exported> Funding(
        this IndemnisationFixture fixture, string programme, ExportFundingReportRequest.Types.Table table, DevelopmentClaims? by = null, int year = 2026) =>
        Read(
            fixture.Reports().ExportFundingReport(
                new ExportFundingReportRequest { Programme = programme, FiscalYear = year, Table = table }, Tokens.As(by ?? Finance.Auditor, Scene.Later)),
            r => (r.FileName, r.Content));

    public static Task<Exported> Statement(this IndemnisationFixture fixture, ExportStatementRequest request, DevelopmentClaims by) =>
        Read(fixture.Reports().ExportStatement(request, Tokens.As(by, Scene.Later)), r => (r.FileName, r.Content));

    public static ExportStatementRequest StatementOf(string payee, ExportStatementRequest.Types.Format format = ExportStatementRequest.Types.Format.Csv) => new()
    {
        Payee = payee,
        FromDate = new DateOnly(2026, 1, 1).ToProto(),
        UntilDate = new DateOnly(2026, 12, 31).ToProto(),
        Format = format,
    };

    public static Task<Exported> Journal(this IndemnisationFixture fixture, ExportJournalRequest request, DevelopmentClaims? by = null) =>
        Read(fixture.Reports().ExportJournal(request, Tokens.As(by ?? Finance.Officer, Scene.Later)), r => (r.FileName, r.Content));

    public static Task<Exported> Accruals(this IndemnisationFixture fixture, int year, DateTimeOffset? now = null) =>
        Read(fixture.Reports().ExportAccruals(new ExportAccrualsRequest { FiscalYear = year }, Tokens.As(Finance.Officer, now ?? Scene.Later)), r => (r.FileName, r.Content));

    public static Task<Exported> FeeDeclaration(this IndemnisationFixture fixture, int year, DevelopmentClaims? by = null) =>
        Read(fixture.Reports().ExportFeeDeclaration(new ExportFeeDeclarationRequest { Year = year }, Tokens.As(by ?? Finance.Officer, Scene.Later)), r => (r.FileName, r.Content));

    public static Task<Exported> PaymentFile(this IndemnisationFixture fixture, string run, DevelopmentClaims by) =>
        Read(fixture.Service.ExportPaymentFile(new ExportPaymentFileRequest { Name = run }, Tokens.As(by, Scene.Later)), r => (r.FileName, r.Content));

    /// <summary>The call fails so, before any part came.</summary>
    public static async Task Refuses(StatusCode code, string reason, Func<Task<Exported>> export)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(export);
        Assert.Equal((code, reason), (refused.StatusCode, refused.Reason()));
        Assert.False(string.IsNullOrWhiteSpace(refused.FrenchMessage()));
    }

    private static async Task<Exported> Read<T>(AsyncServerStreamingCall<T> call, Func<T, (string Name, ByteString Content)> part)
    {
        using (call)
        {
            var (names, content) = (new List<string>(), new MemoryStream());
            await foreach (var response in call.ResponseStream.ReadAllAsync())
            {
                var (name, bytes) = part(response);
                names.Add(name);
                Assert.InRange(bytes.Length, 0, 256 * 1024);
                bytes.WriteTo(content);
            }

            Assert.All(names.Skip(1), n => Assert.Empty(n));
            return new Exported(names[0], content.ToArray(), names.Count);
        }
    }
}
