using System.Text;
using Grpc.Core;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Outcome = Intervision.Indemnisation.V1.BankLine.Types.Outcome;

namespace Intervision.Indemnisation.Tests.Bank;

/// <summary>What came back for a file.</summary>
public sealed record Answer(IReadOnlyList<BankLine> Lines, BankFile File)
{
    public IEnumerable<Outcome> Outcomes => Lines.Select(l => l.Outcome);
}

/// <summary>A released run and the files that the bank may send about it.</summary>
public sealed class BankDesk(Scene scene, PaymentRun run)
{
    /// <summary>After the release.</summary>
    public static DateTimeOffset Morning { get; } = Scene.Later.AddDays(3);

    public Scene Scene => scene;

    public PaymentRun Run => run;

    public Guid RunId => Guid.Parse(run.Name["paymentRuns/".Length..]);

    /// <summary>A released run of so many payments of one line each.</summary>
    public static async Task<BankDesk> Open(IndemnisationFixture fixture, int payments)
    {
        var scene = await fixture.NewScene();
        var people = new List<Person>();
        for (var i = 0; i < payments; i++)
        {
            people.Add(await scene.NewPerson(i % 2 == 0 ? "10" : "21"));
        }

        await scene.Approve(await scene.Held([.. people]));
        return new BankDesk(scene, await scene.ReleasedRun());
    }

    public string Id(int payment) => EndToEndId(run.Payments[payment]);

    public string Euros(int payment) => EurosOf(run.Payments[payment].Amount.ToCents()!.Value);

    public static string EndToEndId(Payment payment) => payment.Name["payments/".Length..].Replace("-", "", StringComparison.Ordinal);

    public static string EurosOf(long cents) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{cents / 100}.{cents % 100:D2}");

    public string Report(string inside, string group = "", string instruction = "", string kind = "pain.002.001.10") =>
        BankSamples.Report(kind, RunId, inside, group, instruction);

    public string Tells(int payment, string status, string reason = "") => BankSamples.Transaction(Id(payment), status, reason, Euros(payment));

    public string Debits(int payment, string kind = "camt.054.001.08") => BankSamples.Entry(kind, Id(payment), Euros(payment));

    public string Returns(int payment, string reason = "AC04", string kind = "camt.054.001.08") => BankSamples.Entry(kind, Id(payment), Euros(payment), "CRDT", reason: reason);

    public Task<Answer> Import(string file, string? requestId = null, DevelopmentClaims? by = null) => Import(scene.Fixture, Encoding.UTF8.GetBytes(file), requestId, by);

    public static async Task<Answer> Import(IndemnisationFixture fixture, byte[] file, string? requestId = null, DevelopmentClaims? by = null, int piece = 1000, DateTimeOffset? now = null)
    {
        using var call = fixture.Bank.ImportBankFile(Tokens.As(by ?? Finance.Officer, now ?? Morning));
        try
        {
            await call.RequestStream.WriteAsync(new ImportBankFileRequest { RequestId = requestId ?? Scene.NewId() });
            foreach (var some in file.Chunk(piece))
            {
                await call.RequestStream.WriteAsync(new ImportBankFileRequest { Data = Google.Protobuf.ByteString.CopyFrom(some) });
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            // Refused before all was sent; the response below says why.
        }

        var lines = new List<BankLine>();
        BankFile? summary = null;
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            Assert.Null(summary);
            lines.AddRange(call.ResponseStream.Current.Lines);
            summary = call.ResponseStream.Current.BankFile;
        }

        return new Answer(lines, summary!);
    }

    /// <returns>Each violation as told.</returns>
    public Task<IReadOnlyList<string>> Refuses(string reason, string file, DevelopmentClaims? by = null, string? requestId = null) =>
        Refuses(reason, () => Import(file, requestId, by));

    public static async Task<IReadOnlyList<string>> Refuses(string reason, Func<Task<Answer>> import)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(import);
        Assert.Equal(reason, refused.Reason());
        Assert.Equal(
            reason switch { "PERMISSION_DENIED" => StatusCode.PermissionDenied, "REQUEST_ID_REUSED" => StatusCode.AlreadyExists, "CLOCK_BEFORE_LAST_CHANGE" => StatusCode.FailedPrecondition, _ => StatusCode.InvalidArgument },
            refused.StatusCode);
        return [.. refused.Detail<Google.Rpc.BadRequest>()?.FieldViolations.Select(v => v.LocalizedMessage.Message) ?? []];
    }

    public async Task<IReadOnlyList<LineState>> States() =>
        [.. (await Lines()).OrderBy(l => IndexOf(l)).Select(l => l.State)];

    public async Task<IReadOnlyList<IndemnityLine>> Lines()
    {
        var names = run.Payments.SelectMany(p => p.Lines).ToHashSet();
        var all = await scene.Service.ListLinesAsync(new ListLinesRequest { PageSize = 1000 }, Tokens.As(Finance.Officer));
        return [.. all.Lines.Where(l => names.Contains(l.Name))];
    }

    public async Task BooksAreRight()
    {
        var books = await scene.Reconcile();
        Assert.True(books.Balanced && books.Reconciled, string.Join('\n', books.Differences));
    }

    private int IndexOf(IndemnityLine line) => run.Payments.Select((p, i) => (p, i)).Single(x => x.p.Lines.Contains(line.Name)).i;
}
