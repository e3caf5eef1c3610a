using System.Security.Cryptography;
using Intervision.ServiceDefaults.Security;
using Microsoft.IdentityModel.Tokens;

namespace Intervision.ServiceDefaults.Tests;

/// <summary>A valid token is remembered, and never for longer than it is valid.</summary>
public sealed class TokenCacheTests : IDisposable
{
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa otherKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly FixedClock clock = new();

    public void Dispose()
    {
        key.Dispose();
        otherKey.Dispose();
    }

    [Fact]
    public async Task A_valid_token_is_checked_once()
    {
        var cache = new TokenCache(clock);
        var token = Mint(key);
        var first = await cache.ValidateTokenAsync(token, Parameters(key));
        Assert.True(first.IsValid);
        Assert.Equal("someone", first.ClaimsIdentity.FindFirst("sub")?.Value);
        Assert.Same(first, await cache.ValidateTokenAsync(token, Parameters(key)));
    }

    [Fact]
    public async Task A_key_that_was_withdrawn_counts_for_five_minutes_at_most()
    {
        var cache = new TokenCache(clock);
        var token = Mint(key);
        Assert.True((await cache.ValidateTokenAsync(token, Parameters(key))).IsValid);
        clock.Now += TimeSpan.FromMinutes(5);
        Assert.False((await cache.ValidateTokenAsync(token, Parameters(otherKey))).IsValid);
    }

    [Fact]
    public async Task An_expired_token_is_not_remembered()
    {
        var cache = new TokenCache(clock);
        var token = DevelopmentTokens.Mint(key, new DevelopmentClaims("someone", [Roles.Coordinator]), clock.Now.AddDays(-300));
        var parameters = Parameters(key);
        parameters.ValidateLifetime = false;
        Assert.True((await cache.ValidateTokenAsync(token, parameters)).IsValid);
        Assert.False((await cache.ValidateTokenAsync(token, Parameters(key))).IsValid);
    }

    [Fact]
    public async Task A_token_that_was_tampered_with_is_another_token()
    {
        var cache = new TokenCache(clock);
        var token = Mint(key);
        Assert.True((await cache.ValidateTokenAsync(token, Parameters(key))).IsValid);
        var parts = token.Split('.');
        var forged = string.Join('.', parts[0], Base64UrlEncoder.Encode("""{"sub":"someone else"}"""), parts[2]);
        Assert.False((await cache.ValidateTokenAsync(forged, Parameters(key))).IsValid);
        Assert.False((await cache.ValidateTokenAsync(forged, Parameters(key))).IsValid);
    }

    private static string Mint(ECDsa by) => DevelopmentTokens.Mint(by, new DevelopmentClaims("someone", [Roles.Coordinator]), TimeProvider.System.GetUtcNow());

    private static TokenValidationParameters Parameters(ECDsa of) => new()
    {
        ValidIssuer = DevelopmentTokens.Issuer,
        ValidAudience = DevelopmentTokens.Audience,
        IssuerSigningKey = new ECDsaSecurityKey(of),
    };

    private sealed class FixedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = System.GetUtcNow();

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
