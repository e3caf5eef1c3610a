using System.Collections.Concurrent;
using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Intervision.Tests.Support;

/// <summary>What a run of the fuzzer saw.</summary>
/// <param name="Statuses">How often each status was answered.</param>
/// <param name="Unfit">Calls whose status tells of a failure of ours, to be played again by their number.</param>
public sealed record FuzzReport(IReadOnlyDictionary<StatusCode, int> Statuses, IReadOnlyList<string> Unfit);

/// <summary>
/// Calls every RPC of a service with messages nobody would send on purpose: random fields, good messages with a field
/// spoilt, flipped, cut and repeated bytes. The n-th message depends on the seed and n only.
/// </summary>
/// <param name="words">Names and codes that exist, so that some messages get past the first checks.</param>
/// <param name="good">Messages that would be accepted, by RPC.</param>
public sealed class Fuzzer(ServiceDescriptor service, int seed, IReadOnlyList<string> words, IReadOnlyDictionary<string, IReadOnlyList<IMessage>> good)
{
    private const int Deepest = 4;
    private static readonly TimeSpan StaysOpen = TimeSpan.FromMilliseconds(300);

    private static readonly string[] Hostile =
    [
        "", " ", "\0", "'; drop table cases; --", "%s%n", "../../etc/passwd", "é\u0301\u202E\u200B", "𝟎𝟔𝟏𝟐", "null", "NaN", "-1", "99999999999999999999",
        "2026-02-30", "{\"a\":", "<script>alert(1)</script>", "\uFFFD\uFFFF", "cases/", "poles/", "cases/SIT-0000-0000", "sessions/00000000-0000-0000-0000-000000000000",
    ];

    /// <summary>Failures of ours, whatever was sent. UNAVAILABLE among them: nothing is down.</summary>
    private static readonly StatusCode[] Ours = [StatusCode.Internal, StatusCode.Unknown, StatusCode.Unavailable, StatusCode.DataLoss];

    /// <param name="headers">Callers, taken in turn.</param>
    public async Task<FuzzReport> Run(CallInvoker invoker, IReadOnlyList<Metadata> headers, int messages, int callers)
    {
        var statuses = new ConcurrentDictionary<StatusCode, int>();
        var unfit = new ConcurrentQueue<string>();
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            for (var n = Interlocked.Increment(ref next); n < messages; n = Interlocked.Increment(ref next))
            {
                var (method, bytes) = Message(n);
                var status = await Call(invoker, method, bytes, headers[n % headers.Count]);
                statuses.AddOrUpdate(status, 1, (_, count) => count + 1);
                if (Ours.Contains(status))
                {
                    unfit.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{method.Name}, message {n} of seed {seed}: {status} for {Convert.ToHexString(bytes.AsSpan(0, Math.Min(200, bytes.Length)))}"));
                }
            }
        })));
        return new FuzzReport(statuses, [.. unfit]);
    }

    /// <summary>The n-th message.</summary>
    public (MethodDescriptor Method, byte[] Bytes) Message(int n)
    {
        var random = new Random(unchecked((seed * 16_777_619) ^ n));
        var method = service.Methods[random.Next(service.Methods.Count)];
        // A stream that stays open must be cancelled, and a server shuts out whoever cancels a lot.
        method = method.IsServerStreaming && random.Next(10) > 0 ? service.Methods[0] : method;
        var message = good.TryGetValue(method.Name, out var known) && random.Next(3) > 0
            ? Spoilt(known[random.Next(known.Count)], random)
            : Random(method.InputType, random, 0);
        var bytes = message.ToByteArray();
        return (method, random.Next(4) == 0 ? Garbled(bytes, random) : bytes);
    }

    private static async Task<StatusCode> Call(CallInvoker invoker, MethodDescriptor descriptor, byte[] request, Metadata headers)
    {
        var bytes = Marshallers.Create(b => b, b => b);
        var method = new Method<byte[], byte[]>(
            descriptor.IsServerStreaming ? MethodType.ServerStreaming : MethodType.Unary, descriptor.Service.FullName, descriptor.Name, bytes, bytes);
        try
        {
            if (!descriptor.IsServerStreaming)
            {
                await invoker.AsyncUnaryCall(method, host: null, new CallOptions(headers), request);
                return StatusCode.OK;
            }

            using var enough = new CancellationTokenSource(StaysOpen);
            using var stream = invoker.AsyncServerStreamingCall(method, host: null, new CallOptions(headers, cancellationToken: enough.Token), request);
            while (await stream.ResponseStream.MoveNext(enough.Token))
            {
            }

            return StatusCode.OK;
        }
        catch (RpcException refused)
        {
            return refused.StatusCode;
        }
        catch (OperationCanceledException)
        {
            return StatusCode.Cancelled;
        }
    }

    /// <summary>A copy with one field, somewhere, replaced.</summary>
    private IMessage Spoilt(IMessage message, Random random)
    {
        var copy = message.Descriptor.Parser.ParseFrom(message.ToByteArray());
        var field = message.Descriptor.Fields.InFieldNumberOrder()[random.Next(message.Descriptor.Fields.InFieldNumberOrder().Count)];
        if (field is { FieldType: FieldType.Message, IsRepeated: false } && field.Accessor.GetValue(copy) is IMessage inner && random.Next(2) == 0)
        {
            field.Accessor.SetValue(copy, Spoilt(inner, random));
        }
        else
        {
            Fill(copy, field, random, 0);
        }

        return copy;
    }

    private IMessage Random(MessageDescriptor type, Random random, int depth)
    {
        var message = type.Parser.ParseFrom(ByteString.Empty);
        foreach (var field in type.Fields.InFieldNumberOrder().Where(_ => random.Next(3) > 0))
        {
            Fill(message, field, random, depth);
        }

        return message;
    }

    private void Fill(IMessage message, FieldDescriptor field, Random random, int depth)
    {
        if (field.IsMap || (field.FieldType == FieldType.Message && depth >= Deepest))
        {
            return;
        }

        if (field.IsRepeated)
        {
            var list = (System.Collections.IList)field.Accessor.GetValue(message);
            for (var left = random.Next(40) == 0 ? random.Next(300) : random.Next(4); left > 0; left--)
            {
                list.Add(Value(field, random, depth));
            }
        }
        else
        {
            field.Accessor.SetValue(message, Value(field, random, depth));
        }
    }

    private object Value(FieldDescriptor field, Random random, int depth) => field.FieldType switch
    {
        FieldType.String => Text(random),
        FieldType.Bytes => ByteString.CopyFrom(Bytes(random)),
        FieldType.Bool => random.Next(2) == 0,
        FieldType.Enum => Enum.ToObject(field.EnumType.ClrType, random.Next(5) == 0 ? Number(random) : random.Next(field.EnumType.Values.Count)),
        FieldType.Message => Random(field.MessageType, random, depth + 1),
        FieldType.Double => random.Next(3) switch { 0 => double.NaN, 1 => double.MaxValue, _ => random.NextDouble() },
        FieldType.Float => random.Next(3) switch { 0 => float.NaN, 1 => float.MaxValue, _ => random.NextSingle() },
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => random.Next(2) == 0 ? random.NextInt64(long.MinValue, long.MaxValue) : Number(random),
        FieldType.UInt64 or FieldType.Fixed64 => (ulong)random.NextInt64(),
        FieldType.UInt32 or FieldType.Fixed32 => (uint)random.Next(),
        _ => Number(random),
    };

    private static int Number(Random random) => random.Next(6) switch
    {
        0 => int.MinValue,
        1 => int.MaxValue,
        2 => -1,
        3 => random.Next(),
        _ => random.Next(40),
    };

    private string Text(Random random) => random.Next(8) switch
    {
        0 => Hostile[random.Next(Hostile.Length)],
        1 => new string((char)random.Next(' ', 0xD7FF), random.Next(100) == 0 ? random.Next(40_000) : random.Next(600)),
        2 => new Guid(random.Next(), 0, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 0).ToString(),
        3 => string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => (char)random.Next(1, 0x250))),
        _ => words[random.Next(words.Count)],
    };

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[random.Next(100) == 0 ? random.Next(300_000) : random.Next(300)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Garbled(byte[] bytes, Random random)
    {
        var garbled = bytes.ToList();
        for (var left = random.Next(1, 6); left > 0 && garbled.Count > 0; left--)
        {
            var at = random.Next(garbled.Count);
            switch (random.Next(4))
            {
                case 0:
                    garbled[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    garbled.RemoveRange(at, Math.Min(random.Next(1, 20), garbled.Count - at));
                    break;
                case 2:
                    garbled.InsertRange(at, garbled.GetRange(at, Math.Min(random.Next(1, 200), garbled.Count - at)));
                    break;
                default:
                    garbled.Insert(at, (byte)random.Next(256));
                    break;
            }
        }

        return [.. garbled];
    }
}
