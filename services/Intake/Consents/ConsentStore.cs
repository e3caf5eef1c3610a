using Intervision.Intake.Cases;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Persistence;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Consents;

/// <summary>The SQL of consent records: a new answer is a new record.</summary>
internal static class ConsentStore
{
    /// <summary>What the records of a case are read by; the order of answers decides, then that of recording.</summary>
    private const string Columns =
        """
        no, status, declared, form, giver, notice_version, notice_handed_time, withdrawal_right_told, reason, due_date, categories_informed,
        excluded_people, excluded_topics, patient_participation, evidence_location, patient_situation, own_opinion,
        accompanying_adult, trusted_person_present, flagged, answer_time, record_time, recorder
        """;

    /// <summary>
    /// The first of a case's records is in force. That nothing was asked at the deposit is no answer: whatever the patient
    /// said, even before it, counts for more; and so does what was declared, which is what an attestation confirms.
    /// </summary>
    public const string InForceFirst = "(status = 'NotCollected'), (declared is null), answer_time desc, no desc";

    /// <summary>The next record of the case.</summary>
    public static Task Append(Tx tx, Case of, ConsentRow row) =>
        tx.Execute(
            $"""
            insert into consent_record (case_id, {Columns})
            select @Id, coalesce(max(no), 0) + 1, @Status, @Declared, @Form, @Giver, @NoticeVersion, @NoticeHandedTime, @WithdrawalRightTold, @Reason, @DueDate,
              @CategoriesInformed, @ExcludedPeople, @ExcludedTopics, @PatientParticipation, @EvidenceLocation, @PatientSituation, @OwnOpinion,
              @AccompanyingAdult, @TrustedPersonPresent, @Flagged, @AnswerTime, @RecordTime, @Recorder
            from consent_record where case_id = @Id
            """,
            new
            {
                of.Id, row.Status, row.Declared, row.Form, row.Giver, row.NoticeVersion, row.NoticeHandedTime, row.WithdrawalRightTold, row.Reason, row.DueDate,
                row.CategoriesInformed, row.ExcludedPeople, row.ExcludedTopics, row.PatientParticipation, row.EvidenceLocation, row.PatientSituation,
                row.OwnOpinion, row.AccompanyingAdult, row.TrustedPersonPresent, row.Flagged, row.AnswerTime, row.RecordTime, row.Recorder,
            });

    /// <summary>The answer in force at an instant; null before the deposit.</summary>
    public static Task<ConsentRow?> AsOf(Tx tx, Case of, DateTimeOffset instant) =>
        tx.SingleOrDefault<ConsentRow>(
            $"select {Columns} from consent_record where case_id = @Id and answer_time <= @instant order by {InForceFirst} limit 1",
            new { of.Id, instant });

    /// <summary>The answer in force.</summary>
    public static Task<ConsentRow> Last(Tx tx, Case of) =>
        tx.Single<ConsentRow>($"select {Columns} from consent_record where case_id = @Id order by {InForceFirst} limit 1", new { of.Id });

    /// <summary>After a number, oldest first.</summary>
    public static Task<IReadOnlyList<ConsentRow>> After(Tx tx, Case of, int no, int limit) =>
        tx.Query<ConsentRow>(
            $"select {Columns} from consent_record where case_id = @Id and no > @no order by no limit @limit", new { of.Id, no, limit });

    /// <summary>Of cases that still wait for the answer.</summary>
    public static Task<int> OverdueDeferrals(Tx tx, DateOnly today) =>
        tx.Single<int>(
            """
            select count(*)::int from cases c
            where c.consent = 'Deferred' and c.state in ('Submitted', 'InTriage', 'AwaitingConsent')
              and coalesce((select r.due_date from consent_record r where r.case_id = c.id order by r.no desc limit 1), c.submit_time::date + 30) < @today
            """,
            new { today });
}
