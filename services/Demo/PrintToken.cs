using Intervision.Demo.Suite;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Demo;

/// <summary><c>token</c>: a development token on standard output, to be used with grpcurl and the like.</summary>
internal static class PrintToken
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        Roles.Coordinator, Roles.HostCoordinator, Roles.Referent, Roles.Professional, Roles.Cpts, Roles.FinanceOfficer,
        Roles.FinanceApprover, Roles.FinanceReleaser, Roles.Auditor, Roles.Service,
    };

    public static int Run(string folder, DevelopmentClaims claims)
    {
        if (claims.Roles.FirstOrDefault(r => !Known.Contains(r)) is { } unknown)
        {
            Console.Error.WriteLine($"Rôle inconnu : {unknown}. Connus : {string.Join(", ", Known.Order(StringComparer.Ordinal))}.");
            return 2;
        }

        using var key = DevelopmentTokens.LoadOrCreateKey(Path.Combine(folder, "secrets"));
        Console.WriteLine(DevelopmentTokens.Mint(key, claims, TimeProvider.System.GetUtcNow()));
        return 0;
    }

    /// <summary>Names may be given with or without their collection: <c>P12</c> or <c>poles/P12</c>.</summary>
    public static string Named(string collection, string id) => id.Contains('/', StringComparison.Ordinal) ? id : $"{collection}/{id}";
}
