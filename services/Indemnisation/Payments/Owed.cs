using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Payments;

/// <summary>An approved line that no payment has, or whose payments were all rejected by the bank or withdrawn with their run.</summary>
internal sealed record Owed
{
    public Guid Id { get; init; }

    public string Payee { get; init; } = "";

    public long AmountCents { get; init; }

    public string Session { get; init; } = "";

    public DateOnly SessionDate { get; init; }

    public string Pole { get; init; } = "";

    public string Approver { get; init; } = "";

    /// <summary>The one it weighs on.</summary>
    public string Envelope { get; init; } = "";

    /// <summary>Payments that were tried for it.</summary>
    public int Attempts { get; init; }

    public DateTimeOffset ChangeTime { get; init; }

    /// <summary>Of sessions up to the day; those of one payee follow each other.</summary>
    public static IAsyncEnumerable<Owed> Of(Tx tx, string programme, DateOnly upTo) =>
        tx.Stream<Owed>(
            """
            select l.id, l.payee, l.amount_cents, l.session, l.session_date, l.pole, l.envelope, e.poster as approver, coalesce(t.attempt, 0) as attempts,
              greatest(l.change_time, e.post_time, o.outcome_time) as change_time
            from indemnity_line l
            join ledger_entry e on e.subject = l.id and e.kind = 1
            left join payment_line t on t.line_id = l.id and not exists (select from payment_line later where later.line_id = t.line_id and later.attempt > t.attempt)
            left join payment_outcome o on o.payment_id = t.payment_id
            left join payment p on p.id = t.payment_id
            left join payment_run r on r.id = p.run_id
            where l.programme = @programme and l.session_date <= @upTo and l.state = 3 and (t.line_id is null or o.state = 7 or r.state = 4)
            order by l.payee collate "C", l.id
            """,
            new { programme, upTo });
}

internal static class OwedExtensions
{
    /// <summary>The lines of one payee together; they follow each other.</summary>
    public static async IAsyncEnumerable<IReadOnlyList<Owed>> ByPayee(this IAsyncEnumerable<Owed> lines)
    {
        var together = new List<Owed>();
        await foreach (var line in lines)
        {
            if (together.Count > 0 && together[0].Payee != line.Payee)
            {
                yield return together;
                together = [];
            }

            together.Add(line);
        }

        if (together.Count > 0)
        {
            yield return together;
        }
    }
}
