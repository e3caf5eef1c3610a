using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Professionals;

/// <summary>GetProfessional ("who was what on that date") and ListProfessionals.</summary>
internal sealed class ReadProfessionals(Db db, Paging paging)
{
    /// <summary>Who reads about everybody.</summary>
    internal static readonly string[] Readers =
    [
        Roles.Coordinator, Roles.HostCoordinator, Roles.Referent, Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser, Roles.Service,
    ];

    public async Task<GetProfessionalResponse> Get(GetProfessionalRequest request, Call call)
    {
        return await db.Read(
            async tx =>
            {
                // Whoever may read only oneself must not learn from the answer whether another exists.
                var id = Names.IdOf(Names.Professionals, request.Name);
                var onDate = request.OnDate.ToDate();
                var found = id is null ? [] : await ProfessionalStore.States(tx, [id], Paris.DateOf(call.Now), onDate);
                var person = found.Count == 1 ? found[0] : null;
                if (!call.Caller.HasAny(Readers) && !IsOneself(call.Caller, request.Name, person) && !await IsOfItsTerritory(tx, call, id))
                {
                    throw RuleBroken.Denied();
                }

                Names.MustBe(Names.Professionals, request.Name);
                if (request.OnDate is not null && onDate is null)
                {
                    throw RuleBroken.Invalid("on_date", "ON_DATE_INVALID", "La date demandée n'est pas une date.");
                }

                if (person is null)
                {
                    throw RuleBroken.NotFound(request.Name);
                }

                return new GetProfessionalResponse { Professional = person, ReadTime = call.Now.ToProto() };
            },
            call.Cancellation);
    }

    public async Task<ListProfessionalsResponse> List(ListProfessionalsRequest request, Call call)
    {
        var pole = request.Pole.Length == 0 ? null : Names.MustBe(Names.Poles, request.Pole, "pole");
        var page = await paging.Page(
            call, request.PageSize, request.PageToken, request.Pole, (tx, after, limit) => ProfessionalStore.Page(tx, after, limit, pole), p => p.ProfessionalId);
        var people = await db.Read(tx => ProfessionalStore.Complete(tx, page.Items, Paris.DateOf(call.Now)), call.Cancellation);
        return new ListProfessionalsResponse { Professionals = { people }, NextPageToken = page.NextToken };
    }

    private static bool IsOneself(Caller caller, string name, Professional? person) =>
        caller.Has(Roles.Professional) && person is not null && caller.Is(name, person.Rpps);

    private static async Task<bool> IsOfItsTerritory(Tx tx, Call call, string? id) =>
        CptsBounds.Of(call.Caller) is { } cpts
        && await tx.Single<bool>(
            $"select exists (select from professional p where professional_id = @id and {CptsBounds.Professional})",
            new { id, cpts, today = Paris.DateOf(call.Now) });
}
