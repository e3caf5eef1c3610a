using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Registrations;

/// <summary>One person who comes without being tied to a case, or waits to.</summary>
internal sealed class Entry
{
    public string Professional { get; init; } = "";

    public string State { get; init; } = "";

    /// <summary>From 1; null without one.</summary>
    public int? Seat { get; init; }

    /// <summary>Who came first, across all sessions.</summary>
    public long OrderNo { get; init; }

    public DateTimeOffset RegisterTime { get; init; }

    public DateOnly? ManagerLeaveDate { get; init; }

    public bool CharterAccepted { get; init; }

    /// <summary>From 1; 0 when not waiting.</summary>
    public int WaitingPosition { get; init; }

    public bool IsRegistered => State == RegistrationState.Registered.Code();

    public bool IsWaiting => State == RegistrationState.Waiting.Code();

    public Registration ToProto() => new()
    {
        Professional = Professional,
        State = Codes.Parse<RegistrationState>(State),
        WaitingPosition = WaitingPosition,
        RegisterTime = RegisterTime.ToProto(),
        ManagerLeaveDate = ManagerLeaveDate?.ToProto(),
        CharterAccepted = CharterAccepted,
    };
}
