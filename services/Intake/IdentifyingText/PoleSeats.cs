using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.IdentifyingText;

/// <summary>Where a pôle has its seat: naming that commune tells nothing that the pôle does not (DOMAIN §4).</summary>
internal static class PoleSeats
{
    /// <returns>INSEE codes; none when the pôle is not settled or its seat not known.</returns>
    public static async Task<IReadOnlyCollection<string>> Of(Tx tx, string? pole) =>
        await tx.Query<string>("select seat_commune from pole where name = @pole and seat_commune is not null", new { pole });
}
