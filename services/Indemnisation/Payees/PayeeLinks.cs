using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Payees;

/// <summary>Through whom people are paid, day by day, read once for a batch.</summary>
internal sealed class PayeeLinks
{
    private readonly ILookup<string, Link> links;

    private PayeeLinks(ILookup<string, Link> links) => this.links = links;

    public static async Task<PayeeLinks> Of(Tx tx, string[] professionals) => new(
        (await tx.Query<Link>(
            """
            select professional, payee, lower(valid) as from_date, upper(valid) as until_date from payee_professional
            where professional = any(@professionals)
            """,
            new { professionals })).ToLookup(l => l.Professional, StringComparer.Ordinal));

    /// <returns>Null when nobody is paid for the person on the day.</returns>
    public string? On(string professional, DateOnly date) => links[professional].FirstOrDefault(l => !(date < l.FromDate) && !(date >= l.UntilDate))?.Payee;

    private sealed class Link
    {
        public string Professional { get; init; } = "";

        public string Payee { get; init; } = "";

        /// <summary>Null: always so.</summary>
        public DateOnly? FromDate { get; init; }

        /// <summary>Exclusive; null: still so.</summary>
        public DateOnly? UntilDate { get; init; }
    }
}
