using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Case = Intervision.Intake.V1.Case;
using Verdict = Intervision.Intake.V1.ReviewLibraryCaseRequest.Types.Verdict;

namespace Intervision.Intake.Tests.Library;

/// <summary>Cases on their way into the library. The requester writes the sheet and proposes; the référent reviews.</summary>
internal static class LibrarySteps
{
    /// <summary>The first hour of the next quarter whose cases have cooled: what is approved in the fixture's October waits for January.</summary>
    public static readonly double NextQuarter = (new DateTimeOffset(2027, 1, 2, 8, 0, 0, TimeSpan.Zero) - IntakeFixture.Start).TotalHours;

    public static LibraryText Text(string title = "Plusieurs prescripteurs et un suivi qui se perd") => new()
    {
        Title = title,
        Situation = "La personne voit trois prescripteurs qui ne se connaissent pas. Les ordonnances se chevauchent et la pharmacie s'inquiète de la dépendance.",
        Question = "Comment ramener le traitement à un seul prescripteur ?",
        Orientation = "Un prescripteur unique est désigné avec l'accord de la personne, et l'officine délivre chaque semaine.",
        Orientations = { "ORIENTATION_CSAPA" },
    };

    public static ProposeLibraryCaseRequest Proposing(Case of, LibraryText? text = null) =>
        new() { RequestId = IntakeFixture.NewId(), Name = of.Name, Etag = of.Etag, Text = text ?? Text() };

    public static ReviewLibraryCaseRequest Reviewing(LibraryProposal proposal, Verdict verdict = Verdict.Approve, string reason = "") =>
        new() { RequestId = IntakeFixture.NewId(), Name = proposal.Name, Etag = proposal.Etag, Verdict = verdict, Reason = reason };

    public static WithdrawLibraryProposalRequest Withdrawing(LibraryProposal proposal) =>
        new() { RequestId = IntakeFixture.NewId(), Name = proposal.Name, Etag = proposal.Etag };

    /// <summary>Decided, with four others that are like it.</summary>
    public static async Task<Case> DecidedAmongOthers(this IntakeFixture service, int others = 4)
    {
        var decided = await service.Decided(IntakeFixture.NewSession());
        await service.Others(decided, others);
        return decided;
    }

    public static async Task<LibraryProposal> Proposed(this IntakeFixture service, LibraryText? text = null) =>
        (await service.Intake.ProposeLibraryCaseAsync(Proposing(await service.DecidedAmongOthers(), text), IntakeFixture.At(IntakeFixture.Requester, 10))).Proposal;

    public static async Task<LibraryProposal> Approved(this IntakeFixture service, LibraryText? text = null) =>
        (await service.Intake.ReviewLibraryCaseAsync(Reviewing(await service.Proposed(text)), IntakeFixture.At(IntakeFixture.Referent, 11))).Proposal;

    public static async Task<PublishLibraryCasesResponse> Publish(this IntakeFixture service, double? hours = null) => await service.Intake.PublishLibraryCasesAsync(
        new PublishLibraryCasesRequest { RequestId = IntakeFixture.NewId() }, IntakeFixture.At(IntakeFixture.Coordinator, hours ?? NextQuarter));

    /// <summary>Of whoever has no token.</summary>
    public static AsyncUnaryCall<SearchLibraryResponse> Search(this IntakeFixture service, SearchLibraryRequest request) =>
        service.Intake.SearchLibraryAsync(request, []);

    /// <summary>A proposal of somebody else, without a text, of any case.</summary>
    public static Task Waiting(this IntakeFixture service, string proposal, Case of) => service.Db.InTransaction(
        tx => tx.Execute(
            """
            insert into library_proposal (id, case_id, version, state, proposer, propose_time, update_time)
            select @id::uuid, id, 1, 'Proposed', 'professionals/PER-404', update_time, update_time from cases where 'cases/' || code = @Name
            """,
            new { id = proposal["libraryProposals/".Length..], of.Name }),
        CancellationToken.None);

    /// <summary>Cases like this one, decided upon with the same orientations, whose patients agree.</summary>
    public static Task Others(this IntakeFixture service, Case like, int count, string? ageBand = null, string? motive = null) => service.Db.InTransaction(
        tx => tx.Execute(
            """
            with model as (select * from cases where 'cases/' || code = @Name),
            fresh as (
              insert into cases (
                id, code, version, state, consent, programme, pole, candidate_poles, submitter, channel, external_id, payload_mac, requester, motives,
                age_band, sex, contexts, products, urgent, physician_absence, actors, availabilities, submit_time, update_time, state_time)
              select gen_random_uuid(), 'SIT-' || upper(substr(translate(md5(random()::text), 'aiou', '2345'), 1, 4)) || '-' || upper(substr(translate(md5(random()::text), 'aiou', '2345'), 1, 4)),
                1, 'Decided', 'Granted', programme, pole, '{}', submitter, channel, gen_random_uuid()::text, payload_mac, requester,
                case when @motive::text is null then motives else array[@motive] end, coalesce(@ageBand::text, age_band), sex, contexts, products, false, physician_absence, '{}', '{}',
                submit_time, update_time, state_time
              from model, generate_series(1, @count)
              returning id),
            keys as (insert into case_key (case_id, wrapped_key) select id, decode(repeat('00', 60), 'hex') from fresh)
            insert into decision (case_id, session, position, orientation, responsible, due_date, patient_agreement_sought)
            select fresh.id, d.session, d.position, d.orientation, d.responsible, d.due_date, d.patient_agreement_sought
            from fresh, decision d where d.case_id = (select id from model)
            """,
            new { like.Name, count, ageBand, motive }),
        CancellationToken.None);
}
