using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Intervision.AppHost.Publish;

/// <summary>A YAML mapping in the order in which it was written, with comments. What needs quotes gets those of JSON.</summary>
internal sealed partial class Yaml : IEnumerable<KeyValuePair<string, object>>
{
    private static readonly JsonSerializerOptions Quotes = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<(string Key, object Value, string? Comment)> _entries = [];

    /// <summary>A text, a number, true or false, a list or another mapping; null and empty ones are left out.</summary>
    public object? this[string key, string? comment = null]
    {
        set
        {
            if (value is not null and not (ICollection { Count: 0 }) and not (Yaml { _entries.Count: 0 }))
            {
                _entries.Add((key, value, comment));
            }
        }
    }

    public void Add(string key, object? value) => this[key] = value;

    public override string ToString()
    {
        var text = new StringBuilder();
        Write(text, 0);
        return text.ToString();
    }

    public IEnumerator<KeyValuePair<string, object>> GetEnumerator() => _entries.Select(e => KeyValuePair.Create(e.Key, e.Value)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void Write(StringBuilder text, int depth)
    {
        foreach (var (key, value, comment) in _entries)
        {
            if (comment is not null)
            {
                text.Append(' ', depth * 2).Append("# ").AppendLine(comment);
            }
            text.Append(' ', depth * 2).Append(Scalar(key)).Append(':');
            WriteValue(text, value, depth);
        }
    }

    private static void WriteValue(StringBuilder text, object value, int depth)
    {
        switch (value)
        {
            case Yaml map:
                text.AppendLine();
                map.Write(text, depth + 1);
                break;
            case string or int or bool:
                text.Append(' ').AppendLine(Scalar(value));
                break;
            case IEnumerable<string> words:
                text.Append(" [").AppendJoin(", ", words.Select(w => Scalar(w))).AppendLine("]");
                break;
            default:
                throw new ArgumentException($"{value.GetType().Name} cannot be written as YAML.", nameof(value));
        }
    }

    private static string Scalar(object value) => value switch
    {
        int number => number.ToString(CultureInfo.InvariantCulture),
        bool truth => truth ? "true" : "false",
        string text => Plain().IsMatch(text) && !LooksLikeAnother().IsMatch(text) ? text : JsonSerializer.Serialize(text, Quotes),
        _ => throw new ArgumentException($"{value.GetType().Name} is not a scalar.", nameof(value)),
    };

    [GeneratedRegex("^[A-Za-z_/][A-Za-z0-9_./-]*$", RegexOptions.None, 1000)]
    private static partial Regex Plain();

    /// <summary>Words that YAML 1.1 takes for true, false or nothing.</summary>
    [GeneratedRegex("^(y|n|yes|no|on|off|true|false|null)$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LooksLikeAnother();
}
