using System.Text;
using Google.Protobuf;
using Intervision.Intake.Cases;
using Intervision.Intake.Consents;
using Intervision.Intake.Encryption;
using Intervision.Intake.Sheets;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Library;

/// <summary>
/// Proposes a text for the library, or writes it again: whoever wrote last is its proposer. The case itself does not
/// change, and its history does not know: what is published must not be told from what it says.
/// </summary>
internal sealed class ProposeLibraryCase(Db db, Vault vault, MasterKey master)
{
    public Task<ProposeLibraryCaseResponse> Handle(ProposeLibraryCaseRequest request, Call call) =>
        db.Once(call, request.RequestId, Recognisable(request), async tx =>
        {
            var of = await LockFor(tx, request, call);
            var text = LibraryTexts.Normal(request.Text);
            LibraryTexts.Check(text);
            var facts = await ProposalFacts.Load(tx, vault, of);
            var live = await ProposalStore.LiveOf(tx, of);
            var crowds = await Population.Crowds(tx);
            var crowd = crowds.GetValueOrDefault(await Population.TraitsOf(tx, of.Id));
            var proposal = Decide(of, live, facts, crowd, call.Caller, call.Now);
            LibraryTexts.CheckAgainst(text, facts.Decided, facts.Written);
            await vault.Write(tx, of.Id, LibraryTexts.Field, text.ToByteArray());
            if (live is null)
            {
                await ProposalStore.Insert(tx, proposal);
            }
            else
            {
                proposal = await ProposalStore.Save(tx, live, proposal, call.Now);
            }

            return new ProposeLibraryCaseResponse { Proposal = proposal.ToProto(tied: true), Class = crowd!.Shown.ToProto() };
        });

    /// <param name="live">The proposal of this case that has not ended.</param>
    /// <param name="crowd">Of those who are like it; null when they are too few.</param>
    /// <exception cref="RuleBroken">CONSENT_NOT_GRANTED, CASE_ERASED, CASE_NOT_DECIDED, ALREADY_APPROVED, TOO_FEW_SIMILAR_CASES.</exception>
    internal static Proposal Decide(Case of, Proposal? live, ProposalFacts facts, Crowd? crowd, Caller proposer, DateTimeOffset now)
    {
        ReadableSheet.MustHaveConsent(of);
        if (facts.Decided.Count == 0)
        {
            throw RuleBroken.NotNow("CASE_NOT_DECIDED", "Aucune séance n'a encore pris de décision sur ce dossier.", "STATE", of.Name);
        }

        if (facts.IsErased)
        {
            throw RuleBroken.NotNow("CASE_ERASED", "Les textes de ce dossier ont été effacés.", "STATE", of.Name);
        }

        if (live is { State: LibraryProposal.Types.State.Approved })
        {
            throw RuleBroken.NotNow("ALREADY_APPROVED", "Cette proposition est approuvée : retirez-la pour la réécrire.", "STATE", live.Name);
        }

        if (crowd is null)
        {
            throw RuleBroken.NotNow(
                "TOO_FEW_SIMILAR_CASES", "Trop peu de situations ressemblent à celle-ci, même décrite largement : elle serait reconnaissable.", "STATE", of.Name);
        }

        return (live ?? new Proposal { Id = Guid.CreateVersion7(now), CaseId = of.Id, CaseCode = of.Code, Version = 1, UpdateTime = now }) with
        {
            State = LibraryProposal.Types.State.Proposed,
            Reason = "",
            Proposer = proposer.Subject,
            ProposerRpps = proposer.Rpps,
            ProposeTime = now,
            Reviewer = null,
            ReviewTime = null,
        };
    }

    private static async Task<Case> LockFor(Tx tx, ProposeLibraryCaseRequest request, Call call)
    {
        var of = await CaseStore.Lock(tx, request.Name);
        if (of is null || !LibraryPeople.MayPropose(of, await Reader.Of(tx, of, call), (await ConsentStore.Last(tx, of)).Scope))
        {
            throw RuleBroken.Denied();
        }

        Etag.MustMatch(request.Etag, of.Version, request.Name);
        Etag.MustNotPrecede(call.Now, of.UpdateTime, request.Name);
        return of;
    }

    /// <summary>
    /// What the request log hashes. The text itself will be public one day, and its plain hash beside the name of the case
    /// would be a way back.
    /// </summary>
    private ProposeLibraryCaseRequest Recognisable(ProposeLibraryCaseRequest request)
    {
        var recognisable = request.Clone();
        recognisable.Text = request.Text is null ? null : new LibraryText { Title = Convert.ToHexString(master.Fingerprints.Mac(request.Text.ToByteArray())) };
        return recognisable;
    }
}

/// <summary>What a proposal is decided by, beside the case.</summary>
/// <param name="Decided">Orientation codes of its decisions.</param>
/// <param name="Written">Texts about it; none of them may be taken over.</param>
internal sealed record ProposalFacts(IReadOnlyList<string> Decided, IReadOnlyList<string> Written, bool IsErased)
{
    public static async Task<ProposalFacts> Load(Tx tx, Vault vault, Case of)
    {
        var decided = await tx.Query<string>("select distinct orientation from decision where case_id = @Id", new { of.Id });
        var fields = await tx.Query<string>("select field from clinical_text where case_id = @Id and field <> @Field", new { of.Id, LibraryTexts.Field });
        var written = new List<string>();
        foreach (var field in fields)
        {
            if (await vault.Read(tx, of.Id, field) is { } bytes)
            {
                written.AddRange(Texts(field, bytes));
            }
        }

        var erased = await Vault.IsErased(tx, of.Id);
        return new ProposalFacts(decided, written, erased);
    }

    private static IEnumerable<string> Texts(string field, byte[] bytes)
    {
        if (field != SheetText.Field)
        {
            return [Encoding.UTF8.GetString(bytes)];
        }

        var sheet = Sheet.Parser.ParseFrom(bytes);
        return [sheet.Question, sheet.Situation];
    }
}
