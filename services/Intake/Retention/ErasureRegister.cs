using System.Text.Json;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.Retention;

/// <summary>The register of erasures, read.</summary>
internal static class ErasureRegister
{
    private const string Columns = "no, code_mac, reason, erase_time, actor, policy, run, destroyed::text as destroyed, attestations";

    /// <summary>Null when that case was never erased.</summary>
    public static async Task<Erasure?> Find(Tx tx, byte[] codeMac) =>
        (await tx.SingleOrDefault<Row>($"select {Columns} from erasure where code_mac = @codeMac", new { codeMac }))?.ToProto();

    public static async Task<Erasure> Get(Tx tx, long number) =>
        (await tx.Single<Row>($"select {Columns} from erasure where no = @number", new { number })).ToProto();

    public static async Task<IReadOnlyList<Erasure>> After(Tx tx, long number, int limit) =>
        [.. (await tx.Query<Row>($"select {Columns} from erasure where no > @number order by no limit @limit", new { number, limit })).Select(r => r.ToProto())];

    /// <summary>UPPER_SNAKE_CASE, as events and metrics say it.</summary>
    public static string Code(ErasureReason reason) => reason switch
    {
        ErasureReason.RetentionContact => "RETENTION_CONTACT",
        ErasureReason.RetentionEnded => "RETENTION_ENDED",
        ErasureReason.PatientRequest => "PATIENT_REQUEST",
        ErasureReason.DepositedByMistake => "DEPOSITED_BY_MISTAKE",
        ErasureReason.Unlawful => "UNLAWFUL",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "An erasure has a reason."),
    };

    private sealed class Row
    {
        public long No { get; init; }

        public byte[] CodeMac { get; init; } = [];

        public ErasureReason Reason { get; init; }

        public DateTimeOffset EraseTime { get; init; }

        public string Actor { get; init; } = "";

        public string Policy { get; init; } = "";

        public Guid Run { get; init; }

        public string Destroyed { get; init; } = "";

        public int Attestations { get; init; }

        public Erasure ToProto() => new()
        {
            Number = No,
            EraseTime = EraseTime.ToProto(),
            Reason = Reason,
            Actor = Actor,
            Policy = Policy,
            Run = Run.ToString(),
            Destroyed = { JsonSerializer.Deserialize<Dictionary<string, long>>(Destroyed) },
            Attestations = Attestations,
            Fingerprint = Convert.ToHexStringLower(CodeMac),
        };
    }
}
