using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Calendar;

/// <summary>Wall times of Paris that are no instant, or two: the nights the clocks change. Never guessed at.</summary>
internal static class WallClock
{
    /// <returns>Null when the clocks show the time once that day.</returns>
    public static (string Reason, string French)? Wrong(DateOnly date, TimeOnly time) => Paris.InstantsOf(date, time).Count switch
    {
        0 => ("LOCAL_TIME_DOES_NOT_EXIST", $"Le {date:dd/MM/yyyy}, l'heure passe directement de 2 h à 3 h : {time:HH\\:mm} n'existe pas."),
        2 => ("LOCAL_TIME_EXISTS_TWICE", $"Le {date:dd/MM/yyyy}, l'heure passe de 3 h à 2 h : {time:HH\\:mm} existe deux fois."),
        _ => null,
    };
}
