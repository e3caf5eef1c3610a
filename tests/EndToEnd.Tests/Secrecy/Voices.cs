using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.EndToEnd.Tests.Secrecy;

/// <summary>
/// People of pôle P07 who speak after the season, each with one's own token; what the services answered is kept, except
/// to those who asked to read a text.
/// </summary>
internal sealed class Voices : IDisposable
{
    public const string Pole = "poles/P07";
    public const string Doctor = "professionals/PER-00457";
    public const string DoctorsMailbox = "p00457@pro.mssante.fr";

    private readonly ECDsa key;
    private readonly GrpcChannel channel;
    private readonly HttpClient browser;
    private readonly List<(string Place, ReadOnlyMemory<byte> Bytes)> answers = [];

    public Voices(RunningSuite suite)
    {
        key = DevelopmentTokens.LoadOrCreateKey(suite.Secrets);
        channel = GrpcChannel.ForAddress(suite.Grpc("intake"));
        browser = new HttpClient { BaseAddress = suite.Http("intake") };
        Intake = new IntakeService.IntakeServiceClient(channel);
    }

    /// <summary>After the last day of the season.</summary>
    public static DateTimeOffset After { get; } = new(2027, 8, 20, 8, 0, 0, TimeSpan.Zero);

    public static DevelopmentClaims Coordinator { get; } = Tokens.Coordinator("staff/coordination-regionale");

    public static DevelopmentClaims Referent { get; } = Tokens.Referent("professionals/PER-00443", Pole) with { Rpps = "99700004437" };

    public static DevelopmentClaims Requester { get; } = Tokens.Professional(Doctor);

    public static DevelopmentClaims Stranger { get; } = Tokens.Professional("professionals/PER-00416");

    public IntakeService.IntakeServiceClient Intake { get; }

    public IReadOnlyList<(string Place, ReadOnlyMemory<byte> Bytes)> Answers => answers;

    public static string NewId() => Guid.CreateVersion7().ToString();

    public Metadata As(DevelopmentClaims who, double hours = 0) => new()
    {
        { "authorization", $"Bearer {DevelopmentTokens.Mint(key, who, TimeProvider.System.GetUtcNow())}" },
        { CallClock.Header, After.AddHours(hours).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) },
    };

    /// <summary>An answer that must not carry any text.</summary>
    public async Task<T> Heard<T>(AsyncUnaryCall<T> call)
        where T : IMessage
    {
        var response = await call;
        answers.Add(($"answer {typeof(T).Name}", response.ToByteArray()));
        return response;
    }

    /// <summary>A refusal by a rule, kept with all its details.</summary>
    public async Task Refused<T>(string reason, AsyncUnaryCall<T> call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.True(refused.Reason() == reason, $"{reason} expected, not {refused.Reason()} ({refused.Status})");
        Keep(refused);
    }

    /// <summary>A page of the library; the words come back in it, to whoever searched.</summary>
    public async Task Browsed(System.Net.HttpStatusCode expected, string path)
    {
        using var answer = await browser.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(expected, answer.StatusCode);
    }

    /// <summary>Bytes that are no message of the method.</summary>
    public async Task Garbled(string method, byte[] bytes, params StatusCode[] expected)
    {
        var raw = Marshallers.Create<byte[]>(b => b, b => b);
        var call = channel.CreateCallInvoker().AsyncUnaryCall(
            new Method<byte[], byte[]>(MethodType.Unary, "intervision.intake.v1.IntakeService", method, raw, raw), null, new CallOptions(As(Coordinator)), bytes);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Contains(refused.StatusCode, expected);
        Keep(refused);
    }

    public void Keep(RpcException refused)
    {
        var trailers = refused.Trailers.Select(t => $"{t.Key}: {(t.IsBinary ? Encoding.Latin1.GetString(t.ValueBytes) : t.Value)}");
        answers.Add(($"error {refused.Reason()}", Encoding.UTF8.GetBytes($"{refused}\n{string.Join('\n', trailers)}")));
        // Its details as they came, whatever their encoding.
        answers.AddRange(refused.Trailers.Where(t => t.IsBinary).Select(t => ($"error {refused.Reason()}", (ReadOnlyMemory<byte>)t.ValueBytes)));
    }

    public void Dispose()
    {
        channel.Dispose();
        browser.Dispose();
        key.Dispose();
    }

    public SubmitCaseRequest Deposit(Action<SubmitCaseRequest> change)
    {
        var request = new SubmitCaseRequest
        {
            RequestId = NewId(), Channel = "ASSOCIATION", ExternalId = NewId(), Requester = Doctor, Programme = "programmes/ADDICTIONS", Pole = Pole,
            PrincipalMotive = "COMPLEXITE_SUIVI", AgeBand = "35-44", Products = { "ALCOOL" }, Question = "Comment coordonner les soins de proximité ?",
            ConsentStatus = ConsentStatus.Granted, ConsentForm = ConsentForm.Oral, ConsentGiver = ConsentGiver.Patient,
            AttendingPhysicianAbsence = AttendingPhysicianAbsence.NoAttendingPhysician, Actors = { "professionals/PER-00449" },
        };
        change(request);
        return request;
    }
}
