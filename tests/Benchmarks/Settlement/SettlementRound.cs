using System.Diagnostics;
using Dapper;
using Grpc.Net.Client;
using Intervision.Benchmarks.Messaging;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Benchmarks.Settlement;

/// <summary>One phase: its seconds, and the processor seconds of the service, of PostgreSQL and of the broker meanwhile.</summary>
internal sealed record Phase(string What, double Seconds, double ServiceCpu, double PostgresCpu, double BrokerCpu);

/// <summary>A year of one size, settled.</summary>
/// <param name="Lines">Attendance lines.</param>
/// <param name="IndemnityLines">What they became: facilitators and travellers have more than one.</param>
/// <param name="Afterwards">The bank's answer and the exports, when asked for; the books are reconciled after them.</param>
/// <param name="PlainCopySeconds">COPY of as many indemnity lines into a bare table, in the same minute.</param>
internal sealed record SettledYear(
    int Lines, int Sessions, int People, int Payees, int IndemnityLines, int ApprovedLines, int Payments, long TotalCents,
    double Seconds, double LinesPerSecond, double MicrosecondsPerLine, long PeakMegabytes, double PlainCopySeconds, IReadOnlyList<Phase> Phases,
    string PaymentFile, long PaymentFileBytes, bool Balanced, bool Reconciled, double ReconcileSeconds, IReadOnlyList<string> Differences,
    IReadOnlyList<Work> Afterwards);

/// <summary>Certified sheets in the queue → lines → one approval → one run, proposed, approved, released → its file.</summary>
/// <param name="goOn">To the bank's answer and the exports.</param>
internal sealed class SettlementRound(TestPostgres postgres, TestBroker broker, Year year, string folder, bool goOn)
{
    private static readonly DateTimeOffset Closing = new(2026, 12, 30, 9, 0, 0, TimeSpan.Zero);
    private static readonly DevelopmentClaims Officer = Tokens.Of(Roles.FinanceOfficer, "officer@finance");
    private static readonly DevelopmentClaims Approver = Tokens.Of(Roles.FinanceApprover, "approver@finance");
    private static readonly DevelopmentClaims Releaser = Tokens.Of(Roles.FinanceReleaser, "releaser@finance");

    /// <summary>As in the service's own appsettings.json; the one in this folder may be another service's.</summary>
    private static readonly (string Key, string Value)[] OwnSettings =
        [("Indemnisation__Caps__YearCents__2026", "4806000"), ("Messaging__ConsumerBatch", "400"), ("Messaging__Prefetch", "1200"), ("Messaging__Workers", "3")];

    private readonly List<Phase> phases = [];

    public async Task<SettledYear> Run()
    {
        var amqp = await broker.NewVirtualHost();
        await using var queue = await SheetQueue.Open(amqp);
        await queue.Publish(year.Sheets());
        await queue.Hold();
        await using var service = await ServiceProcess.Start(
            postgres, "indemnisation", $"settlement_{year.Lines}", owner => YearDatabase.Fill(owner, year),
            [("ConnectionStrings__rabbitmq", amqp), ("Messaging__Relays", "false"), ("Indemnisation__PaymentFolder", folder), .. OwnSettings]);
        using var channel = service.NewChannel();
        var money = new IndemnisationService.IndemnisationServiceClient(channel);
        await Prepare(money);
        await Bench.Settled(broker);
        await using var watching = new NpgsqlConnection(service.Owner);

        var clock = Stopwatch.StartNew();
        await Timed("sheets", service, async () =>
        {
            await queue.LetGo();
            await AllSheets(watching);
        });
        var approved = await Timed("approval", service, () => money.ApproveProgrammeLinesAsync(
            new ApproveProgrammeLinesRequest { RequestId = NewId(), Programme = Year.Programme, UpToDate = LastDay }, Tokens.As(Officer, Closing)).ResponseAsync);
        var run = (await Timed("proposal", service, () => money.ProposePaymentRunAsync(
            new ProposePaymentRunRequest { RequestId = NewId(), Programme = Year.Programme, UpToDate = LastDay, ExecutionDate = LastDay },
            Tokens.As(Officer, Closing.AddHours(1))).ResponseAsync)).PaymentRun;
        run = (await Timed("second person", service, () => money.ApprovePaymentRunAsync(
            new ApprovePaymentRunRequest { RequestId = NewId(), Name = run.Name, Etag = run.Etag }, Tokens.As(Approver, Closing.AddHours(2))).ResponseAsync)).PaymentRun;
        run = (await Timed("release and file", service, () => money.ReleasePaymentRunAsync(
            new ReleasePaymentRunRequest { RequestId = NewId(), Name = run.Name, Etag = run.Etag }, Tokens.As(Releaser, Closing.AddHours(3))).ResponseAsync)).PaymentRun;
        var seconds = clock.Elapsed.TotalSeconds;

        var peak = service.PeakMemoryMiB;
        var plain = await YearDatabase.PlainCopy(service.Owner);
        var afterwards = goOn ? await new Afterwards(service, run).Run() : [];
        clock.Restart();
        var books = await money.ReconcileLedgerAsync(new ReconcileLedgerRequest(), Tokens.As(Officer));
        var reconciling = clock.Elapsed.TotalSeconds;
        await broker.Drop(amqp);
        return new SettledYear(
            year.Lines, year.Sessions, year.People, year.Payees, await watching.ExecuteScalarAsync<int>("select count(*) from indemnity_line"),
            approved.ApprovedLines, run.PaymentCount, run.Total.ToCents()!.Value,
            Math.Round(seconds, 1), Math.Round(year.Lines / seconds), Math.Round(seconds * 1e6 / year.Lines, 1), peak, Math.Round(plain, 1), phases,
            run.FilePath, new FileInfo(run.FilePath).Length, books.Balanced, books.Reconciled, Math.Round(reconciling, 1), [.. books.Differences.Take(5)],
            afterwards);
    }

    private static Google.Type.Date LastDay => new DateOnly(2026, 12, 31).ToProto();

    private static string NewId() => Guid.CreateVersion7().ToString();

    internal static async Task Prepare(IndemnisationService.IndemnisationServiceClient money)
    {
        var before = new DateTimeOffset(2026, 1, 1, 8, 0, 0, TimeSpan.Zero);
        await money.PublishRateGridAsync(new PublishRateGridRequest { RequestId = NewId(), RateGrid = Year.Rates() }, Tokens.As(Officer, before));
        await money.PutEnvelopeAsync(
            new PutEnvelopeRequest
            {
                RequestId = NewId(),
                Envelope = new Envelope
                {
                    Name = "envelopes/FIR-ADDICTIONS-2026", FundingCode = "FIR", Programme = Year.Programme, FiscalYear = 2026,
                    Amount = 50_000_000_000L.ToMoney(), WarningPercent = 80,
                },
            },
            Tokens.As(Approver, before));
        await money.PutDebtorAsync(
            new PutDebtorRequest { RequestId = NewId(), HolderName = "Association Généraliste & Addictions", Iban = "FR7699999000620000099999992", Bic = "ABCDFR2L" },
            Tokens.As(Approver, before));
    }

    /// <summary>Until the last sheet is committed: asked cheaply by what each of them says, then counted.</summary>
    private async Task AllSheets(NpgsqlConnection watching)
    {
        await watching.OpenAsync();
        await Until("select last_value from outbox_seq_seq", TimeSpan.FromMilliseconds(50));
        // The narrowest table that has a row for each: counting must not be what is measured.
        await Until("select count(*) from inbox_watermark", TimeSpan.FromMilliseconds(250));

        Task Until(string question, TimeSpan every) => Eventually.Is(
            () => watching.ExecuteScalarAsync<long>(question), n => n >= year.Sessions, $"{year.Sessions} sheets", TimeSpan.FromMinutes(20), every);
    }

    private Task Timed(string what, ServiceProcess service, Func<Task> work) => Timed(what, service, async () =>
    {
        await work();
        return true;
    });

    private async Task<T> Timed<T>(string what, ServiceProcess service, Func<Task<T>> work)
    {
        var (ofService, ofPostgres, ofBroker) = (ProcessorUse.Of(service.Id), ProcessorUse.OfServer(postgres.ProcessId), broker.ProcessorTime);
        var clock = Stopwatch.StartNew();
        var result = await work();
        phases.Add(new Phase(
            what, Math.Round(clock.Elapsed.TotalSeconds, 2), Math.Round((ProcessorUse.Of(service.Id) - ofService) / 1e6, 1),
            Math.Round((ProcessorUse.OfServer(postgres.ProcessId) - ofPostgres) / 1e6, 1), Math.Round((broker.ProcessorTime - ofBroker).TotalSeconds, 1)));
        Console.WriteLine($"{year.Lines}: {phases[^1]}");
        return result;
    }
}
