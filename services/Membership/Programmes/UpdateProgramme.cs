using Intervision.Membership.History;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Programmes;

/// <summary>Other rules from now on. A rhythm that pôles keep cannot be taken from them.</summary>
internal sealed class UpdateProgramme(Db db)
{
    private static readonly string[] Changeable =
    [
        "display_name", "maximum_cases_per_session", "minutes_per_case", "session_minutes", "open_to_members", "closed_months",
        "preparatory_meeting_required", "new_partner_minutes", "rhythms", "indemnified", "expert_required", "attending_physician_required",
    ];

    public Task<UpdateProgrammeResponse> Handle(UpdateProgrammeRequest request, Call call)
    {
        var said = request.Programme ?? new Programme();
        var code = Names.MustBe(Names.Programmes, said.Name, "programme.name");
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var locked = await ProgrammeStore.Lock(tx, code) ?? throw RuleBroken.NotFound(said.Name);
            locked.MustBe(said.Etag, call, said.Name);
            var next = UpdateMask.Apply((await ProgrammeStore.State(tx, code))!, said, request.UpdateMask, Changeable);
            next.DisplayName = Import.Texts.Canonical(next.DisplayName);
            var violations = new Violations();
            ProgrammeRules.Check(next, violations);
            violations.ThrowIfAny();
            await MustKeepRhythms(tx, code, next);
            await ProgrammeStore.Save(tx, next, call.Now);
            var saved = (await ProgrammeStore.State(tx, code))!;
            await Changes.Tell(tx, call, Told.Of(saved));
            return new UpdateProgrammeResponse { Programme = saved };
        });
    }

    private static async Task MustKeepRhythms(Tx tx, string code, Programme next)
    {
        var pole = await tx.SingleOrDefault<string>(
            """
            select code from pole where programme = @code and rhythm is not null and not rhythm = any(@rhythms) and state <> 4
            order by code limit 1
            """,
            new { code, rhythms = next.Rhythms.Select(r => (int)r).ToArray() });
        if (pole is not null)
        {
            throw RuleBroken.NotNow(
                "RHYTHM_IN_USE", $"Le pôle {Names.Poles}{pole} garde un rythme que le programme ne permettrait plus.", "STATE", Names.Poles + pole,
                ("pole", Names.Poles + pole));
        }
    }
}
