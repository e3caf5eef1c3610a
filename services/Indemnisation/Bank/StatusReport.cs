namespace Intervision.Indemnisation.Bank;

/// <summary>
/// pain.002: what the bank says of a file it was given, of its PmtInf, of its payments. A payment without a status of its own has
/// that of its PmtInf, and a PmtInf that of the file. Versions .03 and .10 have the same names for what is read here.
/// </summary>
internal sealed class StatusReport : IBankMessage
{
    private const string File = "Document/CstmrPmtStsRpt/OrgnlGrpInfAndSts";
    private const string Instruction = "Document/CstmrPmtStsRpt/OrgnlPmtInfAndSts";
    private const string Transaction = Instruction + "/TxInfAndSts";

    private int said;
    private Part file = new();
    private Part instruction = new();
    private Part transaction = new();

    public Statement? Take(Step step)
    {
        switch (step.Path)
        {
            case File when step.Kind == StepKind.Start:
                file = new Part { Line = step.Line };
                break;
            case File when step.Kind == StepKind.End:
                return Group(Scope.Message, file, file.Status);
            case Instruction when step.Kind == StepKind.Start:
                instruction = new Part { Line = step.Line };
                break;
            case Instruction when step.Kind == StepKind.End:
                return Group(Scope.Instruction, instruction, instruction.Status);
            case Transaction when step.Kind == StepKind.Start:
                transaction = new Part { Line = step.Line };
                break;
            case Transaction when step.Kind != StepKind.Start:
                return Payment();
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
            case File + "/OrgnlMsgId":
                file.Reference = leaf.Value;
                break;
            case File + "/GrpSts":
                file.Status = leaf.Value;
                break;
            case File + "/StsRsnInf/Rsn/Cd" or File + "/StsRsnInf/Rsn/Prtry":
                file.Because(leaf);
                break;
            case Instruction + "/OrgnlPmtInfId":
                instruction.Reference = leaf.Value;
                break;
            case Instruction + "/PmtInfSts":
                instruction.Status = leaf.Value;
                break;
            case Instruction + "/StsRsnInf/Rsn/Cd" or Instruction + "/StsRsnInf/Rsn/Prtry":
                instruction.Because(leaf);
                break;
            case Transaction + "/OrgnlEndToEndId":
                transaction.Reference = leaf.Value;
                break;
            case Transaction + "/TxSts":
                transaction.Status = leaf.Value;
                break;
            case Transaction + "/StsRsnInf/Rsn/Cd" or Transaction + "/StsRsnInf/Rsn/Prtry":
                transaction.Because(leaf);
                break;
            case Transaction + "/OrgnlTxRef/Amt/InstdAmt":
                (transaction.Amount, transaction.Currency) = (leaf.Value, leaf.Currency);
                break;
            case Transaction + "/OrgnlTxRef/DbtrAcct/Id/IBAN":
                transaction.Account = leaf.Value;
                break;
            default:
                break;
        }
    }

    private Statement? Group(Scope scope, Part part, string status) => status.Length == 0 ? null : Of(scope, part, status, part.Reason);

    private Statement Payment()
    {
        var around = instruction.Status.Length > 0 ? instruction : file;
        return transaction.Status.Length > 0
            ? Of(Scope.Payment, transaction, transaction.Status, transaction.Reason)
            : Of(Scope.Payment, transaction, around.Status, transaction.Reason.Length > 0 ? transaction.Reason : around.Reason);
    }

    private Statement Of(Scope scope, Part part, string status, string reason) => new()
    {
        Position = ++said,
        Line = part.Line,
        Scope = scope,
        Reference = part.Reference,
        Word = WordOf(status, scope),
        Status = status,
        Reason = reason,
        Amount = part.Amount,
        Currency = part.Currency,
        OriginalMessage = file.Reference,
        Account = part.Account,
    };

    /// <summary>ISO's external codes of payment statuses, those a customer is told.</summary>
    private static Word WordOf(string status, Scope scope) => status switch
    {
        "ACSC" or "ACCC" => Word.Paid,
        "RJCT" => Word.Rejected,
        "ACCP" or "ACTC" or "ACSP" or "ACWC" or "ACWP" or "ACFC" or "RCVD" or "PDNG" or "PATC" => Word.Noted,
        "PART" when scope != Scope.Payment => Word.Noted,
        _ => Word.NotUnderstood,
    };

    private sealed class Part
    {
        public int Line { get; init; }

        public string Reference { get; set; } = "";

        public string Status { get; set; } = "";

        public string Reason { get; private set; } = "";

        public string Amount { get; set; } = "";

        public string Currency { get; set; } = "";

        public string? Account { get; set; }

        /// <summary>The first one said counts.</summary>
        public void Because(Step leaf) => Reason = Reason.Length > 0 ? Reason : BankReasons.Read(leaf);
    }
}
