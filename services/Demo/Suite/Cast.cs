using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Grpc.Core;
using Intervision.Demo.Region;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Demo.Suite;

/// <summary>Everybody who acts in a season, each with one's own token.</summary>
internal sealed class Cast(ECDsa key, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, string> tokens = new(StringComparer.Ordinal);

    public static DevelopmentClaims Coordinator { get; } = new("staff/coordination-regionale", [Roles.Coordinator]);

    public static DevelopmentClaims FinanceOfficer { get; } = new("staff/finance-preparation", [Roles.FinanceOfficer]);

    public static DevelopmentClaims FinanceApprover { get; } = new("staff/finance-approbation", [Roles.FinanceApprover]);

    public static DevelopmentClaims FinanceReleaser { get; } = new("staff/finance-remise", [Roles.FinanceReleaser]);

    public static DevelopmentClaims ReferentOf(PoleRow pole, RegionData region) =>
        new($"professionals/{pole.Referent}", [Roles.Referent, Roles.Professional])
        {
            Poles = [pole.Name],
            Rpps = region.PersonById.GetValueOrDefault(pole.Referent)?.Rpps,
        };

    /// <summary>Another pôle's référent, named for this one too, where its own cannot be the second reader.</summary>
    public static DevelopmentClaims SubstituteFor(PoleRow pole, RegionData region) =>
        ReferentOf(region.Poles.First(p => p.Referent != pole.Referent), region) with { Poles = [pole.Name] };

    public static DevelopmentClaims HostCoordinatorOf(PoleRow pole) =>
        new($"staff/coordination-{pole.Code}", [Roles.HostCoordinator]) { Poles = [pole.Name], Organisation = $"organisations/{pole.Host}" };

    public static DevelopmentClaims Professional(string person, RegionData region) =>
        new($"professionals/{person}", [Roles.Professional]) { Rpps = region.PersonById.GetValueOrDefault(person)?.Rpps };

    public static DevelopmentClaims Cpts(string identifier) =>
        new($"clients/cpts-{identifier}", [Roles.Cpts]) { Cpts = $"organisations/{identifier}", Organisation = $"organisations/{identifier}" };

    /// <summary>Headers of a call by this person at this simulated instant.</summary>
    public Metadata As(DevelopmentClaims who, DateTimeOffset now) => new()
    {
        { "authorization", $"Bearer {Token(who)}" },
        { CallClock.Header, now.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) },
    };

    private string Token(DevelopmentClaims who) => tokens.GetOrAdd(
        $"{who.Subject} {string.Join(' ', who.Roles)} {string.Join(' ', who.Poles)}",
        (_, claims) => DevelopmentTokens.Mint(key, claims, time.GetUtcNow()),
        who);
}
