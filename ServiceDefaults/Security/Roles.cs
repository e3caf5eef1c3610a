namespace Intervision.ServiceDefaults.Security;

/// <summary>The roles a token may carry (DESIGN §6).</summary>
public static class Roles
{
    /// <summary>Regional coordinator: sees and organises everything, reads no clinical text.</summary>
    public const string Coordinator = "coordinator";

    /// <summary>Coordinator of a host structure, for the pôles in the token.</summary>
    public const string HostCoordinator = "host_coordinator";

    /// <summary>Référent, for the pôles in the token.</summary>
    public const string Referent = "referent";

    /// <summary>A professional acting as oneself.</summary>
    public const string Professional = "professional";

    /// <summary>A CPTS's software: its own territory only.</summary>
    public const string Cpts = "cpts";

    /// <summary>Prepares: rates, payees, line approval, run proposal.</summary>
    public const string FinanceOfficer = "finance_officer";

    /// <summary>Approves payment runs.</summary>
    public const string FinanceApprover = "finance_approver";

    /// <summary>Releases payment files.</summary>
    public const string FinanceReleaser = "finance_releaser";

    /// <summary>ARS: reads aggregates.</summary>
    public const string Auditor = "auditor";

    /// <summary>Another service of the suite.</summary>
    public const string Service = "service";
}
