using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Organisations;

/// <summary>Members of programmes: of one organisation and programme, one membership at a time.</summary>
internal static class Memberships
{
    /// <summary>A membership that begins on a day and lasts.</summary>
    /// <exception cref="RuleBroken">MEMBERSHIP_OVERLAP: one that lasts then, or begins later, is in the way.</exception>
    public static void MustBeFree(Organisation organisation, string programme, DateOnly from)
    {
        var inTheWay = organisation.Memberships.FirstOrDefault(
            m => m.Programme == programme && Period.Overlap(from, null, m.FromDate.ToDate()!.Value, m.UntilDate.ToDate()));
        if (inTheWay is not null)
        {
            var since = inTheWay.FromDate.ToDate()!.Value;
            var until = inTheWay.UntilDate.ToDate();
            throw RuleBroken.NotNow(
                "MEMBERSHIP_OVERLAP",
                $"{organisation.Name} est déjà membre de {programme} depuis le {since:dd/MM/yyyy}{(until is null ? "" : $" (jusqu'au {until:dd/MM/yyyy} exclu)")}.",
                "MEMBERSHIP",
                organisation.Name,
                ("name", organisation.Name),
                ("programme", programme),
                ("fromDate", $"{since:yyyy-MM-dd}"),
                ("untilDate", until is null ? "" : $"{until:yyyy-MM-dd}"));
        }
    }

    /// <summary>The membership of the programme that lasts, which ends on a day.</summary>
    /// <exception cref="RuleBroken">NOT_A_MEMBER; UNTIL_DATE_INVALID unless the day is later than its first one.</exception>
    public static ProgrammeMembership MustLast(Organisation organisation, string programme, DateOnly until)
    {
        var lasting = organisation.Memberships.FirstOrDefault(m => m.Programme == programme && m.UntilDate is null)
            ?? throw RuleBroken.NotNow(
                "NOT_A_MEMBER",
                $"{organisation.Name} n'a pas d'adhésion sans fin à {programme}.",
                "MEMBERSHIP",
                organisation.Name,
                ("name", organisation.Name),
                ("programme", programme));
        var from = lasting.FromDate.ToDate()!.Value;
        return until > from
            ? lasting
            : throw RuleBroken.Invalid("until_date", "UNTIL_DATE_INVALID", $"La fin (exclue) doit être postérieure au début, le {from:dd/MM/yyyy}.");
    }

    public static Task<int> Begin(Tx tx, string organisation, string programme, DateOnly from) =>
        tx.Execute(
            "insert into programme_membership (organisation, programme, from_date) values (@organisation, @programme, @from)",
            new { organisation, programme, from });

    public static Task<int> End(Tx tx, string organisation, string programme, DateOnly until) =>
        tx.Execute(
            "update programme_membership set until_date = @until where organisation = @organisation and programme = @programme and until_date is null",
            new { organisation, programme, until });
}
