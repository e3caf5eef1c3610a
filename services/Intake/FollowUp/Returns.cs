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
}
