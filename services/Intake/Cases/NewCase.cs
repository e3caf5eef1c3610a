using Intervision.Intake.Consents;
using Intervision.Intake.Encryption;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Cases;

/// <summary>A case that is about to be stored, with what goes with it.</summary>
/// <param name="WrappedKey">Null when the patient refused: such a case never has a text.</param>
/// <param name="Ciphertext">The question; null when an e-mail did not say one, or the patient refused.</param>
internal sealed record NewCase(Case Case, SubmitCaseRequest Request, byte[] Mac, WrappedKey? WrappedKey, byte[]? Ciphertext, string Actor)
{
    /// <summary>The first consent record where it says more than status, form and giver: then it is stored alone.</summary>
    public ConsentRow? Answer { get; init; }

    /// <summary>Case, key, question, first consent record and history.</summary>
    /// <returns>
    /// Ids of those stored. One whose intake key or code is taken is not, and then nothing of it was written.
    /// </returns>
    public static async Task<IReadOnlySet<Guid>> Insert(Tx tx, params IReadOnlyList<NewCase> deposits)
    {
        var stored = await InsertAll(tx, deposits);
        foreach (var deposit in deposits.Where(d => d.Answer is not null && stored.Contains(d.Case.Id)))
        {
            await ConsentStore.Append(tx, deposit.Case, deposit.Answer!);
        }

        return stored;
    }

    /// <summary>All of them in one statement; but the answers that say more.</summary>
    private static async Task<IReadOnlySet<Guid>> InsertAll(Tx tx, IReadOnlyList<NewCase> deposits) =>
        (await tx.Query<Guid>(
            """
            with said as (
              select * from unnest(
                @ids, @codes, @states, @consents, @programmes, @poles, @candidates, @submitters, @organisations, @channels, @externalIds,
                @macs, @requesters, @motives, @ageBands, @sexes, @contexts, @products, @urgents, @physicians, @absences, @actors,
                @availabilities, @times, @keys, @keyIds, @ciphertexts, @declareds, @forms, @givers, @recorders)
              as r (
                id, code, state, consent, programme, pole, candidate_poles, submitter, submitting_organisation, channel, external_id,
                mac, requester, motives, age_band, sex, contexts, products, urgent, attending_physician, absence, actors,
                availabilities, submit_time, wrapped_key, key_id, ciphertext, declared, form, giver, actor)),
            fresh as (
              insert into cases (
                id, code, version, state, consent, programme, pole, candidate_poles, submitter, submitting_organisation, channel,
                external_id, payload_mac, requester, motives, age_band, sex, contexts, products, urgent, attending_physician,
                physician_absence, actors, availabilities, submit_time, update_time, state_time)
              select
                id, code, 1, state, consent, programme, pole, string_to_array(candidate_poles, ' '), submitter, submitting_organisation, channel,
                external_id, mac, requester, string_to_array(motives, ' '), age_band, sex, string_to_array(contexts, ' '),
                string_to_array(products, ' '), urgent, attending_physician, absence, string_to_array(actors, ' '),
                string_to_array(availabilities, ' '), submit_time, submit_time, submit_time
              from said
              on conflict do nothing
              returning id),
            stored as (select said.* from said join fresh using (id)),
            locked as (
              insert into case_key (case_id, wrapped_key, key_id, destroy_time)
              select id, wrapped_key, key_id, case when wrapped_key is null then submit_time end from stored),
            asked as (insert into clinical_text (case_id, field, ciphertext) select id, 'question', ciphertext from stored where ciphertext is not null),
            agreed as (
              insert into consent_record (case_id, no, status, declared, form, giver, withdrawal_right_told, answer_time, record_time, recorder)
              select id, 1, consent, declared, form, giver, false, submit_time, submit_time, actor from stored
              where id <> all (@answered)),
            told as (
              insert into case_history (case_id, version, action, actor, to_state, consent, change_time)
              select id, 1, case state when 'Draft' then 'SubmitEmail' else 'SubmitCase' end, actor, state, consent, submit_time from stored)
            select id from fresh
            """,
            new
            {
                ids = deposits.Select(d => d.Case.Id).ToArray(),
                codes = deposits.Select(d => d.Case.Code).ToArray(),
                states = deposits.Select(d => d.Case.State.ToString()).ToArray(),
                consents = deposits.Select(d => d.Case.Consent.ToString()).ToArray(),
                programmes = deposits.Select(d => d.Case.Programme).ToArray(),
                poles = deposits.Select(d => d.Case.Pole).ToArray(),
                candidates = deposits.Select(d => Words(d.Case.CandidatePoles)).ToArray(),
                submitters = deposits.Select(d => d.Case.Submitter).ToArray(),
                organisations = deposits.Select(d => d.Case.SubmittingOrganisation).ToArray(),
                channels = deposits.Select(d => d.Case.Channel).ToArray(),
                externalIds = deposits.Select(d => d.Case.ExternalId).ToArray(),
                macs = deposits.Select(d => d.Mac).ToArray(),
                requesters = deposits.Select(d => d.Case.Requester).ToArray(),
                motives = deposits.Select(d => Words(d.Case.Motives)).ToArray(),
                ageBands = deposits.Select(d => d.Case.AgeBand).ToArray(),
                sexes = deposits.Select(d => d.Case.Sex).ToArray(),
                contexts = deposits.Select(d => Words(d.Case.Contexts)).ToArray(),
                products = deposits.Select(d => Words(d.Case.Products)).ToArray(),
                urgents = deposits.Select(d => d.Case.Urgent).ToArray(),
                physicians = deposits.Select(d => d.Case.AttendingPhysician).ToArray(),
                absences = deposits.Select(d => d.Case.PhysicianAbsence.ToString()).ToArray(),
                actors = deposits.Select(d => Words(d.Case.Actors)).ToArray(),
                availabilities = deposits.Select(d => Words(d.Case.Availabilities)).ToArray(),
                times = deposits.Select(d => d.Case.SubmitTime).ToArray(),
                keys = deposits.Select(d => d.WrappedKey?.Bytes).ToArray(),
                keyIds = deposits.Select(d => d.WrappedKey?.KeyId).ToArray(),
                ciphertexts = deposits.Select(d => d.Ciphertext).ToArray(),
                declareds = deposits.Select(d => d.Case.Declared?.ToString()).ToArray(),
                forms = deposits.Select(d => d.Request.ConsentForm == ConsentForm.Unspecified ? null : d.Request.ConsentForm.ToString()).ToArray(),
                givers = deposits.Select(d => d.Request.ConsentGiver == ConsentGiver.Unspecified ? null : d.Request.ConsentGiver.ToString()).ToArray(),
                answered = deposits.Where(d => d.Answer is not null).Select(d => d.Case.Id).ToArray(),
                recorders = deposits.Select(d => d.Actor).ToArray(),
            })).ToHashSet();

    /// <summary>Codes and names have no spaces; an array of arrays of different lengths cannot be sent.</summary>
    private static string Words(IEnumerable<string> words) => string.Join(' ', words);

    /// <summary>Null when nobody has this intake key.</summary>
    /// <exception cref="RuleBroken">EXTERNAL_ID_REUSED when the payload was another one.</exception>
    public static async Task<Case?> FindByIntakeKey(Tx tx, string submitter, string channel, string externalId, byte[] mac)
    {
        const string key = "c.submitter = @submitter and c.channel = @channel and c.external_id = @externalId";
        var known = await tx.SingleOrDefault<Case>(
            $"select {CaseStore.Columns} {CaseStore.From} where {key}", new { submitter, channel, externalId });
        if (known is null)
        {
            return null;
        }

        var same = await tx.Single<bool>("select payload_mac = @mac from cases where id = @Id", new { known.Id, mac });
        return same
            ? known
            : throw RuleBroken.Exists(
                "EXTERNAL_ID_REUSED", "Ce numéro de déposant a déjà servi pour une autre demande.", ("externalId", externalId));
    }
}
