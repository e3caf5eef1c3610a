using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Cases;

/// <summary>A case that is about to be stored, with what goes with it.</summary>
/// <param name="Ciphertext">The question; null when an e-mail did not say one.</param>
internal sealed record NewCase(Case Case, SubmitCaseRequest Request, byte[] Mac, byte[] WrappedKey, byte[]? Ciphertext, string Actor)
{
    /// <summary>Case, key, question, first consent record and history of all of them in one statement.</summary>
    /// <returns>
    /// How many were stored. One whose intake key or code is taken is not, and then nothing of it was written.
    /// </returns>
    public static Task<int> Insert(Tx tx, params IReadOnlyList<NewCase> deposits) =>
        tx.Single<int>(
            """
            with said as (
              select * from jsonb_to_recordset(@rows::jsonb) as r (
                id uuid, code text, state text, consent text, programme text, pole text, candidate_poles text[], submitter text,
                submitting_organisation text, channel text, external_id text, mac text, requester text, motives text[], age_band text, sex text,
                contexts text[], products text[], urgent boolean, attending_physician text, absence text, actors text[], availabilities text[],
                submit_time timestamptz, wrapped_key text, ciphertext text, form text, giver text, actor text)),
            fresh as (
              insert into cases (
                id, code, version, state, consent, programme, pole, candidate_poles, submitter, submitting_organisation, channel,
                external_id, payload_mac, requester, motives, age_band, sex, contexts, products, urgent, attending_physician,
                physician_absence, actors, availabilities, submit_time, update_time, state_time)
              select
                id, code, 1, state, consent, programme, pole, candidate_poles, submitter, submitting_organisation, channel,
                external_id, decode(mac, 'base64'), requester, motives, age_band, sex, contexts, products, urgent, attending_physician,
                absence, actors, availabilities, submit_time, submit_time, submit_time
              from said
              on conflict do nothing
              returning id),
            stored as (select said.* from said join fresh using (id)),
            locked as (insert into case_key (case_id, wrapped_key) select id, decode(wrapped_key, 'base64') from stored),
            asked as (insert into clinical_text (case_id, field, ciphertext) select id, 'question', decode(ciphertext, 'base64') from stored where ciphertext is not null),
            agreed as (
              insert into consent_record (case_id, no, status, form, giver, withdrawal_right_told, answer_time, record_time, recorder)
              select id, 1, consent, form, giver, false, submit_time, submit_time, actor from stored),
            told as (
              insert into case_history (case_id, version, action, actor, to_state, consent, change_time)
              select id, 1, case state when 'Draft' then 'SubmitEmail' else 'SubmitCase' end, actor, state, consent, submit_time from stored)
            select count(*) from fresh
            """,
            new { rows = JsonRows.Of(deposits.Select(d => d.Row())) });

    private object Row() => new
    {
        Case.Id,
        Case.Code,
        State = Case.State.ToString(),
        Consent = Case.Consent.ToString(),
        Case.Programme,
        Case.Pole,
        Case.CandidatePoles,
        Case.Submitter,
        Case.SubmittingOrganisation,
        Case.Channel,
        Case.ExternalId,
        Mac,
        Case.Requester,
        Case.Motives,
        Case.AgeBand,
        Case.Sex,
        Case.Contexts,
        Case.Products,
        Case.Urgent,
        Case.AttendingPhysician,
        Absence = Case.PhysicianAbsence.ToString(),
        Case.Actors,
        Case.Availabilities,
        Case.SubmitTime,
        WrappedKey,
        Ciphertext,
        Form = Request.ConsentForm == ConsentForm.Unspecified ? null : Request.ConsentForm.ToString(),
        Giver = Request.ConsentGiver == ConsentGiver.Unspecified ? null : Request.ConsentGiver.ToString(),
        Actor,
    };

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
