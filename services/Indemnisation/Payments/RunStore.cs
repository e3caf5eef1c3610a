using Intervision.Indemnisation.Directory;
using Intervision.Indemnisation.Lines;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Payments;

/// <summary>A run as stored.</summary>
internal sealed record RunRow
{
    public Guid Id { get; init; }

    public PaymentRun.Types.State State { get; init; }

    public string Programme { get; init; } = "";

    public DateOnly UpToDate { get; init; }

    public DateOnly ExecutionDate { get; init; }

    public long TotalCents { get; init; }

    public int PaymentCount { get; init; }

    public int LineCount { get; init; }

    /// <summary>Who approved its lines: none of them approves or releases it.</summary>
    public string[] LineApprovers { get; init; } = [];

    public string Proposer { get; init; } = "";

    public string? Approver { get; init; }

    public string? Releaser { get; init; }

    /// <summary>CreDtTm of the file: reserved before the file is written, never changed after.</summary>
    public DateTimeOffset? ReleaseTime { get; init; }

    public string? DebtorHolderName { get; init; }

    public string? DebtorIban { get; init; }

    public string? DebtorBic { get; init; }

    /// <summary>Of the file: the debtor's when it was reserved.</summary>
    public PaymentFormat PaymentFormat { get; init; }

    public string? FilePath { get; init; }

    public string? FileSha256 { get; init; }

    public int Version { get; init; } = 1;

    public DateTimeOffset ChangeTime { get; init; }

    public string Name => $"paymentRuns/{Id}";

    /// <returns>Without its payments.</returns>
    public PaymentRun ToProto() => new()
    {
        Name = Name,
        State = State,
        Programme = Programme,
        UpToDate = UpToDate.ToProto(),
        ExecutionDate = ExecutionDate.ToProto(),
        Total = TotalCents.ToMoney(),
        PaymentCount = PaymentCount,
        LineCount = LineCount,
        FilePath = FilePath ?? "",
        FileSha256 = FileSha256 ?? "",
        Etag = Etag.Of(Version),
    };

    /// <summary>A bank refuses a file that asks for a day before its own (DT01), and what was released is never withdrawn.</summary>
    /// <exception cref="RuleBroken">EXECUTION_DATE_PAST.</exception>
    public void MustNotBeLate(DateTimeOffset now)
    {
        if (ExecutionDate < Paris.DateOf(now))
        {
            throw RuleBroken.NotNow(
                "EXECUTION_DATE_PAST", "La date d'exécution du lot est passée : retirez le lot et proposez-en un autre.", subject: Name, facts: ("name", Name));
        }
    }
}

/// <summary>A payment as stored; its id is the EndToEndId.</summary>
internal sealed record PaymentRow
{
    public Guid Id { get; init; }

    public string Payee { get; init; } = "";

    public long AmountCents { get; init; }

    public string HolderName { get; init; } = "";

    public string Iban { get; init; } = "";

    public string Bic { get; init; } = "";

    public string Remittance { get; init; } = "";

    /// <summary>Ids of the lines it pays.</summary>
    public Guid[] Lines { get; init; } = [];

    /// <summary>Of all, when only some are in <see cref="Lines"/>.</summary>
    public int LineCount { get; init; }

    /// <summary>What it is proposed for; empty once stored.</summary>
    public IReadOnlyList<Owed> Owed { get; init; } = [];

    public string Name => $"payments/{Id}";

    public Payment ToProto() => new()
    {
        Name = Name,
        Payee = Payee,
        Amount = AmountCents.ToMoney(),
        Lines = { Lines.Select(l => $"indemnities/{l}") },
        LineCount = Math.Max(LineCount, Lines.Length),
    };
}

internal static class RunStore
{
    // So that an answer stays within a mebibyte.
    private const int MostPaymentsShown = 1_000;
    private const int MostLinesShown = 10_000;
    private const int LinesInPage = 10;

    private const string Columns =
        """
        id, state, programme, up_to_date, execution_date, total_cents, payment_count, line_count, line_approvers, proposer, approver, releaser,
        release_time, debtor_holder_name, debtor_iban, debtor_bic, payment_format, file_path, file_sha256, version, change_time
        """;

    public static Task<RunRow?> Find(Tx tx, Guid id) =>
        tx.SingleOrDefault<RunRow>($"select {Columns} from payment_run where id = @id", new { id });

    public static Task<RunRow?> Lock(Tx tx, Guid id) =>
        tx.SingleOrDefault<RunRow>($"select {Columns} from payment_run where id = @id for update", new { id });

    /// <summary>Newest first: ids are of their instant.</summary>
    /// <param name="programme">Of any, when empty; of any state, when none is said.</param>
    public static Task<IReadOnlyList<RunRow>> Runs(Tx tx, string programme, int[] states, Guid? before, int limit) =>
        tx.Query<RunRow>(
            $"""
            select {Columns} from payment_run
            where (@programme = '' or programme = @programme) and (cardinality(@states) = 0 or state = any(@states)) and (@before::uuid is null or id < @before)
            order by id desc limit @limit
            """,
            new { programme, states, before, limit });

    /// <returns>The oldest run neither released nor withdrawn that has lines which the proposal would take; null when there is none.</returns>
    public static async Task<string?> Holding(Tx tx, RunRow proposal) =>
        await tx.SingleOrDefault<Guid?>(
            """
            select r.id from payment_run r
            where r.programme = @Programme and r.state in (1, 2) and exists (
              select from payment p join payment_line t on t.payment_id = p.id join indemnity_line l on l.id = t.line_id
              where p.run_id = r.id and l.session_date <= @UpToDate)
            order by r.id limit 1
            """,
            new { proposal.Programme, proposal.UpToDate }) is { } id ? $"paymentRuns/{id}" : null;

    /// <summary>In the order of the file, however many.</summary>
    public static IAsyncEnumerable<PaymentRow> Payments(Tx tx, Guid run) =>
        tx.Stream<PaymentRow>(
            """
            select id, payee, amount_cents, holder_name, iban, bic, remittance,
              array(select line_id from payment_line where payment_id = p.id order by line_id) as lines
            from payment p where run_id = @run order by payee collate "C"
            """,
            new { run });

    /// <summary>By payee, the order of the file; with a few lines each.</summary>
    public static Task<IReadOnlyList<PaymentRow>> Page(Tx tx, Guid run, string after, int limit) =>
        tx.Query<PaymentRow>(
            $"""
            select id, payee, amount_cents, (select count(*)::int from payment_line where payment_id = p.id) as line_count,
              array(select line_id from payment_line where payment_id = p.id order by line_id limit {LinesInPage}) as lines
            from payment p where run_id = @run and payee collate "C" > @after order by payee collate "C" limit @limit
            """,
            new { run, after, limit });

    /// <summary>
    /// Whether the caller certified a sheet, approved a line or is paid by a line of the run. Step by step, each by its key: most
    /// callers have nothing in any run, and one statement for all of it walks through the lines of the run.
    /// </summary>
    public static async Task<bool> IsInvolved(Tx tx, RunRow run, Caller caller)
    {
        var names = (await DirectoryStore.NamesOf(tx, caller)).ToArray();
        if (run.LineApprovers.Intersect(names).Any())
        {
            return true;
        }

        var sessions = await Certifiers.SessionsOf(tx, names);
        var lines = await tx.Query<Guid>(
            "select id from indemnity_line where professional = any(@names) union all select id from indemnity_line where session = any(@sessions)",
            new { names, sessions });
        return lines.Count > 0 && await tx.Single<bool>(
            "select exists (select from payment_line t join payment p on p.id = t.payment_id where t.line_id = any(@lines) and p.run_id = @Id)",
            new { run.Id, lines = lines.ToArray() });
    }

    /// <param name="weights">Cents on each envelope.</param>
    public static async Task Insert(Tx tx, RunRow run, IReadOnlyDictionary<string, long> weights)
    {
        await tx.Execute(
            """
            insert into payment_run (id, state, programme, up_to_date, execution_date, total_cents, payment_count, line_count, line_approvers, proposer, change_time)
            values (@Id, @State, @Programme, @UpToDate, @ExecutionDate, @TotalCents, @PaymentCount, @LineCount, @LineApprovers, @Proposer, @ChangeTime)
            """,
            new
            {
                run.Id, State = (int)run.State, run.Programme, run.UpToDate, run.ExecutionDate, run.TotalCents, run.PaymentCount, run.LineCount,
                run.LineApprovers, run.Proposer, run.ChangeTime,
            });
        await tx.Execute(
            "insert into payment_run_weight (run_id, envelope, cents) select @Id, * from unnest(@envelopes, @cents)",
            new { run.Id, envelopes = weights.Keys.ToArray(), cents = weights.Values.ToArray() });
    }

    public static async Task InsertPayments(Tx tx, Guid run, IReadOnlyList<PaymentRow> payments)
    {
        await tx.Copy("payment (id, run_id, payee, amount_cents, holder_name, iban, bic, remittance)", payments, (copy, p) =>
        {
            copy.Write(p.Id);
            copy.Write(run);
            copy.Write(p.Payee);
            copy.Write(p.AmountCents);
            copy.Write(p.HolderName);
            copy.Write(p.Iban);
            copy.Write(p.Bic);
            copy.Write(p.Remittance);
        });
        await tx.Copy("payment_line (line_id, attempt, payment_id)", payments.SelectMany(p => p.Owed.Select(o => (p.Id, Owed: o))), (copy, l) =>
        {
            copy.Write(l.Owed.Id);
            copy.Write((short)(l.Owed.Attempts + 1));
            copy.Write(l.Id);
        });
    }

    public static async Task Save(Tx tx, RunRow run)
    {
        var touched = await tx.Execute(
            """
            update payment_run set state = @State, approver = @Approver, releaser = @Releaser, release_time = @ReleaseTime,
              debtor_holder_name = @DebtorHolderName, debtor_iban = @DebtorIban, debtor_bic = @DebtorBic,
              file_path = @FilePath, file_sha256 = @FileSha256, version = version + 1, change_time = @ChangeTime
            where id = @Id and version = @Version
            """,
            run);
        if (touched != 1)
        {
            throw new InvalidOperationException($"{run.Name} changed under its lock.");
        }
    }

    /// <summary>As answered: with its payments and their lines when they are few, else they are read page by page.</summary>
    public static async Task<PaymentRun> Shown(Tx tx, RunRow run)
    {
        var shown = run.ToProto();
        if (run.PaymentCount <= MostPaymentsShown && run.LineCount <= MostLinesShown)
        {
            var payments = await Payments(tx, run.Id).ToListAsync();
            var told = await PaymentState.Of(tx, run, payments.Select(p => p.Id));
            shown.Payments.Add(payments.Select(p => told.On(p.Id, p.ToProto())));
        }

        return shown;
    }
}
