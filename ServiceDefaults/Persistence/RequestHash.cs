using System.Security.Cryptography;
using Google.Protobuf;

namespace Intervision.ServiceDefaults.Persistence;

/// <summary>
/// What the request log keeps of a payload to recognise it again. A service whose requests hold texts that are erased
/// registers one with a key of its own: a short text behind a plain hash can be guessed for as long as the log keeps it.
/// </summary>
/// <param name="key">The same in all instances of the service, and not in its database; empty: a plain SHA-256.</param>
public sealed class RequestHash(ReadOnlyMemory<byte> key)
{
    public static RequestHash Plain { get; } = new(ReadOnlyMemory<byte>.Empty);

    internal byte[] Of(IMessage request) =>
        key.IsEmpty ? SHA256.HashData(request.ToByteArray()) : HMACSHA256.HashData(key.Span, request.ToByteArray());

    /// <summary>Plain ones too: those of before the service had a key are kept as long as all others.</summary>
    internal bool IsOf(IMessage request, byte[] stored) =>
        stored.AsSpan().SequenceEqual(Of(request)) || (!key.IsEmpty && Plain.IsOf(request, stored));
}
