using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.ServiceDefaults.Persistence;

/// <summary>
/// Page tokens: the keyset position and a hash of the filter, sealed with a MAC whose key lies in the service's
/// database, so that a client can neither read meaning into them nor make them up (API §7).
/// </summary>
public sealed class PageTokens(Db db)
{
    private const int MacBytes = 16;
    private byte[]? key;

    /// <summary>0 → 50; above 1000 → 1000; below 0 → INVALID_ARGUMENT.</summary>
    public static int Size(int requested) => requested switch
    {
        < 0 => throw RuleBroken.Invalid("page_size", "PAGE_SIZE_INVALID", "La taille de page ne peut pas être négative."),
        0 => 50,
        > 1000 => 1000,
        _ => requested,
    };

    /// <summary>A token for the position after which the next page begins.</summary>
    /// <param name="filter">Every filter of the request and the caller's subject, as one string.</param>
    public async Task<string> Seal(string filter, string position, CancellationToken cancellation)
    {
        var body = Encoding.UTF8.GetBytes(position);
        return Base64Url.EncodeToString([.. await Mac(filter, body, cancellation), .. body]);
    }

    /// <returns>The position; null for an empty token (the first page).</returns>
    /// <exception cref="RuleBroken">PAGE_TOKEN_INVALID when forged, or made for another filter.</exception>
    public async Task<string?> Open(string filter, string token, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(token))
        {
            return null;
        }

        return await TryOpen(filter, token, cancellation)
            ?? throw RuleBroken.Invalid("page_token", "PAGE_TOKEN_INVALID", "Le jeton de page n'est pas valable pour cette recherche.");
    }

    /// <summary>For tokens that are not of pages: null when forged, or sealed for another purpose.</summary>
    public async Task<string?> TryOpen(string purpose, string token, CancellationToken cancellation)
    {
        if (!Base64Url.IsValid(token) || Base64Url.DecodeFromChars(token) is not { Length: >= MacBytes } bytes)
        {
            return null;
        }

        var body = bytes[MacBytes..];
        return CryptographicOperations.FixedTimeEquals(await Mac(purpose, body, cancellation), bytes.AsSpan(0, MacBytes))
            ? Encoding.UTF8.GetString(body)
            : null;
    }

    private async Task<byte[]> Mac(string filter, byte[] body, CancellationToken cancellation)
    {
        key ??= await db.Read(tx => tx.Single<byte[]>("select value from service_secret where name = 'page_token'"), cancellation);
        byte[] message = [.. Encoding.UTF8.GetBytes(filter), 0, .. body];
        return HMACSHA256.HashData(key, message)[..MacBytes];
    }
}
