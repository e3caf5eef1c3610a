using Intervision.Intake.Cases;
using Intervision.Intake.V1;
using Microsoft.Extensions.Configuration;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Triage;

/// <summary>
/// How long a case may stay in a state before somebody is told that it waits. Configuration <c>Intake:Idle:{State}</c>
/// (d.hh:mm:ss), and <c>Intake:Idle:Urgent</c> for an urgent one that is not taken; the table is in docs/operations.md.
/// States that are not listed wait for nothing.
/// </summary>
internal sealed class Idleness
{
    private readonly Dictionary<CaseState, TimeSpan> limits;

    public Idleness(IConfiguration configuration)
    {
        var said = configuration.GetSection("Intake:Idle");
        Urgent = said.GetValue("Urgent", TimeSpan.FromHours(4));
        limits = Defaults.ToDictionary(d => d.Key, d => said.GetValue(d.Key.ToString(), d.Value));
    }

    /// <summary>Life order, which is that of the report.</summary>
    public static IReadOnlyDictionary<CaseState, TimeSpan> Defaults { get; } = new Dictionary<CaseState, TimeSpan>
    {
        [CaseState.Draft] = TimeSpan.FromDays(7),
        [CaseState.Submitted] = TimeSpan.FromDays(3),
        [CaseState.InTriage] = TimeSpan.FromDays(7),
        // DOMAIN §4: a deferred answer is due within 30 days.
        [CaseState.AwaitingConsent] = TimeSpan.FromDays(30),
        [CaseState.InPreparation] = TimeSpan.FromDays(14),
        // A pôle meets once a quarter at least.
        [CaseState.Ready] = TimeSpan.FromDays(92),
        [CaseState.Scheduled] = TimeSpan.FromDays(92),
        [CaseState.Discussed] = TimeSpan.FromDays(7),
        // DOMAIN §5: restitution is due fifteen days after the session.
        [CaseState.Decided] = TimeSpan.FromDays(15),
        [CaseState.ReportedBack] = TimeSpan.FromDays(30),
        // The outcome at six months, and a fortnight to say it.
        [CaseState.InFollowUp] = TimeSpan.FromDays(195),
        [CaseState.ConsentWithdrawn] = TimeSpan.FromDays(30),
    };

    /// <summary>Within which an urgent request is taken.</summary>
    public TimeSpan Urgent { get; }

    public bool IsIdle(Case found, DateTimeOffset now) => limits.TryGetValue(found.State, out var limit)
        && found.StateTime <= now - (IsUrgentAndNotTaken(found) ? Min(Urgent, limit) : limit);

    /// <summary>For <see cref="Sql"/>: each working state with the instant before which it is idle.</summary>
    public (string[] States, DateTimeOffset[] Before, DateTimeOffset UrgentBefore) AsOf(DateTimeOffset now) =>
        ([.. limits.Keys.Select(s => s.ToString())], [.. limits.Values.Select(limit => now - limit)], now - Urgent);

    /// <summary>The same rule as <see cref="IsIdle"/>, as a condition on <c>cases c</c>.</summary>
    public const string Sql =
        """
        (exists (select from unnest(@idleStates::text[], @idleBefore::timestamptz[]) i (state, before) where i.state = c.state and c.state_time <= i.before)
         or (c.urgent and c.state = 'Submitted' and c.state_time <= @urgentBefore))
        """;

    /// <summary>What the reader of one case or a list is told beside its view.</summary>
    public V1.Case Tell(V1.Case view, Case found, DateTimeOffset now)
    {
        view.AgeDays = (int)Math.Max(0, Math.Floor((now - found.SubmitTime).TotalDays));
        view.Idle = IsIdle(found, now);
        return view;
    }

    private static bool IsUrgentAndNotTaken(Case found) => found.Urgent && found.State == CaseState.Submitted;

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
