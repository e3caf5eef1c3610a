using Intervision.ServiceDefaults.Security;

namespace Intervision.Indemnisation;

/// <summary>Groups of roles of this service.</summary>
internal static class Access
{
    private static readonly string[] Finance = [Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser];
    private static readonly string[] FinanceOrAuditor = [.. Finance, Roles.Auditor];

    public static bool IsFinance(this Caller caller) => caller.HasAny(Finance);

    public static void MustBeFinance(this Caller caller) => caller.MustHave(Finance);

    public static void MustBeFinanceOrAuditor(this Caller caller) => caller.MustHave(FinanceOrAuditor);
}
