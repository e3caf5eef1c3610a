using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Cases;

/// <summary>The SQL of a deposit: case, key, question, first consent record and history in one statement.</summary>
internal static class NewCase
{
    /// <summary>False when the intake key or the code is taken; then nothing was written.</summary>
    public static async Task<bool> Insert(
        Tx tx, Case fresh, SubmitCaseRequest request, byte[] mac, byte[] wrappedKey, byte[] ciphertext, Call call) =>
        await tx.Single<long>(
            """
            with fresh as (
              insert into cases (
                id, code, version, state, consent, programme, pole, candidate_poles, submitter, submitting_organisation, channel,
                external_id, payload_mac, requester, motives, age_band, sex, contexts, products, urgent, attending_physician,
                physician_absence, actors, availabilities, submit_time, update_time)
              values (
                @Id, @Code, 1, @state, @consent, @Programme, @Pole, @CandidatePoles, @Submitter, @SubmittingOrganisation, @Channel,
                @ExternalId, @mac, @Requester, @Motives, @AgeBand, @Sex, @Contexts, @Products, @Urgent, @AttendingPhysician,
                @absence, @Actors, @Availabilities, @SubmitTime, @SubmitTime)
              on conflict do nothing
              returning id),
            locked as (insert into case_key (case_id, wrapped_key) select id, @wrappedKey from fresh),
            asked as (insert into clinical_text (case_id, field, ciphertext) select id, 'question', @ciphertext from fresh),
            agreed as (
              insert into consent_record (case_id, no, status, form, giver, withdrawal_right_told, answer_time, record_time, recorder)
              select id, 1, @consent, @form, @giver, false, @SubmitTime, @SubmitTime, @actor from fresh),
            told as (
              insert into case_history (case_id, version, action, actor, to_state, consent, change_time)
              select id, 1, 'SubmitCase', @actor, @state, @consent, @SubmitTime from fresh)
            select count(*) from fresh
            """,
            new
            {
                fresh.Id,
                fresh.Code,
                state = fresh.State.ToString(),
                consent = fresh.Consent.ToString(),
                fresh.Programme,
                fresh.Pole,
                fresh.CandidatePoles,
                fresh.Submitter,
                fresh.SubmittingOrganisation,
                fresh.Channel,
                fresh.ExternalId,
                mac,
                fresh.Requester,
                fresh.Motives,
                fresh.AgeBand,
                fresh.Sex,
                fresh.Contexts,
                fresh.Products,
                fresh.Urgent,
                fresh.AttendingPhysician,
                absence = fresh.PhysicianAbsence.ToString(),
                fresh.Actors,
                fresh.Availabilities,
                fresh.SubmitTime,
                wrappedKey,
                ciphertext,
                form = request.ConsentForm == ConsentForm.Unspecified ? null : request.ConsentForm.ToString(),
                giver = request.ConsentGiver == ConsentGiver.Unspecified ? null : request.ConsentGiver.ToString(),
                actor = call.Caller.Subject,
            }) == 1;

    /// <summary>Null when nobody has this intake key.</summary>
    /// <exception cref="RuleBroken">EXTERNAL_ID_REUSED when the payload was another one.</exception>
    public static async Task<Case?> FindByIntakeKey(Tx tx, Case fresh, byte[] mac)
    {
        const string key = "c.submitter = @Submitter and c.channel = @Channel and c.external_id = @ExternalId";
        var known = await tx.SingleOrDefault<Case>(
            $"select {CaseStore.Columns} {CaseStore.From} where {key}", new { fresh.Submitter, fresh.Channel, fresh.ExternalId });
        if (known is null)
        {
            return null;
        }

        var same = await tx.Single<bool>("select payload_mac = @mac from cases where id = @Id", new { known.Id, mac });
        return same
            ? known
            : throw RuleBroken.Exists(
                "EXTERNAL_ID_REUSED", "Ce numéro de déposant a déjà servi pour une autre demande.", ("externalId", fresh.ExternalId));
    }
}
