using Intervision.Intake.V1;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;

namespace Intervision.Intake.Tests;

/// <summary>Seasons of a pôle, and reports frozen.</summary>
internal static class IndicatorSteps
{
    /// <summary>In April 2027, in hours after the start.</summary>
    public const double April = 190 * 24;

    public static async Task<FreezeIndicatorsResponse> Frozen(this IntakeFixture service, int year, string pole, double hours = 0) =>
        await service.Intake.FreezeIndicatorsAsync(
            new FreezeIndicatorsRequest { RequestId = IntakeFixture.NewId(), Year = year, Pole = pole }, IntakeFixture.At(IntakeFixture.Coordinator, hours));

    /// <summary>Requests of a liberal professional, discussed ten days apart, two of them with another motive and no answers.</summary>
    public static async Task<string> Season(this IntakeFixture service, int cases)
    {
        var id = IntakeFixture.NewId()[^8..];
        var (pole, requester) = ($"poles/I{id}", $"professionals/I{id}");
        await service.Deliver(
            "membership",
            new PoleChanged { Pole = new Pole { Name = pole, Programme = "programmes/ADDICTIONS", State = Pole.Types.State.Active } }, pole, IntakeFixture.Start);
        await service.Deliver(
            "membership",
            new ProfessionalChanged
            {
                Professional = new Professional
                {
                    Name = requester,
                    Activities = { new Activity { ProfessionTable = "TRE_G15", ProfessionCode = "10", Mode = Mode.Salaried }, new Activity { ProfessionTable = "TRE_G15", ProfessionCode = "10", Mode = Mode.Liberal } },
                },
            },
            requester, IntakeFixture.Start);
        for (var i = 1; i <= cases; i++)
        {
            var motive = i > 5 ? "AUTRE" : "COMPLEXITE_SUIVI";
            var found = await service.Submitted(r => (r.Pole, r.Requester, r.PrincipalMotive) = (pole, requester, motive));
            await service.Discuss(found.Name, i, answered: i <= 5);
        }

        return pole;
    }

    private static Task Discuss(this IntakeFixture service, string name, int number, bool answered) => service.Db.InTransaction(
        tx => tx.Execute(
            """
            insert into intervision (case_id, rank, session, discuss_time)
              select id, 1, 'sessions/i', submit_time + @number * interval '10 days' from cases where 'cases/' || code = @name;
            insert into decision (case_id, session, position, orientation, responsible, due_date, patient_agreement_sought)
              select id, 'sessions/i', 1, 'AUCUNE', 'professionals/PER-1', '2026-12-20', false from cases where 'cases/' || code = @name;
            insert into restitution (case_id, no, done, restitution_date, recorder, record_time, session)
              select case_id, 1, true, discuss_time::date + 5, 'test', discuss_time, session from intervision where case_id = (select id from cases where 'cases/' || code = @name);
            insert into follow_up (case_id, rank, three_months_date, six_months_date, opener, open_time)
              select id, 1, '2027-01-15', '2027-04-15', 'test', submit_time from cases where 'cases/' || code = @name;
            insert into outcome_review (case_id, rank, no, review, outcome, new_intervision_wanted, recorder, record_time)
              select id, 1, 1, 'ThreeMonths', 'Stable', false, 'test', submit_time from cases where 'cases/' || code = @name and @answered;
            insert into decision_progress (case_id, rank, no, session, position, done_date)
              select id, 1, 1, 'sessions/i', 1, '2026-12-20' from cases where 'cases/' || code = @name and @answered
            """,
            new { name, number, answered }),
        CancellationToken.None);
}
