using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Library;

/// <summary>The indicator "library cases" (DOMAIN §8). Published ones are public, and belong to no pôle: one number, for the region.</summary>
internal static class LibraryCount
{
    /// <param name="from">First day of a quarter.</param>
    /// <param name="until">First day of a later one, exclusive.</param>
    public static Task<int> Between(Tx tx, DateOnly from, DateOnly until) => tx.Single<int>(
        "select count(*)::int from library_entry where publish_quarter >= @from and publish_quarter < @until", new { from, until });
}
