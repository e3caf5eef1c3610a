using Intervision.Membership.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Events;

internal static class OnProgrammeChanged
{
    public static Task Handle(Tx tx, Received<ProgrammeChanged> received)
    {
        var programme = received.Event.Programme;
        return tx.Execute(
            """
            insert into programme (name, maximum_cases, minutes_per_case, closed_months, preparatory_meeting_required, expert_required, indemnified,
              attending_physician_required, open_to_members, new_partner_minutes, display_name)
            values (@Name, @MaximumCasesPerSession, @MinutesPerCase, @closedMonths, @PreparatoryMeetingRequired, @ExpertRequired, @Indemnified,
              @AttendingPhysicianRequired, @OpenToMembers, @NewPartnerMinutes, @DisplayName)
            on conflict (name) do update set
              maximum_cases = excluded.maximum_cases, minutes_per_case = excluded.minutes_per_case, closed_months = excluded.closed_months,
              preparatory_meeting_required = excluded.preparatory_meeting_required, expert_required = excluded.expert_required,
              indemnified = excluded.indemnified, attending_physician_required = excluded.attending_physician_required,
              open_to_members = excluded.open_to_members, new_partner_minutes = excluded.new_partner_minutes, display_name = excluded.display_name
            """,
            new
            {
                programme.Name,
                programme.MaximumCasesPerSession,
                programme.MinutesPerCase,
                closedMonths = programme.ClosedMonths.ToArray(),
                programme.PreparatoryMeetingRequired,
                programme.ExpertRequired,
                programme.Indemnified,
                programme.AttendingPhysicianRequired,
                programme.OpenToMembers,
                programme.NewPartnerMinutes,
                programme.DisplayName,
            });
    }
}
