using Intervision.Intake.Consents;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Persistence;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.FollowUp;

/// <summary>To whom what was decided goes back before a case is closed.</summary>
internal static class Returns
{
    /// <summary>DOMAIN §5: J+15, as the restitution.</summary>
    public const int DaysToReturn = 15;

    /// <summary>
    /// The requester, and the attending physician when there is one who is not the requester and whom the patient did not
    /// exclude. <see cref="DueFollowUps"/> says the same in SQL.
    /// </summary>
    public static IReadOnlyList<ReturnRecipient> Expected(Case of, Scope scope) =>
        of.AttendingPhysician is { } physician && physician != of.Requester && !scope.Excludes(physician)
            ? [ReturnRecipient.Requester, ReturnRecipient.AttendingPhysician]
            : [ReturnRecipient.Requester];

    /// <summary>Expected of the case, and recorded for this intervision of it.</summary>
    public static async Task<(IReadOnlyList<ReturnRecipient> Expected, IReadOnlyList<ReturnRecipient> Done)> Load(Tx tx, Case of, int rank) => (
        Expected(of, (await ConsentStore.Last(tx, of)).Scope),
        [.. (await tx.Query<string>("select recipient from case_return where case_id = @Id and rank = @rank", new { of.Id, rank })).Select(Enum.Parse<ReturnRecipient>)]);

    /// <summary>Ranks of the case that decided something of which somebody was not told; empty when all were.</summary>
    public static async Task<IReadOnlyList<int>> Missing(Tx tx, Case of) => await tx.Query<int>(
        """
        select i.rank from intervision i
        where i.case_id = @Id and exists (select from decision d where d.case_id = i.case_id and d.session = i.session)
          and not (@expected <@ array(select r.recipient from case_return r where r.case_id = i.case_id and r.rank = i.rank))
        order by i.rank
        """,
        new { of.Id, expected = Expected(of, (await ConsentStore.Last(tx, of)).Scope).Select(r => r.ToString()).ToArray() });
}
