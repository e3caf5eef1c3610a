using Intervision.Scheduling.V1;

namespace Intervision.Indemnisation.Tests.Model;

/// <summary>What is due to each payee in the end, by the rules of DOMAIN §6 written a second time on purpose; without caps.</summary>
internal static class Expected
{
    public static string PayeeOf(int person) => person < 2 ? $"payees/OWN-{person}" : "payees/PHARMACY";

    public static Dictionary<string, long> Of(Story story)
    {
        var due = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var session in story.Sessions)
        {
            var truth = session.Truth();
            for (var person = 0; person < truth.Length; person++)
            {
                var payee = PayeeOf(person);
                due[payee] = due.GetValueOrDefault(payee) + (truth[person] is { } p ? Due(p, session.Date.Year) : 0);
            }
        }

        return due;
    }

    private static long Due(Presence p, int year)
    {
        var minutes = Math.Min(p.Minutes, 90);
        if (p.Salaried || p.Declared != true || minutes == 0)
        {
            return 0;
        }

        var quarter = (p.Role, year) switch { (SessionRole.Expert, _) => 3_000, (_, 2026) => 2_250, _ => 2_295 };
        var participation = minutes < 30 ? 0 : (minutes + 14) / 15 * quarter;
        var supplement = p.Role == SessionRole.Facilitator ? 4_500 : 0;
        var travel = p.Video ? 0 : Math.Min(Math.Max(0, p.Kilometres - 10) * 35, 5_000);
        return participation + supplement + travel;
    }
}
