using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Intervision.ServiceDefaults.Security;

/// <summary>
/// Remembers tokens that were found valid: a client sends the same one with every call, and checking its signature costs
/// more than most calls. A remembered token is valid until it expires, and for five minutes at most, so that a key that
/// was withdrawn counts for no longer. Invalid ones are not remembered.
/// </summary>
public sealed class TokenCache(TimeProvider clock) : TokenHandler
{
    private const int MostTokens = 10_000;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private readonly JsonWebTokenHandler handler = new() { MapInboundClaims = false };
    private readonly ConcurrentDictionary<string, (TokenValidationResult Result, DateTimeOffset Until)> valid = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        // By hash: the tokens themselves are secrets, and long.
        var key = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        var now = clock.GetUtcNow();
        if (valid.TryGetValue(key, out var known) && now < known.Until)
        {
            return known.Result;
        }

        var result = await handler.ValidateTokenAsync(token, validationParameters);
        if (result.IsValid)
        {
            Remember(key, result, now);
        }

        return result;
    }

    /// <inheritdoc />
    public override SecurityToken ReadToken(string token) => handler.ReadToken(token);

    private void Remember(string key, TokenValidationResult result, DateTimeOffset now)
    {
        if (valid.Count >= MostTokens)
        {
            valid.Clear();
        }

        var expires = new DateTimeOffset(DateTime.SpecifyKind(result.SecurityToken.ValidTo, DateTimeKind.Utc));
        valid[key] = (result, expires < now + Longest ? expires : now + Longest);
    }
}
