using System.Security.Cryptography;
using Grpc.Core;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Tests.Support;

/// <summary>Tokens of the people of a test, signed by a key made for this test process.</summary>
public static class Tokens
{
    private static readonly ECDsa Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public static string PublicKey => DevelopmentTokens.PublicKey(Key);

    public static string Mint(DevelopmentClaims claims) => DevelopmentTokens.Mint(Key, claims, TimeProvider.System.GetUtcNow());

    /// <summary>Headers of a call by this person at this instant.</summary>
    public static Metadata As(DevelopmentClaims who, DateTimeOffset? now = null)
    {
        var headers = new Metadata { { "authorization", $"Bearer {Mint(who)}" } };
        if (now is { } instant)
        {
            headers.Add("x-intervision-now", instant.ToString("O"));
        }

        return headers;
    }

    public static DevelopmentClaims Coordinator(string subject = "coordinator@region") => new(subject, [Roles.Coordinator]);

    public static DevelopmentClaims Referent(string professional, params string[] poles) =>
        new(professional, [Roles.Referent, Roles.Professional]) { Poles = poles };

    public static DevelopmentClaims HostCoordinator(string subject, params string[] poles) =>
        new(subject, [Roles.HostCoordinator]) { Poles = poles };

    public static DevelopmentClaims Professional(string professional, string? rpps = null) =>
        new(professional, [Roles.Professional]) { Rpps = rpps };

    public static DevelopmentClaims Cpts(string organisation) => new($"client:{organisation}", [Roles.Cpts]) { Cpts = organisation };

    public static DevelopmentClaims Service(string name) => new($"services/{name}", [Roles.Service]);

    public static DevelopmentClaims Of(string role, string subject) => new(subject, [role]);
}
