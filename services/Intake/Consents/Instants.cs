using Google.Protobuf.WellKnownTypes;

namespace Intervision.Intake.Consents;

/// <summary>Timestamps from the wire may be out of any calendar.</summary>
internal static class Instants
{
    private const long FirstSecond = -62135596800;
    private const long LastSecond = 253402300799;

    public static bool IsValid(Timestamp? timestamp) =>
        timestamp is { Seconds: >= FirstSecond and <= LastSecond, Nanos: >= 0 and < 1_000_000_000 };
}
