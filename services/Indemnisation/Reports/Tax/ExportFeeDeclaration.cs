using Google.Protobuf;
using Intervision.Indemnisation.Reports.Files;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Reports.Tax;

/// <summary>Somebody to declare. Payees of one SIRET are one beneficiary; so are those of kind person that are paid for one professional.</summary>
internal sealed class Beneficiary
{
    public string Siret { get; init; } = "";

    public string HolderName { get; init; } = "";

    public Payee.Types.Kind Kind { get; init; }

    /// <summary>Codes of its payees, spaces between.</summary>
    public string Payees { get; init; } = "";

    public long TotalCents { get; init; }

    public long TravelCents { get; init; }

    /// <summary>Of payments that the bank has said nothing of yet.</summary>
    public long UnconfirmedCents { get; init; }

    public string Form => Kind switch
    {
        Payee.Types.Kind.Pharmacy => "officine",
        Payee.Types.Kind.Sel => "SEL",
        Payee.Types.Kind.Scm => "SCM",
        Payee.Types.Kind.Employer => "employeur",
        _ => "personne",
    };
}

/// <summary>
/// The extract for DAS2: payments of the calendar year in which the bank was asked to execute them, whatever the year of the
/// sessions, and whenever its answer was read; rejected and returned ones were not paid.
/// </summary>
internal sealed class ExportFeeDeclaration(Db db)
{
    public Task Handle(ExportFeeDeclarationRequest request, Func<string, ByteString, Task> send, Call call)
    {
        if (request.Year is < DeclarationThreshold.FirstYear or > 2200)
        {
            throw RuleBroken.Invalid("year", "YEAR_INVALID", $"L'année de paiement va de {DeclarationThreshold.FirstYear} à 2200.");
        }

        var threshold = DeclarationThreshold.Of(request.Year);
        return db.ReadTogether(
            async tx =>
            {
                tx.StatementTimeout = TimeSpan.FromMinutes(5);
                var file = new ExportFile($"das2-{request.Year}.csv", send);
                await file.Write(FrenchCsv.ByteOrderMark + FrenchCsv.Line(
                    "Année", "SIRET", "Titulaire", "Forme", "Bénéficiaires", "Honoraires", "Indemnités et remboursements", "Total TTC",
                    "Dont sans retour de la banque", "Seuil", "Observation"));
                await foreach (var b in Above(tx, request.Year, threshold))
                {
                    await file.Write(FrenchCsv.Line(
                        request.Year, b.Siret, b.HolderName, b.Form, b.Payees, new Cents(b.TotalCents - b.TravelCents), new Cents(b.TravelCents),
                        new Cents(b.TotalCents), new Cents(b.UnconfirmedCents), new Cents(threshold), b.Siret.Length == 0 ? "SIRET à compléter" : ""));
                }

                await file.Complete();
                return true;
            },
            call.Cancellation);
    }

    private static IAsyncEnumerable<Beneficiary> Above(Tx tx, int year, long threshold) => tx.Stream<Beneficiary>(
        """
        with paid as (
          select p.id, p.payee, p.amount_cents, p.holder_name, r.execution_date, o.payment_id is null as unconfirmed
          from payment p join payment_run r on r.id = p.run_id and r.state = 3 left join payment_outcome o on o.payment_id = p.id
          where o.state is distinct from 7
            and greatest(r.execution_date, (r.release_time at time zone 'Europe/Paris')::date) between make_date(@year, 1, 1) and make_date(@year, 12, 31)),
        travel as (
          select t.payment_id, sum(l.amount_cents) as cents
          from payment_line t join indemnity_line l on l.id = t.line_id and l.component = 3
          where t.payment_id in (select id from paid) group by t.payment_id),
        person as (   -- for whom a person's payee is paid, most of all
          select distinct on (p.payee) p.payee, l.professional, y.siret
          from paid p join payee y on y.name = p.payee and y.kind = 1 join payment_line t on t.payment_id = p.id join indemnity_line l on l.id = t.line_id
          group by p.payee, l.professional, y.siret order by p.payee, sum(l.amount_cents) desc, l.professional),
        known as (select payee, professional, max(siret) over (partition by professional) as siret from person),
        declared as (
          select y.name, y.kind, coalesce(nullif(y.siret, ''), k.siret, '') as siret, coalesce(k.professional, y.name) as person
          from payee y left join known k on k.payee = y.name)
        select d.siret, (array_agg(p.holder_name order by p.execution_date desc, p.id desc))[1] as holder_name, min(d.kind) as kind,
          string_agg(distinct substr(d.name, length('payees/') + 1), ' ') as payees,
          sum(p.amount_cents)::bigint as total_cents, coalesce(sum(t.cents), 0)::bigint as travel_cents,
          coalesce(sum(p.amount_cents) filter (where p.unconfirmed), 0)::bigint as unconfirmed_cents
        from paid p join declared d on d.name = p.payee left join travel t on t.payment_id = p.id
        group by d.siret, case when d.siret = '' then d.person else '' end
        having sum(p.amount_cents) > @threshold
        order by holder_name, payees
        """,
        new { year, threshold });
}
