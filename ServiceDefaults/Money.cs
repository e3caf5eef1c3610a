namespace Intervision.ServiceDefaults;

/// <summary>Between integer cents (inside) and google.type.Money (on the wire), EUR only (API §12).</summary>
public static class Money
{
    private const int NanosPerCent = 10_000_000;

    public static Google.Type.Money ToMoney(this long cents) => new()
    {
        CurrencyCode = "EUR",
        Units = cents / 100,
        Nanos = (int)(cents % 100) * NanosPerCent,
    };

    /// <returns>Cents; null when not EUR, finer than a cent, or of mixed signs.</returns>
    public static long? ToCents(this Google.Type.Money? money) =>
        money is { CurrencyCode: "EUR" }
        && money.Nanos % NanosPerCent == 0
        && money.Nanos is > -1_000_000_000 and < 1_000_000_000
        && money.Units is > -10_000_000_000_000 and < 10_000_000_000_000
        && (money.Units == 0 || money.Nanos == 0 || Math.Sign(money.Units) == Math.Sign(money.Nanos))
            ? money.Units * 100 + money.Nanos / NanosPerCent
            : null;
}
