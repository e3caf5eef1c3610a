using System.Globalization;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.Cases;

/// <summary>Half days on which people can come, kept as <c>2026-10-02/Noon</c>.</summary>
internal static class Availabilities
{
    public static bool IsValid(Availability availability) =>
        availability.Date.ToDate() is not null
        && availability.HalfDay != Availability.Types.HalfDay.Unspecified
        && Enum.IsDefined(availability.HalfDay);

    public static string[] ToStored(IEnumerable<Availability> availabilities) =>
    [
        .. availabilities
            .Select(a => $"{a.Date.ToDate()!.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}/{a.HalfDay}")
            .Distinct(StringComparer.Ordinal),
    ];

    public static IEnumerable<Availability> FromStored(IEnumerable<string> stored) =>
        from text in stored
        let slash = text.IndexOf('/', StringComparison.Ordinal)
        select new Availability
        {
            Date = DateOnly.ParseExact(text.AsSpan(0, slash), "yyyy-MM-dd", CultureInfo.InvariantCulture).ToProto(),
            HalfDay = Enum.Parse<Availability.Types.HalfDay>(text.AsSpan(slash + 1)),
        };
}
