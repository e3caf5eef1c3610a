namespace Intervision.Indemnisation.Bank;

/// <summary>
/// camt.054: movements of the account. A booked debit with an EndToEndId of ours is a payment executed; a credit with it is money
/// that came back. A debit booked in one sum, without its payments, is said of its PmtInf. Versions .02 and .08 differ in where the status
/// and the amounts stand; both places are read.
/// </summary>
internal sealed class AccountNotice : IBankMessage
{
    private const string Notice = "Document/BkToCstmrDbtCdtNtfctn/Ntfctn";
    private const string Account = Notice + "/Acct/Id/IBAN";
    private const string Movement = Notice + "/Ntry";
    private const string Batch = Movement + "/NtryDtls/Btch";
    private const string Transaction = Movement + "/NtryDtls/TxDtls";

    private int said;
    private string account = "";
    private Part entry = new();
    private Part transaction = new();
    private string batch = "";
    private string batchSize = "";
    private bool detailed;

    public Statement? Take(Step step)
    {
        switch (step.Path)
        {
            case Notice when step.Kind == StepKind.Start:
                account = "";
                break;
            case Movement when step.Kind == StepKind.Start:
                (entry, batch, batchSize, detailed) = (new Part { Line = step.Line }, "", "", false);
                break;
            case Movement when step.Kind != StepKind.Start:
                return detailed ? null : Whole();
            case Transaction when step.Kind == StepKind.Start:
                (transaction, detailed) = (new Part { Line = step.Line }, true);
                break;
            case Transaction when step.Kind != StepKind.Start:
                return Detail();
            default:
                if (step.Kind == StepKind.Leaf)
                {
                    Note(step);
                }

                break;
        }

        return null;
    }

    private void Note(Step leaf)
    {
        switch (leaf.Path)
        {
            case Account:
                account = leaf.Value;
                break;
            case Movement + "/Amt":
                entry.Worth(leaf);
                break;
            case Movement + "/CdtDbtInd":
                entry.Side = leaf.Value;
                break;
            case Movement + "/RvslInd":
                entry.Reversal = leaf.Value is "true" or "1";
                break;
            case Movement + "/Sts" or Movement + "/Sts/Cd":
                entry.Status = leaf.Value;
                break;
            case Batch + "/PmtInfId":
                batch = leaf.Value;
                break;
            case Batch + "/NbOfTxs":
                batchSize = leaf.Value;
                break;
            case Transaction + "/Refs/EndToEndId":
                transaction.Reference = leaf.Value;
                break;
            case Transaction + "/Amt":
                transaction.Worth(leaf);
                break;
            case Transaction + "/AmtDtls/TxAmt/Amt" or Transaction + "/AmtDtls/InstdAmt/Amt" when transaction.Amount.Length == 0:
                transaction.Worth(leaf);
                break;
            case Transaction + "/CdtDbtInd":
                transaction.Side = leaf.Value;
                break;
            case Transaction + "/RtrInf/Rsn/Cd" or Transaction + "/RtrInf/Rsn/Prtry" when transaction.Reason.Length == 0:
                transaction.Reason = BankReasons.Read(leaf);
                break;
            default:
                break;
        }
    }

    private Statement Detail()
    {
        // The sum of a movement is that of its transaction when there is only one.
        var alone = batchSize is "" or "1";
        var worth = transaction.Amount.Length > 0 || !alone ? transaction : entry;
        return Of(Scope.Payment, transaction.Reference, transaction.Line, transaction.Side.Length > 0 ? transaction.Side : entry.Side, worth);
    }

    private Statement Whole() => batch.Length > 0 && entry.Side == "DBIT"
        ? Of(Scope.Instruction, batch, entry.Line, entry.Side, entry)
        : Of(Scope.Payment, "", entry.Line, entry.Side, entry);

    private Statement Of(Scope scope, string reference, int line, string side, Part worth) => new()
    {
        Position = ++said,
        Line = line,
        Scope = scope,
        Reference = reference,
        Word = WordOf(entry.Status, side, entry.Reversal),
        Status = entry.Status,
        Reason = scope == Scope.Payment ? transaction.Reason : "",
        Amount = worth.Amount,
        Currency = worth.Currency,
        Account = account,
    };

    private static Word WordOf(string status, string side, bool reversal) => (status, side) switch
    {
        ("BOOK", "DBIT") when !reversal => Word.Paid,
        ("BOOK", "CRDT") => Word.Returned,
        ("PDNG" or "INFO" or "FUTR", "DBIT" or "CRDT") => Word.Noted,
        _ => Word.NotUnderstood,
    };

    private sealed class Part
    {
        public int Line { get; init; }

        public string Reference { get; set; } = "";

        public string Status { get; set; } = "";

        public string Side { get; set; } = "";

        public bool Reversal { get; set; }

        public string Reason { get; set; } = "";

        public string Amount { get; private set; } = "";

        public string Currency { get; private set; } = "";

        public void Worth(Step leaf) => (Amount, Currency) = (leaf.Value, leaf.Currency);
    }
}
