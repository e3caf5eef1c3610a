using Google.Protobuf;
using Intervision.Indemnisation.Reports.Files;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Reports.Books;

/// <summary>A line whose session is of the year or before, and which was not paid on its last day.</summary>
internal sealed class AccrualLine
{
    public Guid Id { get; init; }

    public DateOnly SessionDate { get; init; }

    public string Pole { get; init; } = "";

    public string Programme { get; init; } = "";

    public string Payee { get; init; } = "";

    public string HolderName { get; init; } = "";

    public string Professional { get; init; } = "";

    public Component Component { get; init; }

    /// <summary>Of the row: 1 committed, 2 recorded, 3 calculated or beyond.</summary>
    public LineState State { get; init; }

    public string Reason { get; init; } = "";

    public long AmountCents { get; init; }

    /// <summary>In the books on the last day: owed on 467, not to be accrued again.</summary>
    public bool IsBooked { get; init; }

    public string Account => IsBooked ? "467" : "4081";

    public string Expense => Component == Component.Travel ? "6251" : "6226";

    public string Standing => this switch
    {
        { IsBooked: true } => "validée, non payée",
        { State: LineState.Committed } => "émargement attendu (estimation)",
        { State: LineState.Recorded } => "service fait, à liquider (estimation)",
        _ => "liquidée, à valider",
    };
}

/// <summary>
/// What the year owes on its last day, by the books as they stood then (cut-off by session date, DOMAIN §6): exported in
/// January or in June, what was approved and paid meanwhile does not count. Not booked yet: to accrue on 4081. Booked: already
/// on 467, listed so that both together are all that is unpaid.
/// </summary>
internal sealed class ExportAccruals(Db db)
{
    public Task Handle(ExportAccrualsRequest request, Func<string, ByteString, Task> send, Call call)
    {
        ReportYear.MustBeOne(request.FiscalYear, "fiscal_year", "FISCAL_YEAR_INVALID");
        return db.ReadTogether(
            async tx =>
            {
                tx.StatementTimeout = TimeSpan.FromMinutes(5);
                var file = new ExportFile($"charges-a-payer-{request.FiscalYear}.csv", send);
                await file.Write(FrenchCsv.ByteOrderMark + FrenchCsv.Line(
                    "Compte", "Charge", "Séance du", "Programme", "Pôle", "Bénéficiaire", "Titulaire", "Professionnel", "État au 31/12", "Motif", "Montant", "Ligne"));
                var totals = new SortedDictionary<string, long>(StringComparer.Ordinal) { ["4081"] = 0, ["467"] = 0 };
                await foreach (var line in Lines(tx, new DateOnly(request.FiscalYear, 12, 31), Paris.DateOf(call.Now)))
                {
                    totals[line.Account] = checked(totals[line.Account] + line.AmountCents);
                    await file.Write(FrenchCsv.Line(
                        line.Account, line.Expense, line.SessionDate, line.Programme, line.Pole, line.Payee, line.HolderName, line.Professional,
                        line.Standing, line.Reason, new Cents(line.AmountCents), line.Id.ToString()));
                }

                foreach (var (account, cents) in totals)
                {
                    await file.Write(FrenchCsv.Line(account, "TOTAL", null, null, null, null, null, null, null, null, new Cents(cents), null));
                }

                await file.Complete();
                return true;
            },
            call.Cancellation);
    }

    /// <summary>
    /// A session that has not been held yet is nobody's debt: not after today either. What came after the close is no debt of its
    /// year, and of another one only once it was carried there.
    /// </summary>
    private static IAsyncEnumerable<AccrualLine> Lines(Tx tx, DateOnly end, DateOnly today) => tx.Stream<AccrualLine>(
        """
        with paid as (
          select t.line_id from payment_line t join ledger_entry i on i.subject = t.payment_id and i.kind = 2 and i.entry_date <= @end
          where not exists (select from ledger_entry x where x.subject = t.payment_id and x.kind = 3 and x.entry_date <= @end))
        select l.id, l.session_date, l.pole, l.programme, coalesce(l.payee, '') as payee, coalesce(p.holder_name, '') as holder_name, l.professional,
          l.component, l.state, l.reason, l.amount_cents, b.subject is not null as is_booked
        from indemnity_line l
        left join ledger_entry b on b.subject = l.id and b.kind = 1 and b.entry_date <= @end
        left join payee p on p.name = l.payee
        where l.session_date <= least(@end, @today) and l.state in (1, 2, 3) and (l.amount_cents <> 0 or l.state < 3)
          and not exists (select from paid where paid.line_id = l.id)
          and l.fiscal_year <= extract(year from @end) and l.reason <> 'FISCAL_YEAR_CLOSED'
        order by is_booked, l.session_date, l.session, l.professional, l.component, l.id
        """,
        new { end, today });
}
