using Intervision.Membership.V1;
using Intervision.Scheduling.Calendar;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Directory;

/// <summary>A pôle with the rules of its programme, as this service last heard.</summary>
internal sealed class Pole
{
    public string Name { get; init; } = "";

    public string Programme { get; init; } = "";

    public string Rhythm { get; init; } = "";

    /// <summary>ISO: 1 Monday … 7 Sunday; 0 while the pôle has no usual day and time.</summary>
    public int Weekday { get; init; }

    public TimeOnly StartTime { get; init; }

    public int DurationMinutes { get; init; }

    public string Modality { get; init; } = "";

    public string Referent { get; init; } = "";

    public string Host { get; init; } = "";

    public DateOnly? ActiveFromDate { get; init; }

    public string State { get; init; } = "";

    public int MaximumCases { get; init; }

    public int MinutesPerCase { get; init; }

    public int[] ClosedMonths { get; init; } = [];

    public bool PreparatoryMeetingRequired { get; init; }

    public bool ExpertRequired { get; init; }

    public bool Indemnified { get; init; }

    public bool AttendingPhysicianRequired { get; init; }

    /// <summary>Anybody of the programme may sit at every item.</summary>
    public bool OpenToMembers { get; init; }

    /// <summary>Kept at the beginning for new partners to present themselves; 0 where the programme has none.</summary>
    public int NewPartnerMinutes { get; init; }

    /// <summary>Whom it may share with other pôles; read only by <see cref="Listed"/>.</summary>
    public string CoordinatorEmail { get; init; } = "";

    public bool IsOnDemand => Codes.Parse<Rhythm>(Rhythm) == Membership.V1.Rhythm.OnDemand;

    public bool HasUsualTime => Weekday > 0;

    public bool IsActive => State == Membership.V1.Pole.Types.State.Active.Code();

    /// <summary>Items a session has room for: ⌊duration ÷ minutes per case⌋, within the programme's maximum.</summary>
    public int Capacity => CapacityOf(DurationMinutes);

    /// <param name="rules">Null for the usual ones.</param>
    public PoleRhythm ToRhythm(Rules? rules = null) =>
        new(Codes.Parse<Rhythm>(Rhythm), (DayOfWeek)(Weekday % 7), ActiveFromDate, ClosedMonths.ToHashSet(), rules, HasUsualTime ? StartTime : null);

    /// <summary>Items a session of another length has room for.</summary>
    public int CapacityOf(int minutes) => MinutesPerCase > 0 ? Math.Min(MaximumCases, minutes / MinutesPerCase) : MaximumCases;

    /// <summary>Locks the pôle's row against another planning or placing of the same pôle.</summary>
    /// <exception cref="RuleBroken">UNKNOWN_POLE, while the directory or its programme has not been heard of (DESIGN §7.19); POLE_NOT_ACTIVE.</exception>
    public static async Task<Pole> LockActive(Tx tx, string name)
    {
        var pole = await Find(tx, name, "for update of p")
            ?? throw RuleBroken.NotNow("UNKNOWN_POLE", $"« {name} » n'est pas (encore) connu de l'annuaire.", "DIRECTORY", name, ("pole", name));
        return pole.IsActive
            ? pole
            : throw RuleBroken.NotNow("POLE_NOT_ACTIVE", "Le pôle n'est pas actif.", "STATE", name, ("state", pole.State));
    }

    public static async Task<Pole> Of(Tx tx, string name) =>
        await Find(tx, name, "") ?? throw new InvalidOperationException($"{name} left the directory.");

    /// <summary>In the order of their names, whatever their state; those whose programme has been heard of.</summary>
    /// <param name="names">Empty: all.</param>
    public static Task<IReadOnlyList<Pole>> Listed(Tx tx, IReadOnlyCollection<string> names) =>
        tx.Query<Pole>($"{Select} where @all or p.name = any(@names) order by p.name", new { all = names.Count == 0, names = names.ToArray() });

    private static Task<Pole?> Find(Tx tx, string name, string locking) =>
        tx.SingleOrDefault<Pole>($"{Select} where p.name = @name {locking}", new { name });

    private const string Select =
        """
        select p.name, p.programme, p.rhythm, p.weekday, p.start_time, p.duration_minutes, p.modality, p.referent, p.host,
               p.active_from_date, p.state, r.maximum_cases, r.minutes_per_case, r.closed_months,
               r.preparatory_meeting_required, r.expert_required, r.indemnified, r.attending_physician_required,
               r.open_to_members, r.new_partner_minutes, p.coordinator_email
        from pole p join programme r on r.name = p.programme
        """;
}
