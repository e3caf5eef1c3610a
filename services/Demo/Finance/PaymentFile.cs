using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Intervision.Demo.Finance;

/// <summary>The totals that a bank would read in a pain.001 file.</summary>
/// <param name="Cents">Σ of the amounts of its transactions.</param>
/// <param name="ControlCents">GrpHdr/CtrlSum.</param>
internal sealed record PaymentFile(int Payments, int ControlPayments, long Cents, long ControlCents)
{
    /// <summary>Null when it cannot be read as one.</summary>
    public static PaymentFile? Read(byte[] content)
    {
        try
        {
            var root = XDocument.Load(new MemoryStream(content)).Root!;
            var ns = root.Name.Namespace;
            var header = root.Descendants(ns + "GrpHdr").Single();
            var amounts = root.Descendants(ns + "InstdAmt").Select(a => ToCents(a.Value)).ToList();
            return new PaymentFile(
                amounts.Count, int.Parse(header.Element(ns + "NbOfTxs")!.Value, CultureInfo.InvariantCulture),
                amounts.Sum(), ToCents(header.Element(ns + "CtrlSum")!.Value));
        }
        catch (Exception e) when (e is XmlException or InvalidOperationException or FormatException or NullReferenceException)
        {
            return null;
        }
    }

    private static long ToCents(string euros) => (long)(decimal.Parse(euros, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) * 100m);
}
