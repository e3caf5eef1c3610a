using Intervision.Intake.Cases;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.FollowUp;

/// <summary>Opens the follow-up sheet, with the days its reviews are due (DOMAIN §5, J+90 and J+180).</summary>
internal sealed class OpenFollowUp(Db db)
{
    public Task<OpenFollowUpResponse> Handle(OpenFollowUpRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await CaseStore.LockFor(tx, request.Name, request.Etag, call, FollowUpRules.May);
            var after = Decide(before);
            var last = await Intervisions.Last(tx, before) ?? throw new InvalidOperationException("Reported back without an intervision.");
            await tx.Execute(
                """
                insert into follow_up (case_id, rank, three_months_date, six_months_date, opener, open_time)
                values (@Id, @Rank, @ThreeMonths, @SixMonths, @Subject, @Now) on conflict (case_id, rank) do nothing
                """,
                new { before.Id, last.Rank, last.ThreeMonths, last.SixMonths, call.Caller.Subject, call.Now });
            var saved = await CaseStore.Save(tx, before, after, "OpenFollowUp", call);
            return new OpenFollowUpResponse
            {
                Case = saved.View(call.Caller),
                ThreeMonthsDate = last.ThreeMonths.ToProto(),
                SixMonthsDate = last.SixMonths.ToProto(),
            };
        });

    /// <exception cref="RuleBroken">CASE_NOT_REPORTED_BACK.</exception>
    internal static Case Decide(Case before)
    {
        before.MustBe(
            "CASE_NOT_REPORTED_BACK", "La fiche de suivi s'ouvre une fois la restitution enregistrée, et une seule fois.", CaseState.ReportedBack);
        return before with { State = CaseState.InFollowUp };
    }
}
