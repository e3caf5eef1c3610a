using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Intervision.ServiceDefaults.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Intervision.Production.Tests;

/// <summary>OIDC discovery and keys over TLS, as the region's identity provider has them; its certificate is in a file.</summary>
internal sealed class IdentityProvider : IAsyncDisposable
{
    public const string Audience = "intervision";

    private readonly WebApplication server;
    private volatile SigningKey[] published;

    private IdentityProvider(WebApplication app, string address, string certificateFile, SigningKey[] published) =>
        (server, Address, CertificateFile, this.published) = (app, address, certificateFile, published);

    public string Address { get; }

    public string CertificateFile { get; }

    public static async Task<IdentityProvider> Start(params SigningKey[] keys)
    {
        var port = Loopback.Port();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Loopback.Host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(Loopback.Host));
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, certificate.ExportCertificatePem());

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Parse(Loopback.Host), port, listen => listen.UseHttps(certificate)));
        var app = builder.Build();
        var provider = new IdentityProvider(app, $"https://{Loopback.Host}:{port}", file, keys);
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = provider.Address, jwks_uri = $"{provider.Address}/keys" }));
        app.MapGet("/keys", () => Results.Json(new { keys = provider.published.Select(k => k.Public()) }));
        await app.StartAsync();
        return provider;
    }

    public void Publish(params SigningKey[] keys) => published = keys;

    /// <summary>A new token of a coordinator.</summary>
    public string Token(SigningKey key)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Address,
            Audience = Audience,
            Claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["sub"] = "coordinator@region", ["role"] = new[] { Roles.Coordinator }, ["jti"] = Guid.CreateVersion7().ToString() },
            IssuedAt = now,
            NotBefore = now,
            Expires = now.AddHours(1),
            SigningCredentials = key.Credentials,
        });
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        File.Delete(CertificateFile);
    }
}

/// <summary>One of the provider's keys.</summary>
internal sealed class SigningKey(string id)
{
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public SigningCredentials Credentials => new(new ECDsaSecurityKey(key) { KeyId = id }, SecurityAlgorithms.EcdsaSha256);

    /// <summary>As it stands in the key set.</summary>
    public object Public()
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new { kty = "EC", crv = "P-256", use = "sig", alg = "ES256", kid = id, x = Base64UrlEncoder.Encode(point.X), y = Base64UrlEncoder.Encode(point.Y) };
    }
}
