using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;
using Basis = Intervision.Membership.V1.ExpertDesignation.Types.Basis;

namespace Intervision.Membership.Professionals;

/// <summary>A person is named an expert, from a day in the past, today or to come.</summary>
internal sealed class DesignateExpert(Db db)
{
    public Task<DesignateExpertResponse> Handle(DesignateExpertRequest request, Call call)
    {
        var id = Names.MustBe(Names.Professionals, request.Name);
        var (basis, from, until) = Check(request.Designation ?? new ExpertDesignation());
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var person = await ProfessionalVerb.Begin(tx, call, id, request.Etag);
            ExpertDesignations.MustNotOverlap(person.Name, from, until, person.ExpertDesignations);
            var capacities = await ExpertDesignations.Capacities(tx, id, ExpertDesignations.DayToShow(from, until, Paris.DateOf(call.Now)));
            await ExpertDesignations.Begin(tx, id, basis, from, until);
            return new DesignateExpertResponse
            {
                Professional = await ProfessionalVerb.End(tx, call, id),
                Warnings = { ExpertDesignations.Warnings(basis, capacities) },
            };
        });
    }

    private static (Basis Basis, DateOnly From, DateOnly? Until) Check(ExpertDesignation said)
    {
        var violations = new Violations();
        var (from, until) = (said.FromDate.ToDate(), said.UntilDate.ToDate());
        violations.Check(
            said.Basis is Basis.Addictologist or Basis.CsapaDoctor or Basis.HospitalDoctor,
            "designation.basis",
            "BASIS_INVALID",
            "Un expert est addictologue, médecin d'un CSAPA ou médecin d'un centre hospitalier.");
        violations.Check(from is not null, "designation.from_date", "FROM_DATE_INVALID", "Le premier jour manque ou n'est pas une date.");
        violations.Check(
            said.UntilDate is null || until > from, "designation.until_date", "UNTIL_DATE_INVALID", "La fin (exclue) doit être une date postérieure au premier jour.");
        violations.ThrowIfAny();
        return (said.Basis, from!.Value, until);
    }
}
