using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Professionals;

/// <summary>A person accepts a version of a programme's charter, or the coordination records that they did. The same version again changes nothing.</summary>
internal sealed class AcceptCharter(Db db)
{
    public Task<AcceptCharterResponse> Handle(AcceptCharterRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            await ImportTurn.Beside(tx);
            var person = await PersonOf(tx, request.Name, call);
            var programme = Names.MustBe(Names.Programmes, request.Programme, "programme");
            var date = DateOf(request, call);
            await MustBePublished(tx, programme, request.Version);
            if (person.CharterAcceptances.Any(a => a.Programme == request.Programme && a.Version == request.Version))
            {
                return new AcceptCharterResponse { Professional = person };
            }

            var id = person.Name[Names.Professionals.Length..];
            await Add(tx, id, programme, request.Version, date);
            return new AcceptCharterResponse { Professional = await ProfessionalVerb.End(tx, call, id) };
        });

    /// <summary>Locked. Whoever may only act for oneself does not learn whether another exists.</summary>
    private static async Task<Professional> PersonOf(Tx tx, string name, Call call)
    {
        var id = Names.IdOf(Names.Professionals, name);
        var locked = id is null ? null : await ProfessionalStore.Lock(tx, id);
        var person = locked is null ? null : (await ProfessionalStore.States(tx, [id!], Paris.DateOf(call.Now)))[0];
        if (!call.Caller.Has(Roles.Coordinator) && !(person is not null && call.Caller.Is(name, person.Rpps)))
        {
            throw RuleBroken.Denied();
        }

        Names.MustBe(Names.Professionals, name);
        Etag.MustNotPrecede(call.Now, locked?.UpdateTime ?? throw RuleBroken.NotFound(name), name);
        return person!;
    }

    private static DateOnly DateOf(AcceptCharterRequest request, Call call)
    {
        var date = request.AcceptDate.ToDate()
            ?? throw RuleBroken.Invalid("accept_date", "ACCEPT_DATE_INVALID", "La date d'acceptation manque ou n'est pas une date.");
        return date <= Paris.DateOf(call.Now)
            ? date
            : throw RuleBroken.Invalid("accept_date", "ACCEPT_DATE_IN_FUTURE", "Une charte ne peut être acceptée dans l'avenir.");
    }

    private static async Task MustBePublished(Tx tx, string programme, string version)
    {
        if (!await tx.Single<bool>(
            "select exists (select from programme_document where programme = @programme and kind = @kind and version = @version)",
            new { programme, version, kind = (int)ProgrammeDocument.Types.Kind.Charter }))
        {
            throw RuleBroken.Invalid("version", "UNKNOWN_CHARTER_VERSION", $"« {version} » n'est pas une version publiée de la charte de ce programme.");
        }
    }

    private static Task<int> Add(Tx tx, string id, string programme, string version, DateOnly date) =>
        tx.Execute(
            """
            insert into charter_acceptance (professional_id, programme, version, accept_date) values (@id, @programme, @version, @date);
            update professional set charter_accepted_date = greatest(charter_accepted_date, @date) where professional_id = @id
            """,
            new { id, programme, version, date });
}
