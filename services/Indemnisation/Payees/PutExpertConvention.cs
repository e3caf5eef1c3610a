using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;
using Npgsql;

namespace Intervision.Indemnisation.Payees;

/// <summary>By which convention an employer is indemnified for its salaried experts (DOMAIN §3): the exception, never the rule.</summary>
public sealed class PutExpertConvention(Db db)
{
    public Task<PutExpertConventionResponse> Handle(PutExpertConventionRequest request, Call call)
    {
        var (from, until) = Read(request);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            await References.Change(tx);
            var convention = await tx.SingleOrDefault<(string Organisation, DateOnly First, DateOnly Last)?>(
                "select organisation, first_date, last_date from convention where name = @Convention", new { request.Convention });
            var payee = await PayeeStore.Find(tx, request.Payee, call.Now) ?? throw RuleBroken.NotFound(request.Payee);
            var organisation = Decide(request, from, until, convention, payee);
            await Insert(tx, request, organisation, from, until, call);
            return new PutExpertConventionResponse { Convention = request.Convention, Organisation = organisation };
        });
    }

    /// <returns>The employer.</returns>
    /// <exception cref="RuleBroken">PAYEE_NOT_EMPLOYER, CONVENTION_NOT_IN_FORCE.</exception>
    internal static string Decide(
        PutExpertConventionRequest request, DateOnly from, DateOnly until, (string Organisation, DateOnly First, DateOnly Last)? convention, PayeeRow payee)
    {
        if (payee.Kind != Payee.Types.Kind.Employer)
        {
            throw RuleBroken.NotNow("PAYEE_NOT_EMPLOYER", "Une convention d'expert paie un employeur.", "PAYEE", payee.Name, ("name", payee.Name));
        }

        return convention is { } known && known.First <= from && until <= known.Last.AddDays(1)
            ? known.Organisation
            : throw RuleBroken.NotNow(
                "CONVENTION_NOT_IN_FORCE", "La convention n'est pas connue, ou n'est pas en vigueur sur toute la période.", "CONVENTION", request.Convention,
                ("name", request.Convention));
    }

    private static async Task Insert(Tx tx, PutExpertConventionRequest request, string organisation, DateOnly from, DateOnly until, Call call)
    {
        var same = await tx.Single<bool>(
            "select exists (select from expert_convention where convention = @Convention and payee = @Payee and valid = daterange(@from, @until))",
            new { request.Convention, request.Payee, from, until });
        if (same)
        {
            return;
        }

        try
        {
            await tx.Execute(
                """
                insert into expert_convention (convention, organisation, payee, valid, writer, write_time)
                values (@Convention, @organisation, @Payee, daterange(@from, @until), @Subject, @Now)
                """,
                new { request.Convention, organisation, request.Payee, from, until, call.Caller.Subject, call.Now });
        }
        catch (PostgresException e) when (e.ConstraintName is "expert_convention_overlap" or "expert_convention_pkey")
        {
            throw RuleBroken.NotNow(
                "EXPERT_CONVENTION_OVERLAP", "Cet employeur a déjà une convention d'expert sur une partie de la période.", "CONVENTION", request.Convention,
                ("name", request.Convention));
        }
    }

    private static (DateOnly From, DateOnly Until) Read(PutExpertConventionRequest request)
    {
        var (from, until) = (request.FromDate.ToDate(), request.UntilDate.ToDate());
        var violations = new Violations();
        violations.Check(ResourceNames.IsNamed(request.Convention, "conventions"), "convention", "CONVENTION_INVALID", "La convention doit être de la forme conventions/{id}.");
        violations.Check(from is not null, "from_date", "DATE_INVALID", "La date de début n'est pas une date.");
        violations.Check(until is not null && !(until <= from), "until_date", "PERIOD_INVALID", "La date de fin (exclue) doit suivre la date de début.");
        violations.ThrowIfAny();
        return (from!.Value, until!.Value);
    }
}
