using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Indemnisation.Payments;

internal static class RunName
{
    /// <exception cref="RuleBroken">NAME_INVALID unless <c>paymentRuns/{uuid}</c>.</exception>
    public static Guid Read(string name) => ResourceNames.TryUuid(name, "paymentRuns", out var id)
        ? id.Value
        : throw RuleBroken.Invalid("name", "NAME_INVALID", "Le nom doit être de la forme paymentRuns/{id}.");
}
