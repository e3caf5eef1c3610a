using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Case = Intervision.Intake.V1.Case;
using State = Intervision.Intake.V1.LibraryProposal.Types.State;
using Verdict = Intervision.Intake.V1.ReviewLibraryCaseRequest.Types.Verdict;

namespace Intervision.Intake.Tests.Library;

/// <summary>From the proposal to the public, and every way that does not lead there.</summary>
public sealed class LibraryTests(LibraryFixture service) : CaseSteps(service), IClassFixture<LibraryFixture>
{
    private static double Later => LibrarySteps.NextQuarter;

    [Fact]
    public async Task A_case_goes_from_the_table_to_the_public()
    {
        var of = await Service.DecidedAmongOthers();
        var proposed = await Intake.ProposeLibraryCaseAsync(LibrarySteps.Proposing(of, LibrarySteps.Text("Un titre qui ne revient nulle part")), IntakeFixture.At(IntakeFixture.Requester, 10));
        Assert.Equal((State.Proposed, IntakeFixture.Doctor, ""), (proposed.Proposal.State, proposed.Proposal.Proposer, proposed.Proposal.Reason));
        Assert.Equal(new LibraryClass { AgeBand = "35-44", Area = "NPDC", Product = "ALCOOL", Motive = "COMPLEXITE_SUIVI" }, proposed.Class);
        var read = await Intake.ReadLibraryProposalAsync(new ReadLibraryProposalRequest { Name = proposed.Proposal.Name }, IntakeFixture.At(IntakeFixture.Referent, 11));
        Assert.Equal("Un titre qui ne revient nulle part", read.Text.Title);
        var approved = (await Intake.ReviewLibraryCaseAsync(LibrarySteps.Reviewing(read.Proposal), IntakeFixture.At(IntakeFixture.Referent, 11))).Proposal;
        // Approved on the first of October, cooled on the last: it waits for January.
        Assert.Equal((State.Approved, new DateOnly(2027, 1, 1)), (approved.State, approved.PublishDate.ToDate()!.Value));
        var seen = await Intake.ListCaseAccessesAsync(new ListCaseAccessesRequest { Case = of.Name }, IntakeFixture.At(IntakeFixture.Requester, 12));
        var reading = Assert.Single(seen.Accesses, a => a.Action != "READ_SHEET");
        Assert.Equal(
            (IntakeFixture.ReferentName, "FACILITATOR", "READ_LIBRARY_PROPOSAL", "LIBRARY", "GIVEN"),
            (reading.Actor, reading.ActingAs, reading.Action, reading.Purpose, reading.Outcome));

        await Service.Publish(Later - 48);
        Assert.Empty((await Service.Search(new SearchLibraryRequest { Query = "\"nulle part\"" })).Hits);
        await Service.Publish();
        var hit = Assert.Single((await Service.Search(new SearchLibraryRequest { Query = "\"nulle part\"" })).Hits);
        Assert.Equal(("2027-Q1", proposed.Class), (hit.Quarter, hit.Class));
        Assert.Equal(["ORIENTATION_CSAPA"], hit.Orientations);
        await Refused.With(
            StatusCode.PermissionDenied, "PERMISSION_DENIED",
            () => Intake.ReadLibraryProposalAsync(new ReadLibraryProposalRequest { Name = approved.Name }, IntakeFixture.At(IntakeFixture.Referent, Later)));

        var retract = new RetractLibraryCaseRequest { RequestId = IntakeFixture.NewId(), Name = hit.Name, Reason = "IDENTIFIANT" };
        await Refused.With(
            StatusCode.InvalidArgument, "REASON_INVALID",
            () => Intake.RetractLibraryCaseAsync(new RetractLibraryCaseRequest(retract) { RequestId = IntakeFixture.NewId(), Reason = "" }, IntakeFixture.At(IntakeFixture.Coordinator, Later)));
        foreach (var who in new[] { IntakeFixture.Requester, IntakeFixture.Host, IntakeFixture.Cpts, IntakeFixture.Scheduling, Tokens.Of(Roles.Auditor, "ars") })
        {
            await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Intake.RetractLibraryCaseAsync(retract, IntakeFixture.At(who, Later)));
        }

        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => await Intake.RetractLibraryCaseAsync(retract, IntakeFixture.At(IntakeFixture.OtherReferent, Later))));
        Assert.Empty((await Service.Search(new SearchLibraryRequest { Query = "\"nulle part\"" })).Hits);
        await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => Intake.GetLibraryCaseAsync(new GetLibraryCaseRequest { Name = hit.Name }, []));
        await Refused.With(
            StatusCode.NotFound, "NOT_FOUND",
            () => Intake.RetractLibraryCaseAsync(new RetractLibraryCaseRequest(retract) { RequestId = IntakeFixture.NewId() }, IntakeFixture.At(IntakeFixture.Coordinator, Later)));
    }

    [Fact]
    public async Task The_second_person_neither_proposed_it_nor_wrote_the_sheet()
    {
        var of = await Service.DecidedAmongOthers();
        var byReferent = (await Intake.ProposeLibraryCaseAsync(LibrarySteps.Proposing(of), IntakeFixture.At(IntakeFixture.Referent, 10))).Proposal;
        await Review("SECOND_READER_REQUIRED", byReferent, IntakeFixture.Referent);
        // Author of the sheet.
        await Review("SECOND_READER_REQUIRED", byReferent, IntakeFixture.Requester);
        await Review("SECOND_READER_REQUIRED", byReferent, Tokens.Professional("another@subject", "99700000013"));
        var session = await SessionOf(of.Name);
        var expert = Tokens.Professional(IntakeFixture.ExpertName, "99700000062");
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => ReviewCall(byReferent, expert));
        await Service.Deliver(
            "scheduling",
            new SessionConvened { Session = session, People = { new SessionConvened.Types.InvitedPerson { Professional = IntakeFixture.ExpertName, Role = SessionRole.Expert } } },
            session, IntakeFixture.Start.AddHours(10), streamNo: 3);
        Assert.Equal(State.Approved, (await ReviewCall(byReferent, expert)).Proposal.State);
    }

    [Fact]
    public async Task Sent_back_it_is_written_again_and_read_again()
    {
        var proposal = await Service.Proposed();
        var back = (await Intake.ReviewLibraryCaseAsync(LibrarySteps.Reviewing(proposal, Verdict.SendBack, "TROP_DETAILLE"), IntakeFixture.At(IntakeFixture.Referent, 11))).Proposal;
        Assert.Equal((State.SentBack, "TROP_DETAILLE"), (back.State, back.Reason));
        await Review("PROPOSAL_NOT_WAITING", back, IntakeFixture.Referent);
        var of = await Service.Get(proposal.Case);
        var again = (await Intake.ProposeLibraryCaseAsync(LibrarySteps.Proposing(of), IntakeFixture.At(IntakeFixture.Requester, 11))).Proposal;
        Assert.Equal((proposal.Name, State.Proposed, ""), (again.Name, again.State, again.Reason));
        var approved = (await ReviewCall(again, IntakeFixture.Referent)).Proposal;
        await Refused.With(
            StatusCode.FailedPrecondition, "ALREADY_APPROVED", () => Intake.ProposeLibraryCaseAsync(LibrarySteps.Proposing(of), IntakeFixture.At(IntakeFixture.Requester, 12)));
        var withdrawn = (await Intake.WithdrawLibraryProposalAsync(LibrarySteps.Withdrawing(approved), IntakeFixture.At(IntakeFixture.Coordinator, 12))).Proposal;
        Assert.Equal(State.Withdrawn, withdrawn.State);
        await Refused.With(
            StatusCode.FailedPrecondition, "PROPOSAL_ENDED", () => Intake.WithdrawLibraryProposalAsync(LibrarySteps.Withdrawing(withdrawn), IntakeFixture.At(IntakeFixture.Coordinator, 12)));
        await Refused.With(
            StatusCode.FailedPrecondition, "PROPOSAL_ENDED",
            () => Intake.ReadLibraryProposalAsync(new ReadLibraryProposalRequest { Name = withdrawn.Name }, IntakeFixture.At(IntakeFixture.Referent, 12)));
        Assert.Equal(0, await LibraryTexts(of.Name));
        Assert.NotEqual(proposal.Name, (await Intake.ProposeLibraryCaseAsync(LibrarySteps.Proposing(of), IntakeFixture.At(IntakeFixture.Requester, 12))).Proposal.Name);
        var refused = (await Intake.ReviewLibraryCaseAsync(LibrarySteps.Reviewing(await Service.Proposed(), Verdict.Refuse, "SANS_INTERET"), IntakeFixture.At(IntakeFixture.Referent, 11))).Proposal;
        Assert.Equal((State.Refused, 0), (refused.State, await LibraryTexts(refused.Case)));
    }

    [Fact]
    public async Task What_cannot_be_proposed()
    {
        var discussed = await Service.Discussed(IntakeFixture.NewSession());
        await ProposeRefused("CASE_NOT_DECIDED", discussed);
        var of = await Service.DecidedAmongOthers();
        await Invalid("TEXT_MISSING", of, t => t.Title = "");
        await Invalid("TEXT_TOO_LONG", of, t => t.Title = new string('a', 121));
        await Invalid("IDENTIFYING_TEXT", of, t => t.Situation += " La pharmacie de Lens le sait.");
        await Invalid("IDENTIFYING_TEXT", of, t => t.Situation += $" Voir {of.Name["cases/".Length..]}.");
        await Invalid("COPIED_TEXT", of, t => t.Question = "Nous demandons : qui assure le suivi psychiatrique et à quelle fréquence ?");
        await Invalid("ORIENTATIONS_COUNT", of, t => t.Orientations.Clear());
        await Invalid("ORIENTATION_TWICE", of, t => t.Orientations.Add("ORIENTATION_CSAPA"));
        await Invalid("ORIENTATION_NOT_DECIDED", of, t => t.Orientations[0] = "APPUI_DAC");
        await Refused.With(
            StatusCode.InvalidArgument, "TEXT_MISSING",
            () => Intake.ProposeLibraryCaseAsync(new ProposeLibraryCaseRequest { RequestId = IntakeFixture.NewId(), Name = of.Name, Etag = of.Etag }, IntakeFixture.At(IntakeFixture.Requester, 10)));
        var rare = await Service.Decided(IntakeFixture.NewSession());
        await Change(rare, "age_band = '15-17', products = '{TABAC}', motives = '{AUTRE}'");
        await ProposeRefused("TOO_FEW_SIMILAR_CASES", rare);
        var withdrawn = await Consent(await Service.DecidedAmongOthers(), ConsentStatus.Withdrawn, IntakeFixture.Requester, 8);
        await ProposeRefused("CONSENT_NOT_GRANTED", withdrawn);
    }

    [Fact]
    public async Task Whoever_the_patient_excluded_is_a_stranger_and_the_coordination_reads_no_text()
    {
        var proposal = await Service.Proposed();
        var read = new ReadLibraryProposalRequest { Name = proposal.Name };
        foreach (var who in new[] { IntakeFixture.Coordinator, IntakeFixture.Host, IntakeFixture.OtherReferent, IntakeFixture.Cpts, Tokens.Of(Roles.Auditor, "ars") })
        {
            await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Intake.ReadLibraryProposalAsync(read, IntakeFixture.At(who, 11)));
        }

        await Narrow(proposal.Case, "excluded_people", IntakeFixture.ReferentName);
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Intake.ReadLibraryProposalAsync(read, IntakeFixture.At(IntakeFixture.Referent, 11)));
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => ReviewCall(proposal, IntakeFixture.Referent));
        Assert.DoesNotContain(proposal.Name, await Listed(IntakeFixture.Referent));
        Assert.Contains(proposal.Name, await Listed(IntakeFixture.Requester));
        Assert.Contains(proposal.Name, await Listed(IntakeFixture.Coordinator));
        Assert.DoesNotContain(proposal.Name, await Listed(IntakeFixture.OtherReferent));
        Assert.DoesNotContain(proposal.Name, await Listed(Tokens.Professional(IntakeFixture.Pharmacist, "99700000047")));
    }

    [Fact]
    public async Task Whoever_the_patient_was_not_told_of_neither_reads_nor_reviews()
    {
        var proposal = await Service.Proposed();
        await Service.Deliver(
            "scheduling",
            new SessionConvened { Session = await SessionOf(proposal.Case), People = { new SessionConvened.Types.InvitedPerson { Professional = IntakeFixture.ExpertName, Role = SessionRole.Expert } } },
            await SessionOf(proposal.Case), IntakeFixture.Start.AddHours(10), streamNo: 3);
        var expert = Tokens.Professional(IntakeFixture.ExpertName, "99700000062");
        var request = new ReadLibraryProposalRequest { Name = proposal.Name };
        await Intake.ReadLibraryProposalAsync(request, IntakeFixture.At(expert, 11));
        var of = await Service.Get(proposal.Case);
        await Intake.AmendConsentAsync(
            new AmendConsentRequest
            {
                RequestId = IntakeFixture.NewId(), Name = of.Name, Etag = of.Etag,
                Scope = new ConsentScope { CategoriesInformed = { ParticipantCategory.HealthProfessional } },
            },
            IntakeFixture.At(IntakeFixture.Requester, 11));
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Intake.ReadLibraryProposalAsync(request, IntakeFixture.At(expert, 12)));
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => ReviewCall(proposal, expert));
        await Intake.ReadLibraryProposalAsync(request, IntakeFixture.At(IntakeFixture.Referent, 12));
    }

    [Fact]
    public async Task Whoever_is_not_tied_to_the_case_is_told_neither_the_case_nor_the_day()
    {
        var proposal = await Service.Approved();
        var (coordinator, referent) = (await Seen(IntakeFixture.Coordinator), await Seen(IntakeFixture.Referent));
        Assert.Equal(("", null), (coordinator.Case, coordinator.PublishDate));
        Assert.Equal((proposal.Case, proposal.PublishDate), (referent.Case, referent.PublishDate));
        var withdrawn = (await Intake.WithdrawLibraryProposalAsync(LibrarySteps.Withdrawing(proposal), IntakeFixture.At(IntakeFixture.Coordinator, 12))).Proposal;
        Assert.Equal("", withdrawn.Case);

        async Task<LibraryProposal> Seen(DevelopmentClaims who) => (await Intake.ListLibraryProposalsAsync(
            new ListLibraryProposalsRequest { PageSize = 1000 }, IntakeFixture.At(who, 12))).Proposals.Single(p => p.Name == proposal.Name);
    }

    [Fact]
    public async Task A_list_is_read_page_by_page_and_by_state()
    {
        var (first, second) = (await Service.Proposed(), await Service.Approved());
        var seen = await Listed(IntakeFixture.Referent, 1);
        Assert.Contains(first.Name, seen);
        Assert.Contains(second.Name, seen);
        Assert.Equal(seen.Distinct(), seen);
        var approved = await Intake.ListLibraryProposalsAsync(new ListLibraryProposalsRequest { PageSize = 1000, States = { State.Approved } }, IntakeFixture.At(IntakeFixture.Referent, 12));
        Assert.All(approved.Proposals, p => Assert.Equal(State.Approved, p.State));
        Assert.Contains(second.Name, approved.Proposals.Select(p => p.Name));
    }

    [Theory]
    [InlineData("withdrawn", "ACCORD_MODIFIE")]
    [InlineData("withdrawn and given again", "ACCORD_MODIFIE")]
    [InlineData("narrowed", "ACCORD_MODIFIE")]
    [InlineData("erased", "DOSSIER_EFFACE")]
    [InlineData("alone", "TROP_PEU_DE_CAS")]
    public async Task What_is_not_published_after_all(string what, string reason)
    {
        var proposal = await Service.Approved(LibrarySteps.Text($"Un titre pour {what} seulement"));
        var of = await Service.Get(proposal.Case);
        switch (what)
        {
            case "withdrawn":
                await Consent(of, ConsentStatus.Withdrawn, IntakeFixture.Requester, 20);
                break;
            case "withdrawn and given again":
                await Consent(await Consent(of, ConsentStatus.Withdrawn, IntakeFixture.Requester, 20), ConsentStatus.Granted, IntakeFixture.Requester, 21);
                break;
            case "narrowed":
                await Narrow(proposal.Case, "excluded_topics", "FAMILLE");
                break;
            case "erased":
                await Service.Db.InTransaction(
                    async tx => await Encryption.Vault.Erase(tx, await tx.Single<Guid>("select id from cases where 'cases/' || code = @Name", new { of.Name }), IntakeFixture.Start),
                    CancellationToken.None);
                break;
            default:
                await Change(of, "age_band = '15-17', products = '{TABAC}', motives = '{AUTRE}'");
                break;
        }

        await Service.Publish();
        var ended = (await Intake.ListLibraryProposalsAsync(
            new ListLibraryProposalsRequest { PageSize = 1000, States = { State.NotPublished } }, IntakeFixture.At(IntakeFixture.Coordinator, Later))).Proposals.Single(p => p.Name == proposal.Name);
        Assert.Equal((reason, 0), (ended.Reason, await LibraryTexts(of.Name)));
        Assert.Empty((await Service.Search(new SearchLibraryRequest { Query = $"\"Un titre pour {what} seulement\"" })).Hits);
    }

    [Fact]
    public async Task A_withdrawal_and_a_publication_at_once_come_one_after_the_other()
    {
        for (var i = 0; i < 6; i++)
        {
            var title = $"Course numéro {i} entre deux gestes";
            var proposal = await Service.Approved(LibrarySteps.Text(title));
            var of = await Service.Get(proposal.Case);
            var publications = Enumerable.Range(0, 3).Select(_ => Service.Publish()).ToList();
            var withdrawal = Consent(of, ConsentStatus.Withdrawn, IntakeFixture.Requester, Later);
            await Task.WhenAll(publications);
            await withdrawal;
            await Service.Publish();
            var found = (await Service.Search(new SearchLibraryRequest { Query = $"\"{title}\"" })).Hits.Count;
            var live = await Service.Db.Read(
                tx => tx.Single<long>("select count(*) from library_proposal where 'libraryProposals/' || id = @Name and state = 'Approved'", new { proposal.Name }), CancellationToken.None);
            var ended = await Service.Db.Read(
                tx => tx.Single<long>("select count(*) from library_proposal where 'libraryProposals/' || id = @Name and state = 'NotPublished'", new { proposal.Name }), CancellationToken.None);
            // Published once before the withdrawal, or ended by it; never both, never twice.
            Assert.Equal((1L, 0L, 0), (found + ended, live, await LibraryTexts(of.Name)));
        }
    }

    [Fact]
    public async Task Publishing_twice_is_publishing_once()
    {
        await Service.Approved(LibrarySteps.Text("Un texte demandé deux fois de suite"));
        var request = new PublishLibraryCasesRequest { RequestId = IntakeFixture.NewId() };
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => await Intake.PublishLibraryCasesAsync(request, IntakeFixture.At(IntakeFixture.Scheduling, Later))));
        Assert.Single(answers.Distinct());
        Assert.Single((await Service.Search(new SearchLibraryRequest { Query = "\"demandé deux fois\"" })).Hits);
        foreach (var who in new[] { IntakeFixture.Requester, IntakeFixture.Referent, IntakeFixture.Host, IntakeFixture.Cpts, Tokens.Of(Roles.Auditor, "ars") })
        {
            await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Intake.PublishLibraryCasesAsync(request, IntakeFixture.At(who, Later)));
        }
    }

    private async Task<List<string>> Listed(DevelopmentClaims who, int size = 1000)
    {
        var (names, request) = (new List<string>(), new ListLibraryProposalsRequest { PageSize = size });
        do
        {
            var page = await Intake.ListLibraryProposalsAsync(request, IntakeFixture.At(who, 12));
            names.AddRange(page.Proposals.Select(p => p.Name));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return names;
    }

    private AsyncUnaryCall<ReviewLibraryCaseResponse> ReviewCall(LibraryProposal proposal, DevelopmentClaims who) =>
        Intake.ReviewLibraryCaseAsync(LibrarySteps.Reviewing(proposal), IntakeFixture.At(who, 11));

    private Task<RpcException> Review(string reason, LibraryProposal proposal, DevelopmentClaims who) =>
        Refused.With(StatusCode.FailedPrecondition, reason, () => ReviewCall(proposal, who));

    private Task<RpcException> ProposeRefused(string reason, Case of) => Refused.With(
        StatusCode.FailedPrecondition, reason, () => Intake.ProposeLibraryCaseAsync(LibrarySteps.Proposing(of), IntakeFixture.At(IntakeFixture.Requester, 10)));

    private Task<RpcException> Invalid(string reason, Case of, Action<LibraryText> change)
    {
        var text = LibrarySteps.Text();
        change(text);
        return Refused.With(StatusCode.InvalidArgument, reason, () => Intake.ProposeLibraryCaseAsync(LibrarySteps.Proposing(of, text), IntakeFixture.At(IntakeFixture.Requester, 10)));
    }

    private Task<string> SessionOf(string name) => Service.Db.Read(
        tx => tx.Single<string>("select discussed_session from cases where 'cases/' || code = @name", new { name }), CancellationToken.None);

    private Task<int> LibraryTexts(string name) => Service.Db.Read(
        tx => tx.Single<int>("select count(*)::int from clinical_text t join cases c on c.id = t.case_id where 'cases/' || c.code = @name and t.field = 'library'", new { name }),
        CancellationToken.None);

    private Task Change(Case of, string set) => Service.Db.InTransaction(tx => tx.Execute($"update cases set {set} where 'cases/' || code = @Name", new { of.Name }), CancellationToken.None);

    /// <summary>The patient says so after the proposal.</summary>
    private Task Narrow(string name, string column, string value) => Service.Db.InTransaction(
        tx => tx.Execute(
            $"""
            insert into consent_record (case_id, no, status, form, giver, withdrawal_right_told, answer_time, record_time, recorder, {column})
            select case_id, no + 1, status, form, giver, true, @time, @time, recorder, array[@value]
            from consent_record r where case_id = (select id from cases where 'cases/' || code = @name) order by no desc limit 1
            """,
            new { name, value, time = IntakeFixture.Start.AddHours(12) }),
        CancellationToken.None);
}
