using System.Globalization;
using System.Text;
using System.Xml;

namespace Intervision.Indemnisation.Payments;

/// <summary>
/// Customer credit transfer initiation, pain.001, by the EPC's SEPA rules (DOMAIN §9): one debtor, EUR, SLEV, no addresses,
/// SEPA characters only. The same run gives the same bytes: everything comes from the run, nothing from the machine. Payments
/// are written as they come, so that memory does not grow with their number.
/// </summary>
internal static class PainFile
{
    private const int NameLength = 70;
    private const int RemittanceLength = 140;

    /// <param name="count">Of the payments: the header says it before the first one is read.</param>
    /// <exception cref="InvalidOperationException">The payments are not those of the run: their number or sum is another.</exception>
    public static async Task Write(Stream output, RunRow run, int count, IAsyncEnumerable<PaymentRow> payments, CancellationToken cancellation)
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
        var file = new Parts(xml, PainFormat.Of(run.PaymentFormat), run, count);
        await file.Begin();
        var (written, cents) = (0, 0L);
        await foreach (var payment in payments.WithCancellation(cancellation))
        {
            await file.Transfer(payment);
            (written, cents) = checked((written + 1, cents + payment.AmountCents));
        }

        if ((written, cents) != (count, run.TotalCents))
        {
            throw new InvalidOperationException($"{run.Name} has {written} payments of {cents} cents in all, not {count} of {run.TotalCents}.");
        }

        await xml.WriteEndDocumentAsync();
        await xml.FlushAsync();
    }

    private static string Euros(long cents) => string.Create(CultureInfo.InvariantCulture, $"{cents / 100}.{cents % 100:D2}");

    /// <summary>32 hexadecimal characters: within the 35 allowed, never a slash.</summary>
    private static string Identifier(Guid id) => id.ToString("N");

    private sealed class Parts(XmlWriter xml, PainFormat format, RunRow run, int count)
    {
        public async Task Begin()
        {
            await Start("Document");
            await Start("CstmrCdtTrfInitn");
            await Start("GrpHdr");
            await Leaf(Identifier(run.Id), "MsgId");
            await Leaf(run.ReleaseTime!.Value.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture), "CreDtTm");
            await Totals();
            await Leaf(DebtorName, "InitgPty", "Nm");
            await xml.WriteEndElementAsync();
            await Start("PmtInf");
            await Leaf(Identifier(run.Id), "PmtInfId");
            await Leaf("TRF", "PmtMtd");
            await Totals();
            await Leaf("SEPA", "PmtTpInf", "SvcLvl", "Cd");
            await Leaf(run.ExecutionDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), format.ExecutionDate);
            await Leaf(DebtorName, "Dbtr", "Nm");
            await Leaf(run.DebtorIban!, "DbtrAcct", "Id", "IBAN");
            await (format.Takes(run.DebtorBic!)
                ? Leaf(run.DebtorBic!, "DbtrAgt", "FinInstnId", format.Bic)
                : Leaf("NOTPROVIDED", "DbtrAgt", "FinInstnId", "Othr", "Id"));
            await Leaf("SLEV", "ChrgBr");
        }

        public async Task Transfer(PaymentRow payment)
        {
            await Start("CdtTrfTxInf");
            await Leaf(Identifier(payment.Id), "PmtId", "EndToEndId");
            await Start("Amt");
            await Start("InstdAmt");
            await xml.WriteAttributeStringAsync(prefix: null, "Ccy", ns: null, "EUR");
            await xml.WriteStringAsync(Euros(payment.AmountCents));
            await xml.WriteEndElementAsync();
            await xml.WriteEndElementAsync();
            if (format.Takes(payment.Bic))
            {
                // "IBAN only" otherwise: the creditor's bank is optional.
                await Leaf(payment.Bic, "CdtrAgt", "FinInstnId", format.Bic);
            }

            await Leaf(SepaText.Of(payment.HolderName, NameLength), "Cdtr", "Nm");
            await Leaf(payment.Iban, "CdtrAcct", "Id", "IBAN");
            await Leaf(SepaText.Of(payment.Remittance, RemittanceLength), "RmtInf", "Ustrd");
            await xml.WriteEndElementAsync();
        }

        private string DebtorName => SepaText.Of(run.DebtorHolderName!, NameLength);

        /// <summary>One PmtInf per file: its totals are the header's.</summary>
        private async Task Totals()
        {
            await Leaf(count.ToString(CultureInfo.InvariantCulture), "NbOfTxs");
            await Leaf(Euros(run.TotalCents), "CtrlSum");
        }

        private Task Start(string name) => xml.WriteStartElementAsync(prefix: null, name, format.Namespace);

        private async Task Leaf(string value, params string[] path)
        {
            foreach (var name in path)
            {
                await Start(name);
            }

            await xml.WriteStringAsync(value);
            for (var i = 0; i < path.Length; i++)
            {
                await xml.WriteEndElementAsync();
            }
        }
    }
}
