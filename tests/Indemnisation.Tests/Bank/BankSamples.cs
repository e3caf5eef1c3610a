using System.Text;

namespace Intervision.Indemnisation.Tests.Bank;

/// <summary>Files as banks make them, around payments of ours.</summary>
internal static class BankSamples
{
    public const string Iban = "FR7699999000620000099999992";

    public static readonly string[] Reports = ["pain.002.001.03", "pain.002.001.10"];

    public static readonly string[] Notices = ["camt.054.001.02", "camt.054.001.08"];

    /// <param name="run">Of the file it answers.</param>
    /// <param name="inside">See <see cref="Transaction"/>.</param>
    public static string Report(string kind, Guid run, string inside, string group = "", string instruction = "") =>
        $"""
        <?xml version="1.0" encoding="UTF-8"?>
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:{kind}">
          <CstmrPmtStsRpt>
            <GrpHdr><MsgId>BANK-1</MsgId><CreDtTm>2026-12-02T06:00:00</CreDtTm></GrpHdr>
            <OrgnlGrpInfAndSts><OrgnlMsgId>{run:N}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{group}</OrgnlGrpInfAndSts>
            <OrgnlPmtInfAndSts>
              <OrgnlPmtInfId>{run:N}</OrgnlPmtInfId>
              {instruction}
              {inside}
            </OrgnlPmtInfAndSts>
          </CstmrPmtStsRpt>
        </Document>
        """;

    public static string Transaction(string endToEndId, string status, string reason = "", string amount = "", string currency = "EUR") =>
        $"""
        <TxInfAndSts>
          <StsId>1</StsId>
          <OrgnlEndToEndId>{endToEndId}</OrgnlEndToEndId>
          <TxSts>{status}</TxSts>
          {(reason.Length == 0 ? "" : $"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn><AddtlInf>Compte</AddtlInf></StsRsnInf>")}
          {(amount.Length == 0 ? "" : $"<OrgnlTxRef><Amt><InstdAmt Ccy=\"{currency}\">{amount}</InstdAmt></Amt></OrgnlTxRef>")}
        </TxInfAndSts>
        """;

    public static string Notice(string kind, string entries, string iban = Iban) =>
        $"""
        <?xml version="1.0" encoding="UTF-8"?>
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:{kind}">
          <BkToCstmrDbtCdtNtfctn>
            <GrpHdr><MsgId>BANK-2</MsgId><CreDtTm>2026-12-08T06:00:00</CreDtTm></GrpHdr>
            <Ntfctn><Id>1</Id><CreDtTm>2026-12-08T06:00:00</CreDtTm><Acct><Id><IBAN>{iban}</IBAN></Id></Acct>
              {entries}
            </Ntfctn>
          </BkToCstmrDbtCdtNtfctn>
        </Document>
        """;

    /// <summary>A movement of one transaction.</summary>
    public static string Entry(string kind, string endToEndId, string amount, string side = "DBIT", string status = "BOOK", string reason = "", string currency = "EUR") =>
        $"""
        <Ntry>
          <Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>{Status(kind, status)}<BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>
          <NtryDtls>{Detail(kind, endToEndId, amount, side, reason, currency)}</NtryDtls>
        </Ntry>
        """;

    public static string Batch(string kind, string paymentInformation, string amount, int count, string details = "") =>
        $"""
        <Ntry>
          <Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd>{Status(kind, "BOOK")}<BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>
          <NtryDtls><Btch><PmtInfId>{paymentInformation}</PmtInfId><NbOfTxs>{count}</NbOfTxs></Btch>{details}</NtryDtls>
        </Ntry>
        """;

    public static string Detail(string kind, string endToEndId, string amount, string side, string reason = "", string currency = "EUR")
    {
        var worth = kind.EndsWith("02", StringComparison.Ordinal)
            ? $"<AmtDtls><TxAmt><Amt Ccy=\"{currency}\">{amount}</Amt></TxAmt></AmtDtls>"
            : $"<Amt Ccy=\"{currency}\">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>";
        var back = reason.Length == 0 ? "" : $"<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf>";
        return $"<TxDtls><Refs><EndToEndId>{endToEndId}</EndToEndId></Refs>{worth}{back}</TxDtls>";
    }

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static string Status(string kind, string status) =>
        kind.EndsWith("02", StringComparison.Ordinal) ? $"<Sts>{status}</Sts>" : $"<Sts><Cd>{status}</Cd></Sts>";
}
