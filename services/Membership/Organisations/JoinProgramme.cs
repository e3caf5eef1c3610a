using Intervision.Membership.History;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Organisations;

/// <summary>A structure becomes a member of a programme, on any day: what was signed on paper may be entered later.</summary>
internal sealed class JoinProgramme(Db db)
{
    public Task<JoinProgrammeResponse> Handle(JoinProgrammeRequest request, Call call)
    {
        var identifier = Names.MustBe(Names.Organisations, request.Name);
        var programme = Names.MustBe(Names.Programmes, request.Programme, "programme");
        var from = request.FromDate.ToDate() ?? throw RuleBroken.Invalid("from_date", "FROM_DATE_INVALID", "Le premier jour de l'adhésion est obligatoire.");
        var today = Paris.DateOf(call.Now);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var locked = await OrganisationStore.Lock(tx, identifier) ?? throw RuleBroken.NotFound(request.Name);
            locked.MustBe(request.Etag, call, request.Name);
            await MustExist(tx, programme);
            Memberships.MustBeFree((await OrganisationStore.States(tx, [identifier], today))[0], request.Programme, from);
            await Memberships.Begin(tx, identifier, programme, from);
            await Presentations.Settle(tx, [identifier]);
            await OrganisationStore.Touch(tx, identifier, call.Now);
            var saved = (await OrganisationStore.States(tx, [identifier], today))[0];
            await Changes.Tell(tx, call, Told.Of(saved));
            return new JoinProgrammeResponse { Organisation = saved };
        });
    }

    private static async Task MustExist(Tx tx, string programme)
    {
        if (!await tx.Single<bool>("select exists (select from programme where code = @programme)", new { programme }))
        {
            throw RuleBroken.Invalid("programme", "UNKNOWN_PROGRAMME", $"Le programme « {programme} » n'existe pas.");
        }
    }
}
