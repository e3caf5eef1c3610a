using System.Globalization;
using Intervision.Indemnisation.Directory;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Outcome = Intervision.Indemnisation.V1.BankLine.Types.Outcome;

namespace Intervision.Indemnisation.Bank;

/// <summary>
/// One file on its way into the books, page after page in one transaction. What is said of payments one by one is applied as it
/// comes; what is said of a whole file at the end, to the payments that were not named.
/// </summary>
internal sealed class BankReading(Tx tx, Guid file, Call call)
{
    public const int PageSize = 500;
    private const int MaximumGroups = 1000;
    private const int NamedAtMost = 10;
    private readonly Dictionary<string, Sent> answered = new(StringComparer.Ordinal);
    private readonly List<(Statement Said, Sent Run)> groups = [];
    private readonly List<FieldViolation> bad = [];
    private IReadOnlySet<string> accounts = new HashSet<string>();
    private string[] names = [];
    private int rank;

    public async Task Begin()
    {
        accounts = await BankStore.Accounts(tx);
        names = [.. await DirectoryStore.NamesOf(tx, call.Caller)];
    }

    /// <exception cref="RuleBroken">Once ten statements cannot be: nothing of the file is applied.</exception>
    public async Task Take(IReadOnlyList<Statement> page)
    {
        var payments = await BankStore.Payments(tx, [.. page.Select(IdOf).OfType<Guid>().Distinct()]);
        await MayNotBeInvolved(payments.Values);
        var lines = new List<BankRow>();
        foreach (var said in page)
        {
            var run = said.OriginalMessage is { } message ? await Released(message) : null;
            var verdict = Judgement.Form(said, accounts, run)
                ?? (said.Scope == Scope.Payment ? Judgement.Decide(said, run, Payment(said)) : await Group(said, run));
            Note(said, verdict, lines);
            if (verdict is Verdict.Taken { Payment: { } now })
            {
                payments[now.Id] = now;
            }
        }

        await BankEffects.Apply(tx, file, lines, call);

        Told? Payment(Statement said) => IdOf(said) is { } id ? payments.GetValueOrDefault(id) : null;
    }

    /// <exception cref="RuleBroken">A statement cannot be: nothing of the file is applied.</exception>
    public async Task Complete()
    {
        RefuseIfBad();
        // What is said of a PmtInf is nearer to its payments than what is said of the file.
        foreach (var (said, run) in groups.OrderBy(g => g.Said.Scope))
        {
            await Spread(said, run);
        }

        RefuseIfBad();
    }

    /// <returns>Null when it is to be spread over its payments at the end.</returns>
    private async Task<Verdict?> Group(Statement said, Sent? run)
    {
        var of = said.Scope == Scope.Message ? run : await Released(said.Reference);
        if (run is not null && of?.Id != run.Id)
        {
            return new Verdict.Bad("BANK_OTHER_MESSAGE", "le groupe de virements (OrgnlPmtInfId) n'est pas du lot que le fichier dit.");
        }

        if (of is null || said.Word == Word.Noted)
        {
            return new Verdict.Taken(of is null ? Outcome.Unknown : Outcome.Noted, null);
        }

        if (said.Account is { } account && account != of.DebtorIban)
        {
            return new Verdict.Bad("BANK_OTHER_DEBTOR", "ce groupe de virements n'est pas parti de ce compte.");
        }

        groups.Add((said, of));
        return groups.Count > MaximumGroups
            ? throw RuleBroken.Invalid("data", "BANK_TOO_MANY_GROUPS", $"Le fichier parle de plus de {MaximumGroups} fichiers remis.")
            : null;
    }

    private async Task Spread(Statement said, Sent run)
    {
        var (all, kept) = await BankStore.Debited(tx, run.Id);
        if (Judgement.Whole(said, all, kept) is { } refused)
        {
            Note(said, refused, []);
            return;
        }

        await foreach (var page in BankStore.NotNamed(tx, file, run.Id).Chunk(PageSize))
        {
            await MayNotBeInvolved(page);
            var lines = new List<BankRow>();
            foreach (var payment in page.Where(p => Judgement.IsMeant(said, p)))
            {
                var one = said with { Scope = Scope.Payment, Reference = payment.Id.ToString("N"), Amount = "" };
                Note(one, Judgement.Decide(one, null, payment), lines);
            }

            await BankEffects.Apply(tx, file, lines, call);
        }
    }

    private void Note(Statement said, Verdict? verdict, List<BankRow> lines)
    {
        if (verdict is Verdict.Bad refused)
        {
            var known = IdOf(said) is null ? "" : $", EndToEndId {said.Reference}";
            bad.Add(new FieldViolation("data", refused.Reason, string.Create(
                CultureInfo.InvariantCulture, $"Opération {said.Position} (ligne {said.Line} du fichier{known}) : {refused.French}")));
            if (bad.Count == NamedAtMost)
            {
                RefuseIfBad();
            }
        }
        else if (verdict is Verdict.Taken taken)
        {
            if (taken.Payment is { } payment)
            {
                Etag.MustNotPrecede(call.Now, payment.ChangeTime, payment.Name);
            }

            lines.Add(new BankRow
            {
                Rank = ++rank,
                Position = said.Position,
                FileLine = said.Line,
                EndToEndId = said.Scope != Scope.Payment ? "" : said.Reference.Length > 35 ? said.Reference[..35] : said.Reference,
                Payment = taken.Payment?.Id,
                Outcome = taken.Outcome,
                Status = said.Status,
                Reason = said.Word is Word.Rejected or Word.Returned ? said.Reason : "",
                Cents = taken.Payment?.AmountCents ?? 0,
            });
        }
    }

    private void RefuseIfBad()
    {
        if (bad.Count > 0)
        {
            throw RuleBroken.Invalid(bad);
        }
    }

    /// <summary>Who says what the bank answered is neither who approved or sent it, nor paid by it (DESIGN §6).</summary>
    private async Task MayNotBeInvolved(IReadOnlyCollection<Told> payments)
    {
        var hands = payments.Any(p => p.Approver == call.Caller.Subject || p.Releaser == call.Caller.Subject);
        if (hands || (payments.Count > 0 && await BankStore.ArePaid(tx, names, [.. payments.Select(p => p.Id)])))
        {
            throw RuleBroken.Denied();
        }
    }

    private async Task<Sent?> Released(string reference)
    {
        if (!answered.TryGetValue(reference, out var run))
        {
            run = await BankStore.Released(tx, reference);
            if (run is not null)
            {
                answered.Add(reference, run);
            }
        }

        return run;
    }

    private static Guid? IdOf(Statement said) => said.Scope == Scope.Payment && Guid.TryParseExact(said.Reference, "N", out var id) ? id : null;
}
