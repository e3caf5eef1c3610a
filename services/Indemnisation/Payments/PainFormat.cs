using System.Text.RegularExpressions;
using Intervision.Indemnisation.V1;

namespace Intervision.Indemnisation.Payments;

/// <summary>
/// Where the two versions of pain.001 that banks take differ, for what we write. Which one is a property of the account that
/// pays, frozen in the run with it: a later change of either never changes a file (ADR 30).
/// </summary>
/// <param name="Namespace">Of every element.</param>
/// <param name="Bic">Element of a BIC.</param>
/// <param name="ExecutionDate">Path of the day of execution.</param>
/// <param name="BicForm">What its schema takes as a BIC.</param>
internal sealed partial record PainFormat(string Namespace, string Bic, string[] ExecutionDate, Regex BicForm)
{
    private static readonly PainFormat Version3 = new("urn:iso:std:iso:20022:tech:xsd:pain.001.001.03", "BIC", ["ReqdExctnDt"], BicOf2007());

    private static readonly PainFormat Version9 = new("urn:iso:std:iso:20022:tech:xsd:pain.001.001.09", "BICFI", ["ReqdExctnDt", "Dt"], BicOf2014());

    /// <summary>Version 9 unless said otherwise: the EPC's own since October 2025.</summary>
    public static PainFormat Of(PaymentFormat format) => format == PaymentFormat.Pain00100103 ? Version3 : Version9;

    /// <summary>A BIC that the schema refuses is left out: with the IBAN the bank finds it.</summary>
    public bool Takes(string bic) => BicForm.IsMatch(bic);

    [GeneratedRegex(@"^[A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex BicOf2007();

    [GeneratedRegex(@"^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex BicOf2014();
}
