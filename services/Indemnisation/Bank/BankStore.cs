using Intervision.ServiceDefaults;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Persistence;
using Google.Protobuf.WellKnownTypes;

namespace Intervision.Indemnisation.Bank;

/// <summary>A line of the answer as stored.</summary>
internal sealed record BankRow
{
    public int Rank { get; init; }

    public int Position { get; init; }

    public int FileLine { get; init; }

    public string EndToEndId { get; init; } = "";

    public Guid? Payment { get; init; }

    public BankLine.Types.Outcome Outcome { get; init; }

    public string Status { get; init; } = "";

    public string Reason { get; init; } = "";

    public long Cents { get; init; }
}

/// <summary>A file as stored, with what its lines come to.</summary>
internal sealed record FileRow
{
    public Guid Id { get; init; }

    public string Sha256 { get; init; } = "";

    public string Kind { get; init; } = "";

    public DateTimeOffset ImportTime { get; init; }

    public int PaidLines { get; init; }

    public long PaidCents { get; init; }

    public int RejectedLines { get; init; }

    public long RejectedCents { get; init; }

    public int NotedLines { get; init; }

    public int UnknownLines { get; init; }

    public int AlreadyKnownLines { get; init; }

    public BankFile ToProto() => new()
    {
        Name = $"bankFiles/{Id}",
        Sha256 = Sha256,
        Kind = Kind,
        ImportTime = ImportTime.ToTimestamp(),
        PaidLines = PaidLines,
        Paid = PaidCents.ToMoney(),
        RejectedLines = RejectedLines,
        Rejected = RejectedCents.ToMoney(),
        NotedLines = NotedLines,
        UnknownLines = UnknownLines,
        AlreadyKnownLines = AlreadyKnownLines,
    };
}

internal static class BankStore
{
    private const long TurnKey = 0x1A7E_0D33;

    /// <summary>One file at a time: what the second one reads, the first one has said.</summary>
    public static Task Turn(Tx tx) => tx.Execute("select pg_advisory_xact_lock(@TurnKey)", new { TurnKey });

    public static Task<FileRow?> Find(Tx tx, string sha256) =>
        tx.SingleOrDefault<FileRow>(
            """
            select f.id, f.sha256, f.kind, f.import_time,
              count(*) filter (where outcome = 1) as paid_lines, coalesce(sum(cents) filter (where outcome = 1), 0)::bigint as paid_cents,
              count(*) filter (where outcome in (3, 4)) as rejected_lines, coalesce(sum(cents) filter (where outcome in (3, 4)), 0)::bigint as rejected_cents,
              count(*) filter (where outcome = 2) as noted_lines, count(*) filter (where outcome = 5) as unknown_lines,
              count(*) filter (where outcome = 6) as already_known_lines
            from bank_file f left join bank_line on bank_file = f.id where f.sha256 = @sha256 group by f.id
            """,
            new { sha256 });

    public static Task Insert(Tx tx, Guid id, string sha256, string kind, string importer, DateTimeOffset now) =>
        tx.Execute(
            "insert into bank_file (id, sha256, kind, importer, import_time) values (@id, @sha256, @kind, @importer, @now)",
            new { id, sha256, kind, importer, now });

    public static Task Insert(Tx tx, Guid file, IReadOnlyList<BankRow> lines) =>
        tx.Copy("bank_line (bank_file, rank, position, file_line, end_to_end_id, payment, outcome, status, reason, cents)", lines, (copy, l) =>
        {
            copy.Write(file);
            copy.Write(l.Rank);
            copy.Write(l.Position);
            copy.Write(l.FileLine);
            copy.Write(l.EndToEndId);
            copy.Write(l.Payment);
            copy.Write((int)l.Outcome);
            copy.Write(l.Status);
            copy.Write(l.Reason);
            copy.Write(l.Cents);
        });

    public static Task<IReadOnlyList<BankRow>> Lines(Tx tx, Guid file, int after, int limit) =>
        tx.Query<BankRow>(
            """
            select rank, position, file_line, end_to_end_id, payment, outcome, status, reason, cents
            from bank_line where bank_file = @file and rank > @after order by rank limit @limit
            """,
            new { file, after, limit });

    /// <summary>Accounts that were paid from, and the one that pays.</summary>
    public static async Task<IReadOnlySet<string>> Accounts(Tx tx) =>
        (await tx.Query<string>("select iban from debtor union select debtor_iban from payment_run where state = 3")).ToHashSet(StringComparer.Ordinal);

    /// <returns>Null unless it is a run of ours that was released.</returns>
    public static Task<Sent?> Released(Tx tx, string reference) => !Guid.TryParseExact(reference, "N", out var id)
        ? Task.FromResult<Sent?>(null)
        : tx.SingleOrDefault<Sent>("select id, debtor_iban from payment_run where id = @id and state = 3", new { id });

    public static async Task<Dictionary<Guid, Told>> Payments(Tx tx, Guid[] ids) =>
        (await tx.Query<Told>($"{Payment} where p.id = any(@ids)", new { ids })).ToDictionary(p => p.Id);

    /// <summary>Payments of a run that no line of the file names by now.</summary>
    public static IAsyncEnumerable<Told> NotNamed(Tx tx, Guid file, Guid run) =>
        tx.Stream<Told>(
            $"""
            {Payment} where p.run_id = @run and not exists (select from bank_line b where b.payment = p.id and b.bank_file = @file)
            order by p.payee collate "C", p.id
            """,
            new { file, run });

    /// <summary>What a debit in one sum may come to: all payments of the run, or those that the bank did not reject before.</summary>
    public static Task<(long All, long Kept)> Debited(Tx tx, Guid run) =>
        tx.Single<(long All, long Kept)>(
            """
            select coalesce(sum(p.amount_cents), 0)::bigint, coalesce(sum(p.amount_cents) filter (where o.state is null or o.state = 6 or o.returned), 0)::bigint
            from payment p left join payment_outcome o on o.payment_id = p.id where p.run_id = @run
            """,
            new { run });

    /// <summary>Whether one of these people is paid by one of these payments.</summary>
    public static Task<bool> ArePaid(Tx tx, string[] names, Guid[] payments) =>
        tx.Single<bool>(
            """
            select exists (
              select from payment_line t join indemnity_line l on l.id = t.line_id where t.payment_id = any(@payments) and l.professional = any(@names))
            """,
            new { names, payments });

    private const string Payment =
        """
        select p.id, p.run_id as run, coalesce(r.state = 3, false) as issued, coalesce(r.debtor_iban, '') as debtor_iban, p.amount_cents,
          coalesce(r.approver, '') as approver, coalesce(r.releaser, '') as releaser,
          exists (select from payment_told t where t.payment_id = p.id and t.state = 6) as paid,
          coalesce(o.state = 7, false) as rejected, coalesce(o.returned, false) as returned,
          greatest(r.change_time, o.outcome_time) as change_time
        from payment p left join payment_run r on r.id = p.run_id left join payment_outcome o on o.payment_id = p.id
        """;
}
