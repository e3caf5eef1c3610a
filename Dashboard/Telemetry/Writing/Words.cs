using System.Text;
using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Common.V1;

namespace Intervision.Dashboard.Telemetry.Writing;

/// <summary>What full-text search sees of a record: its name or message and its attributes' texts, up to a bound.</summary>
internal sealed class Words
{
    private const int Most = 16_384;
    private readonly StringBuilder text = new();
    private char[] buffer = new char[1024];

    public Words Clear()
    {
        text.Clear();
        return this;
    }

    public Words Add(string? words)
    {
        if (words is { Length: > 0 } && text.Length < Most)
        {
            text.Append(words).Append('\n');
        }

        return this;
    }

    public Words Add(RepeatedField<KeyValue> attributes)
    {
        foreach (var attribute in attributes)
        {
            if (attribute.Value?.ValueCase == AnyValue.ValueOneofCase.StringValue)
            {
                Add(attribute.Value.StringValue);
            }
            else if (attribute.Value?.ValueCase == AnyValue.ValueOneofCase.IntValue && text.Length < Most)
            {
                text.Append(attribute.Value.IntValue).Append('\n');
            }
        }

        return this;
    }

    public ReadOnlySpan<char> Text()
    {
        if (buffer.Length < text.Length)
        {
            buffer = new char[text.Length * 2];
        }

        text.CopyTo(0, buffer, text.Length);
        return buffer.AsSpan(0, text.Length);
    }
}
