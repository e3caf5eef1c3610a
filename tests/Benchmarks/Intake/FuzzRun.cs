using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Intervision.Intake.Tests;
using Intervision.Intake.V1;
using Intervision.Tests.Support;

namespace Intervision.Benchmarks.Intake;

/// <summary>Millions of messages that nobody would send on purpose, over real connections.</summary>
/// <param name="Failures">Answers that tell of a failure of ours; goal: none.</param>
/// <param name="WarmMiB">Memory of the service's process after the first tenth.</param>
/// <param name="EndMiB">The same after the last; goal: no more than the first, but for noise.</param>
internal sealed record FuzzRun(int Messages, int Failures, double MessagesPerSecond, double WarmMiB, double EndMiB, string Statuses)
{
    public static readonly string Method = string.Create(
        CultureInfo.InvariantCulture,
        $"Fuzz: {Count:N0} messages of seeds {Seed} and {Seed + 1} to every RPC of Intake by 32 callers of six roles and none: random fields, good messages with a field spoilt, a quarter of both with bytes flipped, cut, repeated; the managed heap limited to 192 MiB.");

    private const int Count = 2_000_000;
    private const int Seed = 4;

    public static async Task<FuzzRun> Measure(TestPostgres postgres, int count = Count)
    {
        await using var intake = await IntakeProcess.Start(postgres, "intake_fuzz", amqp: null, ("DOTNET_GCHeapHardLimit", "0xC000000"));
        var (channel, client) = intake.Connect();
        using var closing = channel;
        var rows = Region.Rows("requests.csv").Where(r => r["urgent"] != "1").Take(20).ToList();
        var deposited = (await client.SubmitCaseAsync(Region.RequestToday(rows[0]), Tokens.As(Tokens.Coordinator()))).Case;
        var service = IntakeReflection.Descriptor.FindTypeByName<ServiceDescriptor>("IntakeService");
        var (words, good, callers) = (Words(deposited, rows), Good(deposited, rows), Callers(rows));
        var clock = Stopwatch.StartNew();
        var first = await Run(Seed, count / 10);
        var warm = intake.Process.MemoryMiB;
        var rest = await Run(Seed + 1, count - (count / 10));
        foreach (var failure in first.Unfit.Concat(rest.Unfit).Take(20))
        {
            Console.WriteLine(failure);
        }

        var statuses = first.Statuses.Concat(rest.Statuses).GroupBy(s => s.Key).OrderBy(g => g.Key).Select(g => $"{g.Key} {g.Sum(s => s.Value)}");
        return new FuzzRun(
            count, first.Unfit.Count + rest.Unfit.Count, Math.Round(count / clock.Elapsed.TotalSeconds), Math.Round(warm), Math.Round(intake.Process.MemoryMiB), string.Join(", ", statuses));

        Task<FuzzReport> Run(int seed, int messages) =>
            new Fuzzer(service, seed, words, good).Run(channel.CreateCallInvoker(), callers, messages, callers: 32);
    }

    private static List<string> Words(Case deposited, IEnumerable<Dictionary<string, string>> rows) =>
    [
        deposited.Name, deposited.Etag, deposited.Pole, "PREPARATION", "ORIENTATION_CSAPA", "FR", "2026",
        .. rows.Select(Region.Request).SelectMany(r => new[] { r.Requester, r.Pole, r.Commune, r.PrincipalMotive, r.AgeBand, r.Question, r.Programme, r.Channel }).Where(w => w.Length > 0).Distinct(StringComparer.Ordinal),
    ];

    private static Dictionary<string, IReadOnlyList<IMessage>> Good(Case deposited, IEnumerable<Dictionary<string, string>> rows) => new(StringComparer.Ordinal)
    {
        ["SubmitCase"] = [.. rows.Select(Region.RequestToday)],
        ["TakeCase"] = [new TakeCaseRequest { RequestId = Guid.CreateVersion7().ToString(), Name = deposited.Name, Etag = deposited.Etag }],
        ["AcceptCase"] = [new AcceptCaseRequest { RequestId = Guid.CreateVersion7().ToString(), Name = deposited.Name, Etag = deposited.Etag }],
        ["SubmitEmail"] =
        [
            new SubmitEmailRequest
            {
                RequestId = Guid.CreateVersion7().ToString(),
                Message = ByteString.CopyFromUtf8("From: a@b.fr\r\nMessage-ID: <1@b.fr>\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nQui peut aider ? 6 octobre 2026 matin\r\n--x--\r\n"),
            },
        ],
    };

    private static Metadata[] Callers(List<Dictionary<string, string>> rows) =>
    [
        Tokens.As(Tokens.Coordinator()), Tokens.As(Tokens.Referent("professionals/somebody", "poles/P12")), Tokens.As(Tokens.Professional(Region.Request(rows[0]).Requester)),
        Tokens.As(Tokens.Cpts("organisations/99900180300017")), Tokens.As(Tokens.Service("scheduling")), Tokens.As(Tokens.Of("auditor", "auditor")), [],
    ];
}
