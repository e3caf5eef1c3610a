using Google.Protobuf;
using Intervision.Scheduling.Attendance;
using Intervision.Scheduling.V1;

namespace Intervision.Scheduling.Sessions;

/// <summary>One situation on the agenda.</summary>
/// <param name="Present">Who was there for it, once discussed.</param>
internal sealed record Item(
    string Case, int Position, AgendaItem.Types.State State, string Reason = "", IReadOnlyList<string>? Present = null, DateTimeOffset? DiscussTime = null)
{
    /// <summary>Which intervision of the case this is, from 1 (C3); 0 until it is stored: the database counts.</summary>
    public int Rank { get; init; }

    /// <summary>Why it came on an agenda already frozen.</summary>
    public string AddedReason { get; init; } = "";

    /// <summary>What the preparatory meeting said of it; null before.</summary>
    public ItemReview? Review { get; init; }

    /// <summary>When the table began to speak of it; null for an item entered from paper, or put back.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>Intake's last answer at the table: the patient wishes to take part.</summary>
    public bool PatientExpected { get; init; }

    /// <summary>Who came for the patient, by function.</summary>
    public IReadOnlyList<PatientPresence> PatientPresences { get; init; } = [];

    /// <summary>On the agenda and not yet discussed: the case cannot be on another one (C2).</summary>
    public bool IsAhead => State is AgendaItem.Types.State.Scheduled or AgendaItem.Types.State.Open;

    public bool IsLive => State != AgendaItem.Types.State.Removed;

    public Item Removed(string reason) => this with { State = AgendaItem.Types.State.Removed, Reason = reason };
}

/// <summary>Who certified, and which version of the sheet.</summary>
internal sealed record Signature(string Certifier, int SheetVersion);

/// <summary>A session as the decisions see it: state, agenda, people, sheet (DESIGN §5, DOMAIN §5).</summary>
internal sealed record Meeting
{
    public const string Collection = "sessions/";

    public required Guid Id { get; init; }

    public string Name => $"{Collection}{Id}";

    public required string Pole { get; init; }

    public required string Programme { get; init; }

    public required SessionState State { get; init; }

    /// <summary>Civil date, Europe/Paris.</summary>
    public required DateOnly Date { get; init; }

    public required TimeOnly StartTime { get; init; }

    public required int DurationMinutes { get; init; }

    public required DateTimeOffset Start { get; init; }

    public required DateTimeOffset End { get; init; }

    public required string Modality { get; init; }

    public required string Host { get; init; }

    /// <summary>rooms/{id}; empty while none is assigned.</summary>
    public string Room { get; init; } = "";

    /// <summary>Empty until convened.</summary>
    public string Facilitator { get; init; } = "";

    public string Expert { get; init; } = "";

    public string ExpertWaiverReason { get; init; } = "";

    public required int Capacity { get; init; }

    /// <summary>Raised when the session moves (iCalendar SEQUENCE).</summary>
    public int Sequence { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>What answers to the invitations warn of, in French; read with the session, and never stored with it.</summary>
    public IReadOnlyList<string> Declined { get; init; } = [];

    public string CancelReason { get; init; } = "";

    /// <summary>For those who organise; empty unless cancelled by hand.</summary>
    public string CancelExplanation { get; init; } = "";

    /// <summary>The date of the rhythm it stands for, wherever it was moved.</summary>
    public required DateOnly PlannedDate { get; init; }

    /// <summary>Somebody chose its date or time: a replanning leaves it there.</summary>
    public bool MovedByHand { get; init; }

    /// <summary>When the agenda was fixed; null before.</summary>
    public DateTimeOffset? FreezeTime { get; init; }

    public DateOnly? PreparatoryDate { get; init; }

    /// <summary>Raised by each change of the attendance sheet, so that a signature holds for what was signed.</summary>
    public int SheetVersion { get; init; }

    /// <summary>organisations/{identifier} of partners presented at the session, in the order they were said.</summary>
    public IReadOnlyList<string> PresentedPartners { get; init; } = [];

    public required long Version { get; init; }

    public required DateTimeOffset ChangeTime { get; init; }

    public IReadOnlyList<Item> Items { get; init; } = [];

    public IReadOnlyList<Invitation> Invitations { get; init; } = [];

    public IReadOnlyList<AttendanceLine> Attendance { get; init; } = [];

    public IReadOnlyList<Signature> Signatures { get; init; } = [];

    /// <summary>Of the certified sheet, by person and revision.</summary>
    public IReadOnlyList<Correction> Corrections { get; init; } = [];

    /// <summary>The attendance as it stands: what was certified, as corrected since.</summary>
    public IReadOnlyList<AttendanceLine> Sheet => CorrectedSheet.Of(Attendance, Corrections);

    public bool IsCertified => State is SessionState.AttendanceCertified or SessionState.Settled;

    public string Etag => ServiceDefaults.Persistence.Etag.Of(Version);

    public IEnumerable<Item> Live => Items.Where(i => i.IsLive);

    /// <summary>The situation being spoken of, where that is said as it goes.</summary>
    public Item? Running => Items.FirstOrDefault(i => i is { State: AgendaItem.Types.State.Open, StartTime: not null });

    public IEnumerable<Item> Ahead => Items.Where(i => i.IsAhead);

    /// <summary>
    /// Whether a date of the rhythm has its session in this one, moved or called off though it may be. One that a replanning
    /// took away stands for nothing: the rhythm may come back.
    /// </summary>
    public bool StandsFor(DateOnly date) => CancelReason != Seasons.ReplanSeason.Replanned && (date == PlannedDate || date == Date);

    /// <summary>Null when it is no name of a session.</summary>
    public static Guid? IdOf(string name) =>
        name.StartsWith(Collection, StringComparison.Ordinal) && Guid.TryParseExact(name[Collection.Length..], "D", out var id) ? id : null;

    /// <summary>
    /// One item off the agenda, and out of the invitations: who was invited for it only no longer is (DOMAIN §4 c).
    /// </summary>
    public Meeting Without(Item item, string reason) => With(item.Removed(reason)) with
    {
        Invitations = Invitations.Any(i => i.Cases.Contains(item.Case))
            ? [.. Invitations.Select(i => Without(i, item.Case)).OfType<Invitation>()]
            : Invitations,
    };

    private static Invitation? Without(Invitation invitation, string removed) =>
        !invitation.Cases.Contains(removed) ? invitation
        : invitation.Cases.Count == 1 ? null
        : new Invitation { Professional = invitation.Professional, Role = invitation.Role, Cases = { invitation.Cases.Where(c => c != removed) } };

    /// <summary>This meeting with one item replaced by what it became.</summary>
    public Meeting With(Item item) => this with { Items = [.. Items.Select(i => i.Position == item.Position ? item : i)] };
}

/// <summary>What a decision answers: the session after, and what to say.</summary>
internal sealed record Decided(Meeting After, params IReadOnlyList<IMessage> Events);
