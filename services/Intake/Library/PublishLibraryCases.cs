using Intervision.Intake.Encryption;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;
using State = Intervision.Intake.V1.LibraryProposal.Types.State;

namespace Intervision.Intake.Library;

/// <summary>What becomes of a proposal when the job looks at it.</summary>
internal enum Fate
{
    Waits,
    IsPublished,
    ConsentEnded,
    TooFew,
    Erased,
}

/// <summary>
/// Publishes a quarter's cases, together and in random order, and ends the proposals that must not be published. Under the
/// row locks of the cases, which a withdrawal waits for. What is published gets a new random id; the proposal and its text
/// in the vault are deleted in the same transaction, which writes nothing else about the case: no row, number or time is
/// on both sides.
/// </summary>
internal sealed class PublishLibraryCases(Db db, Vault vault)
{
    public const int AtOnce = 500;

    public Task<PublishLibraryCasesResponse> Handle(PublishLibraryCasesRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx => (await Run(tx, call.Now)).Response);

    /// <returns>Also how many were looked at: <see cref="AtOnce"/> means that there may be more.</returns>
    public async Task<(PublishLibraryCasesResponse Response, int Seen)> Run(Tx tx, DateTimeOffset now)
    {
        var today = Paris.DateOf(now);
        var due = await PublicationSql.LockDue(tx, today, AtOnce);
        var crowds = due.Count == 0 ? new Dictionary<Traits, Crowd>() : await Population.Crowds(tx);
        var fates = due.Select(d => (Candidate: d, Fate: Decide(d, crowds.ContainsKey(d.Traits), today))).ToLookup(d => d.Fate, d => d.Candidate);
        await Publish(tx, [.. fates[Fate.IsPublished]], crowds, Quarters.Of(today));
        await End(tx, fates, now);
        return (
            new PublishLibraryCasesResponse
            {
                Published = fates[Fate.IsPublished].Count(),
                ConsentEnded = fates[Fate.ConsentEnded].Count(),
                TooFew = fates[Fate.TooFew].Count(),
                Erased = fates[Fate.Erased].Count(),
            },
            due.Count);
    }

    /// <param name="hasCrowd">Whether at least five are like it today.</param>
    internal static Fate Decide(Candidate candidate, bool hasCrowd, DateOnly today) => candidate switch
    {
        { Proposal.IsLive: false } => Fate.Waits,
        { IsErased: true } => Fate.Erased,
        { ConsentHolds: false } => Fate.ConsentEnded,
        _ when !(candidate.Proposal.PublishDate <= today) => Fate.Waits,
        _ => hasCrowd ? Fate.IsPublished : Fate.TooFew,
    };

    private async Task Publish(Tx tx, IReadOnlyList<Candidate> published, IReadOnlyDictionary<Traits, Crowd> crowds, DateOnly quarter)
    {
        var entries = new List<Entry>();
        foreach (var one in published)
        {
            var text = await vault.Read(tx, one.Proposal.CaseId, LibraryTexts.Field) ?? throw new InvalidOperationException("A proposal without its text.");
            entries.Add(Entry.Of(LibraryText.Parser.ParseFrom(text), crowds[one.Traits], quarter));
        }

        await PublicationSql.Insert(tx, entries);
        await PublicationSql.Delete(tx, published);
    }

    private static async Task End(Tx tx, ILookup<Fate, Candidate> fates, DateTimeOffset now)
    {
        foreach (var (fate, reason) in new[] { (Fate.ConsentEnded, "ACCORD_MODIFIE"), (Fate.TooFew, "TROP_PEU_DE_CAS"), (Fate.Erased, "DOSSIER_EFFACE") })
        {
            foreach (var ended in fates[fate].Select(f => f.Proposal))
            {
                await Vault.Forget(tx, ended.CaseId, LibraryTexts.Field);
                // The clock of a job may be behind that of the last verb.
                await ProposalStore.Save(tx, ended, ended with { State = State.NotPublished, Reason = reason }, now > ended.UpdateTime ? now : ended.UpdateTime);
            }
        }
    }
}
