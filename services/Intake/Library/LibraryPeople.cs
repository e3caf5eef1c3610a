using Intervision.Intake.Cases;
using Intervision.Intake.Consents;
using Intervision.Intake.Sheets;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Library;

/// <summary>
/// Who writes, reads and reviews proposals: people tied to the case, since until it is published its text is clinical. A
/// regional coordinator reads no clinical text, here neither. Whoever the patient excluded is a stranger, and so is whoever
/// would not be given a word of the sheet: of a category the patient was not told of, or of neither.
/// </summary>
internal static class LibraryPeople
{
    public static bool MayPropose(Case of, Reader reader, Scope scope) => TieTo(of, reader, scope) is "REQUESTER" or "FACILITATOR";

    public static bool MayRead(Case of, Reader reader, Scope scope) => TieTo(of, reader, scope).Length > 0;

    /// <summary>As the access log names it; empty for a stranger.</summary>
    public static string TieTo(Case of, Reader reader, Scope scope) =>
        !reader.Caller.HasAny(Roles.Professional, Roles.Referent) || reader.IsExcludedFrom(scope) ? ""
        : Ties(of, reader).Where(tie => ReadSheet.IsTold(tie, reader.Category, scope)).Select(ReadSheet.Name).FirstOrDefault("");

    private static IEnumerable<Tie> Ties(Case of, Reader reader) => new (Tie Tie, bool Holds)[]
    {
        (Tie.Requester, of.IsRequestedBy(reader.Caller)),
        (Tie.Facilitator, of.IsReferredBy(reader.Caller) || reader.LeadsSession),
        (Tie.Expert, reader.IsExpert),
    }.Where(t => t.Holds).Select(t => t.Tie);

    /// <summary>The second person: neither whose words these are, nor whose words the sheet is.</summary>
    public static bool IsSecond(Case of, Proposal proposal, Caller caller) =>
        !caller.Is(proposal.Proposer, proposal.ProposerRpps)
        && (of.SheetAuthor is null || !caller.Is(of.SheetAuthor, of.SheetAuthorRpps));

    /// <summary>A proposal and its case, locked, for somebody who may know of it; forbidden and absent look the same.</summary>
    /// <exception cref="RuleBroken">PERMISSION_DENIED, and what <see cref="Etag"/> refuses.</exception>
    public static async Task<(Case Case, Proposal Proposal)> LockFor(
        Tx tx, string name, string etag, Call call, Func<Case, Proposal, Reader, Scope, bool> may)
    {
        if (await ProposalStore.Lock(tx, name) is not var (of, proposal)
            || !may(of, proposal, await Reader.Of(tx, of, call), (await ConsentStore.Last(tx, of)).Scope))
        {
            throw RuleBroken.Denied();
        }

        Etag.MustMatch(etag, proposal.Version, name);
        Etag.MustNotPrecede(call.Now, proposal.UpdateTime, name);
        return (of, proposal);
    }
}
