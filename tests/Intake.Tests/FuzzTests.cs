using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.Tests.Support;

namespace Intervision.Intake.Tests;

/// <summary>Thousands of messages that nobody would send on purpose: refused, never a failure of ours. Millions in the benchmark.</summary>
public sealed class FuzzTests(IntakeFixture service) : IClassFixture<IntakeFixture>
{
    private const int Messages = 6_000;

    [Fact]
    public async Task No_message_makes_the_service_fail()
    {
        var ready = await service.Ready();
        string[] words =
        [
            ready.Name, ready.Etag, "poles/P12", "programmes/ADDICTIONS", IntakeFixture.Doctor, IntakeFixture.Pharmacist, IntakeFixture.CptsName,
            "ASSOCIATION", "CPTS", "62498", "COMPLEXITE_SUIVI", "35-44", "ALCOOL", "ISOLEMENT", "PREPARATION", "ORIENTATION_CSAPA", IntakeFixture.NewSession(),
            "Qui assure le suivi psychiatrique et à quelle fréquence ?",
        ];
        var good = new Dictionary<string, IReadOnlyList<IMessage>>(StringComparer.Ordinal)
        {
            ["SubmitCase"] = [IntakeFixture.Request(), IntakeFixture.Request(r => r.Urgent = true)],
            ["WriteSheet"] = [new WriteSheetRequest { RequestId = IntakeFixture.NewId(), Name = ready.Name, Etag = ready.Etag, Sheet = IntakeFixture.Sheet() }],
            ["RecordDecisions"] = [IntakeFixture.Decisions(ready, IntakeFixture.NewSession())],
            ["SubmitEmail"] = [new SubmitEmailRequest { RequestId = IntakeFixture.NewId(), Message = ByteString.CopyFromUtf8("From: a@b.fr\r\nMessage-ID: <1@b.fr>\r\nSubject: x\r\n\r\nQui peut aider ? 6 octobre 2026 matin\r\n") }],
        };
        var fuzzer = new Fuzzer(IntakeReflection.Descriptor.FindTypeByName<ServiceDescriptor>("IntakeService"), seed: 20261122, words, good);
        var report = await fuzzer.Run(service.Invoker, Callers, Messages, callers: 8);
        Assert.Empty(report.Unfit);
        Assert.Empty(service.ErrorLog.Errors);
        Assert.Equal(Messages, report.Statuses.Values.Sum());
        // It did get through the doors, and was refused for many reasons.
        Assert.True(report.Statuses.GetValueOrDefault(StatusCode.OK) > 50, $"{string.Join(", ", report.Statuses)}");
        Assert.True(report.Statuses.GetValueOrDefault(StatusCode.InvalidArgument) > 500, $"{string.Join(", ", report.Statuses)}");
    }

    [Fact]
    public async Task Bytes_that_are_no_message_are_the_callers_mistake()
    {
        var bytes = Marshallers.Create(b => b, b => b);
        var method = new Method<byte[], byte[]>(MethodType.Unary, "intervision.intake.v1.IntakeService", "SubmitCase", bytes, bytes);
        var refused = await Assert.ThrowsAsync<RpcException>(
            async () => await service.Invoker.AsyncUnaryCall(method, host: null, new CallOptions(IntakeFixture.At(IntakeFixture.Coordinator)), [0x0A, 0xFF]));
        Assert.Equal((StatusCode.InvalidArgument, "MESSAGE_UNREADABLE"), (refused.StatusCode, refused.Reason()));
        Assert.Equal("La demande n'est pas un message de ce type.", refused.FrenchMessage());
        var unknown = await Assert.ThrowsAsync<RpcException>(async () => await service.Invoker.AsyncUnaryCall(method, host: null, default, [0x0A, 0xFF]));
        Assert.Equal(StatusCode.Unauthenticated, unknown.StatusCode);
    }

    private static Metadata[] Callers =>
    [
        IntakeFixture.At(IntakeFixture.Coordinator, 10), IntakeFixture.At(IntakeFixture.Referent, 10), IntakeFixture.At(IntakeFixture.Requester, 10),
        IntakeFixture.At(IntakeFixture.Cpts, 10), IntakeFixture.At(IntakeFixture.Scheduling, 10), IntakeFixture.At(IntakeFixture.Coordinator, 10), [],
    ];
}
