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
            Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            Indent = true,
            IndentChars = " ",
            NewLineChars = "\n",
        };
        // Written as it is called: its own asynchronous calls cost more than the buffered file beneath.
        using var xml = XmlWriter.Create(output, settings);
        xml.WriteStartDocument();
        var file = new Parts(xml, PainFormat.Of(run.PaymentFormat), run, count);
        file.Begin();
        var (written, cents) = (0, 0L);
        await foreach (var payment in payments.WithCancellation(cancellation))
        {
            file.Transfer(payment);
            (written, cents) = checked((written + 1, cents + payment.AmountCents));
        }

        if ((written, cents) != (count, run.TotalCents))
        {
            throw new InvalidOperationException($"{run.Name} has {written} payments of {cents} cents in all, not {count} of {run.TotalCents}.");
        }

        xml.WriteEndDocument();
    }

    private static string Euros(long cents) => string.Create(CultureInfo.InvariantCulture, $"{cents / 100}.{cents % 100:D2}");

    /// <summary>32 hexadecimal characters: within the 35 allowed, never a slash.</summary>
    private static string Identifier(Guid id) => id.ToString("N");

    private sealed class Parts(XmlWriter xml, PainFormat format, RunRow run, int count)
    {
        public void Begin()
        {
            Start("Document");
            Start("CstmrCdtTrfInitn");
            Start("GrpHdr");
            Leaf(Identifier(run.Id), "MsgId");
            Leaf(run.ReleaseTime!.Value.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture), "CreDtTm");
            Totals();
            Leaf(DebtorName, "InitgPty", "Nm");
            xml.WriteEndElement();
            Start("PmtInf");
            Leaf(Identifier(run.Id), "PmtInfId");
            Leaf("TRF", "PmtMtd");
            Totals();
            Leaf("SEPA", "PmtTpInf", "SvcLvl", "Cd");
            Leaf(run.ExecutionDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), format.ExecutionDate);
            Leaf(DebtorName, "Dbtr", "Nm");
            Leaf(run.DebtorIban!, "DbtrAcct", "Id", "IBAN");
            if (format.Takes(run.DebtorBic!))
            {
                Leaf(run.DebtorBic!, "DbtrAgt", "FinInstnId", format.Bic);
            }
            else
            {
                Leaf("NOTPROVIDED", "DbtrAgt", "FinInstnId", "Othr", "Id");
            }

            Leaf("SLEV", "ChrgBr");
        }

        public void Transfer(PaymentRow payment)
        {
            Start("CdtTrfTxInf");
            Leaf(Identifier(payment.Id), "PmtId", "EndToEndId");
            Start("Amt");
            Start("InstdAmt");
            xml.WriteAttributeString("Ccy", "EUR");
            xml.WriteString(Euros(payment.AmountCents));
            xml.WriteEndElement();
            xml.WriteEndElement();
            if (format.Takes(payment.Bic))
            {
                // "IBAN only" otherwise: the creditor's bank is optional.
                Leaf(payment.Bic, "CdtrAgt", "FinInstnId", format.Bic);
            }

            Leaf(SepaText.Of(payment.HolderName, NameLength), "Cdtr", "Nm");
            Leaf(payment.Iban, "CdtrAcct", "Id", "IBAN");
            Leaf(SepaText.Of(payment.Remittance, RemittanceLength), "RmtInf", "Ustrd");
            xml.WriteEndElement();
        }

        private string DebtorName => SepaText.Of(run.DebtorHolderName!, NameLength);

        /// <summary>One PmtInf per file: its totals are the header's.</summary>
        private void Totals()
        {
            Leaf(count.ToString(CultureInfo.InvariantCulture), "NbOfTxs");
            Leaf(Euros(run.TotalCents), "CtrlSum");
        }

        private void Start(string name) => xml.WriteStartElement(name, format.Namespace);

        private void Leaf(string value, params ReadOnlySpan<string> path)
        {
            foreach (var name in path)
            {
                Start(name);
            }

            xml.WriteString(value);
            for (var i = 0; i < path.Length; i++)
            {
                xml.WriteEndElement();
            }
        }
    }
}
