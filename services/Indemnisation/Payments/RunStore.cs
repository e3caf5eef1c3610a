using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Persistence;
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

    public string Name => $"payments/{Id}";
}

/// <summary>One who certified, approved or is paid by a run.</summary>
internal sealed class Involved
{
    public string Person { get; init; } = "";

    public string Rpps { get; init; } = "";
}

internal static class RunStore
{
    private const string Columns =
        """
        id, state, programme, up_to_date, execution_date, total_cents, proposer, approver, releaser, release_time,
        debtor_holder_name, debtor_iban, debtor_bic, payment_format, file_path, file_sha256, version, change_time
        """;

    public static Task<RunRow?> Find(Tx tx, Guid id) =>
        tx.SingleOrDefault<RunRow>($"select {Columns} from payment_run where id = @id", new { id });

    public static Task<RunRow?> Lock(Tx tx, Guid id) =>
        tx.SingleOrDefault<RunRow>($"select {Columns} from payment_run where id = @id for update", new { id });

    /// <summary>In the order of the file.</summary>
    public static Task<IReadOnlyList<PaymentRow>> Payments(Tx tx, Guid run) =>
        tx.Query<PaymentRow>(
            """
            select id, payee, amount_cents, holder_name, iban, bic, remittance,
              array(select l.id from indemnity_line l where l.payment = p.id order by l.start_time, l.session, l.professional, l.component, l.id) as lines
            from payment p where run_id = @run order by payee collate "C", id
            """,
            new { run });

    /// <summary>Whoever certified a sheet, approved a line or is paid by a line of the run.</summary>
    public static Task<IReadOnlyList<Involved>> InvolvedIn(Tx tx, Guid run) =>
        tx.Query<Involved>(
            """
            with line as (select l.* from indemnity_line l join payment p on p.id = l.payment where p.run_id = @run),
            person as (
              select approver as person from line union select professional from line union select unnest(certifiers) from line)
            select person, coalesce(rpps, '') as rpps from person left join professional on name = person
            """,
            new { run });

    public static async Task Insert(Tx tx, RunRow run, IReadOnlyList<PaymentRow> payments)
    {
        await tx.Execute(
            """
            insert into payment_run (id, state, programme, up_to_date, execution_date, total_cents, proposer, change_time)
            values (@Id, @State, @Programme, @UpToDate, @ExecutionDate, @TotalCents, @Proposer, @ChangeTime)
            """,
            new { run.Id, State = (int)run.State, run.Programme, run.UpToDate, run.ExecutionDate, run.TotalCents, run.Proposer, run.ChangeTime });
        await tx.Execute(
            """
            insert into payment (id, run_id, payee, amount_cents, holder_name, iban, bic, remittance)
            values (@Id, @Run, @Payee, @AmountCents, @HolderName, @Iban, @Bic, @Remittance)
            """,
            payments.Select(p => new { p.Id, Run = run.Id, p.Payee, p.AmountCents, p.HolderName, p.Iban, p.Bic, p.Remittance }).ToList());
        await tx.Execute(
            "update indemnity_line set payment = @Id, version = version + 1, change_time = @now where id = any(@Lines)",
            payments.Select(p => new { p.Id, p.Lines, now = run.ChangeTime }).ToList());
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

    public static PaymentRun ToProto(RunRow run, IReadOnlyList<PaymentRow> payments) => new()
    {
        Name = run.Name,
        State = run.State,
        Programme = run.Programme,
        UpToDate = run.UpToDate.ToProto(),
        ExecutionDate = run.ExecutionDate.ToProto(),
        Payments =
        {
            payments.Select(p => new Payment
            {
                Name = p.Name,
                Payee = p.Payee,
                Amount = p.AmountCents.ToMoney(),
                Lines = { p.Lines.Select(l => $"indemnities/{l}") },
            }),
        },
        Total = run.TotalCents.ToMoney(),
        FilePath = run.FilePath ?? "",
        FileSha256 = run.FileSha256 ?? "",
        Etag = Etag.Of(run.Version),
    };
}
