using System.Text.Encodings.Web;
using System.Text.Json;

namespace Intervision.Demo.Reporting;

internal sealed record Indemnities(int Count, long Cents);

/// <summary>The season in figures; as JSON (camelCase) with <c>--report</c>.</summary>
internal sealed class SeasonReport
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public int CasesSubmitted { get; init; }

    /// <summary>ErrorInfo.reason → how many.</summary>
    public required IReadOnlyDictionary<string, int> CasesRefused { get; init; }

    /// <summary>Every row of requests_invalid.csv with its expected reason, and no other row.</summary>
    public bool RefusalsAsExpected { get; init; }

    /// <summary>GRANTED, REFUSED, NONE → how many were asked after the deposit.</summary>
    public required IReadOnlyDictionary<string, int> ConsentsAskedLater { get; init; }

    /// <summary>State → how many cases ended the season there.</summary>
    public required IReadOnlyDictionary<string, int> CasesByState { get; init; }

    /// <summary>Ready, and carried over to the next season.</summary>
    public int CasesWithoutSession { get; init; }

    public int SessionsHeld { get; init; }

    public int SessionsCancelled { get; init; }

    /// <summary>Lines of certified attendance sheets.</summary>
    public int Participations { get; init; }

    /// <summary>NOS table/code → lines calculated and their sum.</summary>
    public required IReadOnlyDictionary<string, Indemnities> Indemnities { get; init; }

    /// <summary>Why → lines that wait (PAYEE_MISSING, …).</summary>
    public required IReadOnlyDictionary<string, int> LinesWaiting { get; init; }

    /// <summary>CloudEvents type → distinct events received on finance.indemnisation.</summary>
    public required IReadOnlyDictionary<string, int> Events { get; init; }

    public bool LedgerBalanced { get; init; }

    public bool Reconciled { get; init; }

    /// <summary>Path of the payment file; empty when nothing was to be paid.</summary>
    public string PaymentFile { get; init; } = "";

    /// <summary>All of them, should several programmes pay.</summary>
    public required IReadOnlyList<string> PaymentFiles { get; init; }

    public long PaidCents { get; init; }

    public double Seconds { get; init; }

    /// <summary>In French; empty when all is as it should be.</summary>
    public required IReadOnlyList<string> Mismatches { get; init; }

    public void Write(string file)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        File.WriteAllText(file, JsonSerializer.Serialize(this, Json) + Environment.NewLine);
    }
}
