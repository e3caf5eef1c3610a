using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Common.V1;

namespace Intervision.Dashboard.Telemetry.Reading;

internal static class TagFilters
{
    public static bool IsMet(this TagFilter filter, RepeatedField<KeyValue> attributes)
    {
        var value = attributes.FirstOrDefault(a => a.Key == filter.Key) is { } found ? Values.Text(found.Value) : null;
        return filter.Test switch
        {
            TagTest.Is => string.Equals(value, filter.Value, StringComparison.OrdinalIgnoreCase),
            TagTest.IsNot => !string.Equals(value, filter.Value, StringComparison.OrdinalIgnoreCase),
            TagTest.Contains => value is not null && value.Contains(filter.Value, StringComparison.OrdinalIgnoreCase),
            _ => value is not null,
        };
    }
}
