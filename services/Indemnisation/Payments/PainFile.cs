using System.Globalization;
using System.Text;
using System.Xml;

namespace Intervision.Indemnisation.Payments;

/// <summary>
/// Customer credit transfer initiation, pain.001.001.09, by the EPC's SEPA rules (DOMAIN §9): one debtor, EUR, SLEV,
/// SEPA characters only. The same run gives the same bytes: everything comes from the run, nothing from the machine.
/// </summary>
internal static class PainFile
{
    private const string Namespace = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";
    private const int NameLength = 70;

    public static async Task Write(Stream output, RunRow run, IReadOnlyList<PaymentRow> payments, CancellationToken cancellation)
    {
        var settings = new XmlWriterSettings
        {
            Async = true,
            Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            Indent = true,
            IndentChars = " ",
            NewLineChars = "\n",
        };
        await using var xml = XmlWriter.Create(output, settings);
        await xml.WriteStartDocumentAsync();
        await Start(xml, "Document");
        await Start(xml, "CstmrCdtTrfInitn");
        await Header(xml, run, payments);
        await Start(xml, "PmtInf");
        await Instruction(xml, run, payments);
        foreach (var payment in payments)
        {
            cancellation.ThrowIfCancellationRequested();
            await Transfer(xml, payment);
        }

        await xml.WriteEndDocumentAsync();
        await xml.FlushAsync();
    }

    private static async Task Header(XmlWriter xml, RunRow run, IReadOnlyList<PaymentRow> payments)
    {
        await Start(xml, "GrpHdr");
        await Leaf(xml, Identifier(run.Id), "MsgId");
        await Leaf(xml, run.ReleaseTime!.Value.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture), "CreDtTm");
        await Totals(xml, payments);
        await Leaf(xml, SepaText.Of(run.DebtorHolderName!, NameLength), "InitgPty", "Nm");
        await xml.WriteEndElementAsync();
    }

    private static async Task Instruction(XmlWriter xml, RunRow run, IReadOnlyList<PaymentRow> payments)
    {
        await Leaf(xml, Identifier(run.Id), "PmtInfId");
        await Leaf(xml, "TRF", "PmtMtd");
        await Totals(xml, payments);
        await Leaf(xml, "SEPA", "PmtTpInf", "SvcLvl", "Cd");
        await Leaf(xml, run.ExecutionDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), "ReqdExctnDt", "Dt");
        await Leaf(xml, SepaText.Of(run.DebtorHolderName!, NameLength), "Dbtr", "Nm");
        await Leaf(xml, run.DebtorIban!, "DbtrAcct", "Id", "IBAN");
        await (string.IsNullOrEmpty(run.DebtorBic)
            ? Leaf(xml, "NOTPROVIDED", "DbtrAgt", "FinInstnId", "Othr", "Id")
            : Leaf(xml, run.DebtorBic, "DbtrAgt", "FinInstnId", "BICFI"));
        await Leaf(xml, "SLEV", "ChrgBr");
    }

    private static async Task Transfer(XmlWriter xml, PaymentRow payment)
    {
        await Start(xml, "CdtTrfTxInf");
        await Leaf(xml, Identifier(payment.Id), "PmtId", "EndToEndId");
        await Start(xml, "Amt");
        await Start(xml, "InstdAmt");
        await xml.WriteAttributeStringAsync(prefix: null, "Ccy", ns: null, "EUR");
        await xml.WriteStringAsync(Euros(payment.AmountCents));
        await xml.WriteEndElementAsync();
        await xml.WriteEndElementAsync();
        if (payment.Bic.Length > 0)
        {
            // "IBAN only" otherwise: the creditor's bank is optional.
            await Leaf(xml, payment.Bic, "CdtrAgt", "FinInstnId", "BICFI");
        }

        await Leaf(xml, SepaText.Of(payment.HolderName, NameLength), "Cdtr", "Nm");
        await Leaf(xml, payment.Iban, "CdtrAcct", "Id", "IBAN");
        await Leaf(xml, payment.Remittance, "RmtInf", "Ustrd");
        await xml.WriteEndElementAsync();
    }

    private static async Task Totals(XmlWriter xml, IReadOnlyList<PaymentRow> payments)
    {
        await Leaf(xml, payments.Count.ToString(CultureInfo.InvariantCulture), "NbOfTxs");
        await Leaf(xml, Euros(payments.Aggregate(0L, (sum, p) => checked(sum + p.AmountCents))), "CtrlSum");
    }

    /// <summary>32 hexadecimal characters: within the 35 allowed.</summary>
    private static string Identifier(Guid id) => id.ToString("N");

    private static string Euros(long cents) => string.Create(CultureInfo.InvariantCulture, $"{cents / 100}.{cents % 100:D2}");

    private static Task Start(XmlWriter xml, string name) => xml.WriteStartElementAsync(prefix: null, name, Namespace);

    private static async Task Leaf(XmlWriter xml, string value, params string[] path)
    {
        foreach (var name in path)
        {
            await Start(xml, name);
        }

        await xml.WriteStringAsync(value);
        for (var i = 0; i < path.Length; i++)
        {
            await xml.WriteEndElementAsync();
        }
    }
}
