namespace Intervision.Membership;

/// <summary>Half-open periods of civil days: from a first day to the day before <c>until</c>, or without an end.</summary>
internal static class Period
{
    public static bool Holds(DateOnly from, DateOnly? until, DateOnly day) => from <= day && (until is null || day < until);

    /// <summary>Whether some day is in both.</summary>
    public static bool Overlap(DateOnly from1, DateOnly? until1, DateOnly from2, DateOnly? until2) =>
        (until2 is null || from1 < until2) && (until1 is null || from2 < until1);
}
