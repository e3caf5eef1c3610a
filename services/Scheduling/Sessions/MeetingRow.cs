using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Sessions;

/// <summary>A row of <c>session</c>.</summary>
internal class MeetingRow
{
    public Guid Id { get; init; }

    public string Pole { get; init; } = "";

    public string Programme { get; init; } = "";

    public string State { get; init; } = "";

    public DateOnly Date { get; init; }

    public TimeOnly StartTime { get; init; }

    public int DurationMinutes { get; init; }

    public DateTimeOffset StartInstant { get; init; }

    public DateTimeOffset EndInstant { get; init; }

    public string Modality { get; init; } = "";

    public string Host { get; init; } = "";

    public Guid? Room { get; init; }

    public string Facilitator { get; init; } = "";

    public string Expert { get; init; } = "";

    public string ExpertWaiverReason { get; init; } = "";

    public int Capacity { get; init; }

    public int Sequence { get; init; }

    public string[] Warnings { get; init; } = [];

    public string CancelReason { get; init; } = "";

    public string CancelExplanation { get; init; } = "";

    public DateOnly PlannedDate { get; init; }

    public bool MovedByHand { get; init; }

    public DateTimeOffset? FreezeTime { get; init; }

    public DateOnly? PreparatoryDate { get; init; }

    public int SheetVersion { get; init; }

    public string[] PresentedPartners { get; init; } = [];

    public long Version { get; init; }

    public DateTimeOffset ChangeTime { get; init; }

    public Meeting ToMeeting() => new()
    {
        Id = Id,
        Pole = Pole,
        Programme = Programme,
        State = Codes.Parse<SessionState>(State),
        Date = Date,
        StartTime = StartTime,
        DurationMinutes = DurationMinutes,
        Start = StartInstant,
        End = EndInstant,
        Modality = Modality,
        Host = Host,
        Room = Room is { } room ? $"{Rooms.Room.Collection}{room}" : "",
        Facilitator = Facilitator,
        Expert = Expert,
        ExpertWaiverReason = ExpertWaiverReason,
        Capacity = Capacity,
        Sequence = Sequence,
        Warnings = Warnings,
        CancelReason = CancelReason,
        CancelExplanation = CancelExplanation,
        PlannedDate = PlannedDate,
        MovedByHand = MovedByHand,
        FreezeTime = FreezeTime,
        PreparatoryDate = PreparatoryDate,
        SheetVersion = SheetVersion,
        PresentedPartners = PresentedPartners,
        Version = Version,
        ChangeTime = ChangeTime,
    };
}

/// <summary>A row of <c>agenda_item</c>.</summary>
internal sealed class ItemRow
{
    public Guid SessionId { get; init; }

    public int Position { get; init; }

    public string CaseName { get; init; } = "";

    public string State { get; init; } = "";

    public string Reason { get; init; } = "";

    public string[] Present { get; init; } = [];

    public DateTimeOffset? DiscussTime { get; init; }

    public int Rank { get; init; }

    public string AddedReason { get; init; } = "";

    public string Review { get; init; } = "";

    public string ReviewReason { get; init; } = "";

    public string NeedsFunction { get; init; } = "";

    public string NeedsProfessional { get; init; } = "";

    public DateTimeOffset? StartTime { get; init; }

    public bool PatientExpected { get; init; }

    public Item ToItem() => new(CaseName, Position, Codes.Parse<AgendaItem.Types.State>(State), Reason, Present, DiscussTime)
    {
        Rank = Rank,
        AddedReason = AddedReason,
        StartTime = StartTime,
        PatientExpected = PatientExpected,
        Review = Review.Length == 0 ? null : new ItemReview
        {
            Outcome = Codes.Parse<ItemReview.Types.Outcome>(Review), Reason = ReviewReason, NeedsFunction = NeedsFunction, NeedsProfessional = NeedsProfessional,
        },
    };

    public static object Of(Item item) => new
    {
        item.Position,
        CaseName = item.Case,
        State = item.State.Code(),
        item.Reason,
        Present = item.Present ?? [],
        item.DiscussTime,
        item.Rank,
        item.AddedReason,
        Review = item.Review?.Outcome.Code() ?? "",
        ReviewReason = item.Review?.Reason ?? "",
        NeedsFunction = item.Review?.NeedsFunction ?? "",
        NeedsProfessional = item.Review?.NeedsProfessional ?? "",
        item.StartTime,
        item.PatientExpected,
    };
}

/// <summary>A row of <c>patient_presence</c>.</summary>
internal sealed class PatientPresenceRow
{
    public Guid SessionId { get; init; }

    public int Position { get; init; }

    public string Function { get; init; } = "";

    public DateTimeOffset InTime { get; init; }

    public DateTimeOffset? OutTime { get; init; }

    public PatientPresence ToPresence() =>
        new() { Function = Codes.Parse<PatientPresence.Types.Function>(Function), InTime = InTime.ToProto(), OutTime = OutTime?.ToProto() };
}

/// <summary>A row of <c>invitation</c>.</summary>
internal sealed class InvitationRow
{
    public Guid SessionId { get; init; }

    public string Professional { get; init; } = "";

    public string Role { get; init; } = "";

    public string[] Cases { get; init; } = [];

    public Invitation ToInvitation() => new() { Professional = Professional, Role = Codes.Parse<SessionRole>(Role), Cases = { Cases } };
}

/// <summary>A row of <c>certification</c>.</summary>
internal sealed class SignatureRow
{
    public Guid SessionId { get; init; }

    public string Certifier { get; init; } = "";

    public int SheetVersion { get; init; }
}
