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
            var payee = await PayeeStore.Lock(tx, request.Payee, call.Now) ?? throw RuleBroken.NotFound(request.Payee);
            var organisation = Decide(request, from, until, convention, payee, await HasHandIn(tx, payee, call));
            if (!await IsThere(tx, request, from, until))
            {
                await Insert(tx, request, organisation, payee, from, until, call);
            }

            return new PutExpertConventionResponse { Convention = request.Convention, Organisation = organisation };
        });
    }

    /// <returns>The employer.</returns>
    /// <exception cref="RuleBroken">EXPERT_CONVENTION_NEEDS_TWO_PEOPLE, PAYEE_NOT_EMPLOYER, CONVENTION_NOT_IN_FORCE.</exception>
    internal static string Decide(
        PutExpertConventionRequest request, DateOnly from, DateOnly until, (string Organisation, DateOnly First, DateOnly Last)? convention, PayeeRow payee, bool hasHandIn)
    {
        if (hasHandIn)
        {
            throw RuleBroken.NotNow(
                "EXPERT_CONVENTION_NEEDS_TWO_PEOPLE", "Qui a créé ce bénéficiaire, ou proposé son compte, ne le désigne pas pour une convention d'expert : une autre personne le fait.",
                "PAYEE", payee.Name, ("name", payee.Name));
        }

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

    /// <returns>Whether the caller made the payee, or said which account it has.</returns>
    private static Task<bool> HasHandIn(Tx tx, PayeeRow payee, Call call) =>
        tx.Single<bool>(
            """
            select exists (select from payee where name = @Name and creator = @Subject)
              or exists (select from account_change_kept where payee = @Name and proposer = @Subject)
            """,
            new { payee.Name, call.Caller.Subject });

    private static Task<bool> IsThere(Tx tx, PutExpertConventionRequest request, DateOnly from, DateOnly until) =>
        tx.Single<bool>(
            "select exists (select from expert_convention where convention = @Convention and payee = @Payee and valid = daterange(@from, @until))",
            new { request.Convention, request.Payee, from, until });

    /// <summary>Another payee than the employer had is another account: it is held, and both are told (ADR 53).</summary>
    private static async Task Insert(
        Tx tx, PutExpertConventionRequest request, string organisation, PayeeRow payee, DateOnly from, DateOnly until, Call call)
    {
        var former = await PayeeMoves.OfEmployer(tx, organisation, payee.Name);
        DateTimeOffset? inForce = former is null ? null : call.Now + AccountChanges.Hold;
        try
        {
            await tx.Execute(
                """
                insert into expert_convention (convention, organisation, payee, valid, writer, write_time, in_force_time)
                values (@Convention, @organisation, @Payee, daterange(@from, @until), @Subject, @Now, @inForce)
                """,
                new { request.Convention, organisation, request.Payee, from, until, call.Caller.Subject, call.Now, inForce });
        }
        catch (PostgresException e) when (e.ConstraintName is "expert_convention_overlap" or "expert_convention_pkey")
        {
            throw RuleBroken.NotNow(
                "EXPERT_CONVENTION_OVERLAP", "Cet employeur a déjà une convention d'expert sur une partie de la période.", "CONVENTION", request.Convention,
                ("name", request.Convention));
        }

        if (former is not null)
        {
            Etag.MustNotPrecede(call.Now, payee.ChangeTime, payee.Name);
            await PayeeStore.Touch(tx, payee.Name, call.Now);
            await PayeeMoves.Say(tx, former, payee, professional: "", inForce!.Value, call);
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
