using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Professionals;

/// <summary>A person is no longer an expert from a day on.</summary>
internal sealed class EndExpertDesignation(Db db)
{
    public Task<EndExpertDesignationResponse> Handle(EndExpertDesignationRequest request, Call call)
    {
        var id = Names.MustBe(Names.Professionals, request.Name);
        var until = request.UntilDate.ToDate() ?? throw RuleBroken.Invalid("until_date", "UNTIL_DATE_INVALID", "La fin de la désignation (exclue) est obligatoire.");
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var person = await ProfessionalVerb.Begin(tx, call, id, request.Etag);
            var lasting = ExpertDesignations.MustEnd(person, until, Paris.DateOf(call.Now));
            if (lasting.UntilDate.ToDate() == until)
            {
                return new EndExpertDesignationResponse { Professional = person };
            }

            await ExpertDesignations.End(tx, id, lasting.FromDate.ToDate()!.Value, until);
            return new EndExpertDesignationResponse { Professional = await ProfessionalVerb.End(tx, call, id) };
        });
    }
}
