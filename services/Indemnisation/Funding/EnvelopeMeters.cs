using System.Diagnostics.Metrics;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Funding;

/// <summary>What the platform team watches of the money: how much of each envelope is spoken for and spent. With several replicas each tells the same.</summary>
internal sealed class EnvelopeMeters : RepeatedJob
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(15);
    private static readonly Meter Meter = new("Intervision.Indemnisation");
    private static IReadOnlyList<Share> seen = [];
    private readonly Db db;

    static EnvelopeMeters()
    {
        Meter.CreateObservableGauge(
            "intervision.indemnisation.envelope.engaged", () => Measure(s => s.Engaged), "1", "Share of the envelope that is reserved or calculated");
        Meter.CreateObservableGauge(
            "intervision.indemnisation.envelope.consumed", () => Measure(s => s.Consumed), "1", "Share of the envelope that is paid or ordered");
    }

    public EnvelopeMeters(Db db, TimeProvider time, ILogger<EnvelopeMeters> logger) : base(Every, time, logger) => this.db = db;

    protected override async Task Run(CancellationToken stopping) => Volatile.Write(ref seen, await Look(db, stopping));

    public static async Task<IReadOnlyList<Share>> Look(Db db, CancellationToken cancellation) => await db.Read(
        tx => tx.Query<Share>(
            """
            select programme, fiscal_year,
                   (reserved_cents + calculated_cents)::float8 / amount_cents as engaged, consumed_cents::float8 / amount_cents as consumed
            from envelope where amount_cents > 0
            """),
        cancellation);

    private static IEnumerable<Measurement<double>> Measure(Func<Share, double> part) => Volatile.Read(ref seen).Select(s => new Measurement<double>(
        part(s), new KeyValuePair<string, object?>("programme", s.Programme), new KeyValuePair<string, object?>("year", s.FiscalYear)));

    public sealed record Share
    {
        public string Programme { get; init; } = "";

        public int FiscalYear { get; init; }

        public double Engaged { get; init; }

        public double Consumed { get; init; }
    }
}
