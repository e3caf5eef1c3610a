using Intervision.Intake.Cases;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Consents;

/// <summary>The SQL of consent records: a new answer is a new record.</summary>
internal static class ConsentStore
{
    public static Task Append(Tx tx, Case of, RecordConsentRequest request, DateTimeOffset answerTime, Call call) =>
        tx.Execute(
            """
            insert into consent_record (
              case_id, no, status, form, giver, notice_version, withdrawal_right_told, reason, answer_time, record_time, recorder)
            select @Id, max(no) + 1, @status, @form, @giver, nullif(@NoticeVersion, ''), @WithdrawalRightTold, nullif(@Reason, ''),
              @answerTime, @Now, @Subject
            from consent_record where case_id = @Id
            """,
            new
            {
                of.Id,
                status = request.Status.ToString(),
                form = request.Form == ConsentForm.Unspecified ? null : request.Form.ToString(),
                giver = request.Giver == ConsentGiver.Unspecified ? null : request.Giver.ToString(),
                request.NoticeVersion,
                request.WithdrawalRightTold,
                request.Reason,
                answerTime,
                call.Now,
                call.Caller.Subject,
            });

    /// <summary>The answer in force at an instant; null before the deposit.</summary>
    public static async Task<ConsentStatus?> AsOf(Tx tx, Case of, DateTimeOffset instant) =>
        await tx.SingleOrDefault<string>(
            "select status from consent_record where case_id = @Id and answer_time <= @instant order by answer_time desc, no desc limit 1",
            new { of.Id, instant }) is { } status
            ? Enum.Parse<ConsentStatus>(status)
            : null;

    /// <summary>When the patient last answered; null while nothing but "not collected" is known.</summary>
    public static Task<DateTimeOffset?> LastAnswer(Tx tx, Case of) =>
        tx.SingleOrDefault<DateTimeOffset?>(
            "select answer_time from consent_record where case_id = @Id and status <> 'NotCollected' order by answer_time desc limit 1", new { of.Id });

    /// <summary>Whether the caller exercises, on the day, a profession of the table TRE_G15 (DOMAIN §3).</summary>
    public static Task<bool> IsHealthProfessional(Tx tx, Call call) =>
        tx.Single<bool>(
            """
            select exists (
              select from professional p join professional_activity a on a.professional = p.name
              where (p.name = @Subject or p.rpps = @Rpps) and a.profession_table = 'TRE_G15'
                and (a.from_date is null or a.from_date <= @today) and (a.until_date is null or a.until_date > @today))
            """,
            new { call.Caller.Subject, call.Caller.Rpps, today = Paris.DateOf(call.Now) });
}
