using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Intervision.ServiceDefaults.Security;

/// <summary>What a development token says.</summary>
public sealed record DevelopmentClaims(string Subject, IReadOnlyList<string> Roles)
{
    public string? Rpps { get; init; }

    public IReadOnlyList<string> Poles { get; init; } = [];

    public string? Organisation { get; init; }

    public string? Cpts { get; init; }

    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(1);
}

/// <summary>
/// Tokens for Development: the signing key lies in a 0600 file kept across restarts; services only ever get its public
/// half, and refuse to start with it outside Development (DESIGN §7.21).
/// </summary>
public static class DevelopmentTokens
{
    public const string Issuer = "intervision-development";

    public const string Audience = "intervision";

    private const string KeyFile = "development-signing-key.pem";

    /// <summary>The key kept in the folder; made there on first use.</summary>
    public static ECDsa LoadOrCreateKey(string folder)
    {
        var path = Path.Combine(folder, KeyFile);
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (File.Exists(path))
        {
            key.ImportFromPem(File.ReadAllText(path));
            return key;
        }

        Directory.CreateDirectory(folder);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
        using var writer = new StreamWriter(file);
        writer.Write(key.ExportPkcs8PrivateKeyPem());
        return key;
    }

    /// <summary>Base64 of the public key's SubjectPublicKeyInfo, as <c>Authentication:DevelopmentPublicKey</c> wants it.</summary>
    public static string PublicKey(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());
    }

    /// <summary>A signed JWT (ES256). The expiry is counted from the real clock, never from an overridden one.</summary>
    public static string Mint(ECDsa key, DevelopmentClaims claims, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(claims);
        var payload = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["sub"] = claims.Subject,
            ["role"] = claims.Roles,
        };
        if (claims.Poles.Count > 0)
        {
            payload["pole"] = claims.Poles;
        }

        AddIfSaid("rpps", claims.Rpps);
        AddIfSaid("organisation", claims.Organisation);
        AddIfSaid("cpts", claims.Cpts);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Audience,
            Claims = payload,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + claims.Lifetime).UtcDateTime,
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(key), SecurityAlgorithms.EcdsaSha256),
        });

        void AddIfSaid(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                payload[name] = value;
            }
        }
    }
}
