using Intervision.ServiceDefaults.Security;

namespace Intervision.Indemnisation;

/// <summary>Groups of roles of this service.</summary>
internal static class Access
{
    public static bool IsFinance(this Caller caller) => caller.HasAny(Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser);
}
