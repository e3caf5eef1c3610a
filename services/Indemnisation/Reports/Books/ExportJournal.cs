using Google.Protobuf;
using Intervision.Indemnisation.Reports.Files;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Separator = Intervision.Indemnisation.V1.ExportJournalRequest.Types.Separator;

namespace Intervision.Indemnisation.Reports.Books;

/// <summary>The entries of a calendar year as FEC, numbered without gaps, streamed in the order of their numbers.</summary>
internal sealed class ExportJournal(Db db)
{
    /// <summary>For one statement; a year at a thousand times the region's size takes under a minute.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public async Task Handle(ExportJournalRequest request, Func<string, ByteString, Task> send, Call call)
    {
        MustFit(request);
        await db.InTransaction(
            async tx =>
            {
                tx.StatementTimeout = Longest;
                await JournalNumbers.Give(tx, request.Year);
            },
            call.Cancellation);
        await db.ReadTogether(
            async tx =>
            {
                tx.StatementTimeout = Longest;
                var separator = request.Separator == Separator.Bar ? '|' : '\t';
                var file = new ExportFile($"{request.Siren}FEC{request.Year}1231.txt", send);
                await file.Write(Fec.Header(separator));
                await foreach (var entry in Entries(tx, request.Year))
                {
                    await file.Write(Fec.Lines(entry, separator));
                }

                await file.Complete();
                return true;
            },
            call.Cancellation);
    }

    private static IAsyncEnumerable<FecEntry> Entries(Tx tx, int year) => tx.Stream<FecEntry>(
        """
        select n.number, e.subject, e.kind::int as kind, e.entry_date, e.debit_account, e.debit_key, e.credit_account, e.credit_key, e.cents,
          coalesce(p.holder_name, '') as holder_name, l.session_date, coalesce(l.pole, '') as pole, coalesce(l.component, 0) as component,
          l.corrects is not null as is_counter
        from ledger_number n
        join ledger_entry e on e.subject = n.subject and e.kind = n.kind
        left join payee p on p.name = case when e.debit_key <> '' then e.debit_key else e.credit_key end
        left join indemnity_line l on l.id = e.subject and e.kind = 1
        where n.entry_year = @year order by n.number
        """,
        new { year });

    private static void MustFit(ExportJournalRequest request)
    {
        var violations = new Violations();
        ReportYear.Check(violations, request.Year, "year", "YEAR_INVALID");
        violations.Check(Enum.IsDefined(request.Separator), "separator", "SEPARATOR_INVALID", "Ce séparateur est inconnu.");
        violations.Check(
            request.Siren.Length is 0 or 9 && request.Siren.All(char.IsAsciiDigit), "siren", "SIREN_INVALID", "Le SIREN compte neuf chiffres.");
        violations.ThrowIfAny();
    }
}
