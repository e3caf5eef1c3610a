using System.Diagnostics.Metrics;
using Intervision.Intake.V1;

namespace Intervision.Intake.Retention;

/// <summary>What the platform team watches of the retention.</summary>
internal static class ErasureMeters
{
    private static readonly Meter Meter = new("Intervision.Intake");
    private static readonly Counter<long> Cases = Meter.CreateCounter<long>("intervision.intake.erasure.cases", "{case}", "Cases erased, by reason");
    private static int overdue;

    static ErasureMeters() => Meter.CreateObservableGauge(
        "intervision.intake.erasure.overdue", () => Volatile.Read(ref overdue), "{case}", "Cases whose time has passed and that are kept all the same, as of the last run");

    public static void Erased(ErasureReason reason) => Cases.Add(1, new KeyValuePair<string, object?>("reason", ErasureRegister.Code(reason)));

    public static void Overdue(int cases) => Volatile.Write(ref overdue, cases);
}
