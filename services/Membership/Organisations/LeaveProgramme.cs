using Intervision.Membership.History;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Organisations;

/// <summary>A member leaves a programme, or will.</summary>
internal sealed class LeaveProgramme(Db db)
{
    public Task<LeaveProgrammeResponse> Handle(LeaveProgrammeRequest request, Call call)
    {
        var identifier = Names.MustBe(Names.Organisations, request.Name);
        var programme = Names.MustBe(Names.Programmes, request.Programme, "programme");
        var until = request.UntilDate.ToDate() ?? throw RuleBroken.Invalid("until_date", "UNTIL_DATE_INVALID", "La fin de l'adhésion (exclue) est obligatoire.");
        var today = Paris.DateOf(call.Now);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var locked = await OrganisationStore.Lock(tx, identifier) ?? throw RuleBroken.NotFound(request.Name);
            locked.MustBe(request.Etag, call, request.Name);
            Memberships.MustLast((await OrganisationStore.States(tx, [identifier], today))[0], request.Programme, until);
            await Memberships.End(tx, identifier, programme, until);
            await OrganisationStore.Touch(tx, identifier, call.Now);
            var saved = (await OrganisationStore.States(tx, [identifier], today))[0];
            await Changes.Tell(tx, call, Told.Of(saved));
            return new LeaveProgrammeResponse { Organisation = saved };
        });
    }
}
