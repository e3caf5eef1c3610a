using System.Buffers;

namespace Intervision.Scheduling.Ics;

/// <summary>
/// One unfolded line: <c>NAME;PARAM=value,"quoted: value":value</c>. A quote only counts where a parameter's value begins:
/// elsewhere some programs write it as itself.
/// </summary>
internal ref struct IcsLine
{
    private const int MostParameters = 32;
    private static readonly SearchValues<char> OfNames = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");
    private readonly ReadOnlySpan<char> line;
    private int at;

    private IcsLine(ReadOnlySpan<char> line) => this.line = line;

    /// <returns>Null when it is no content line, or has more parameters than any program writes.</returns>
    public static IcsProperty? Parse(string line)
    {
        foreach (var c in line)
        {
            if (IcsText.IsControl(c))
            {
                return null;
            }
        }

        return new IcsLine(line).Parse();
    }

    private IcsProperty? Parse()
    {
        var parameters = new List<IcsParameter>();
        if (Name() is not { } name)
        {
            return null;
        }

        while (Takes(';'))
        {
            if (parameters.Count == MostParameters || Parameter() is not { } parameter)
            {
                return null;
            }

            parameters.Add(parameter);
        }

        return Takes(':') ? new IcsProperty(name, line[at..].ToString(), parameters) : null;
    }

    private IcsParameter? Parameter()
    {
        if (Name() is not { } name || !Takes('='))
        {
            return null;
        }

        var values = new List<string>();
        do
        {
            if (values.Count == MostParameters || ParameterValue() is not { } value)
            {
                return null;
            }

            values.Add(IcsText.UnescapeParameter(value));
        }
        while (Takes(','));
        return new IcsParameter(name, values);
    }

    private string? ParameterValue()
    {
        if (!Takes('"'))
        {
            return Until(line[at..].IndexOfAny(",;:"));
        }

        var quoted = Until(line[at..].IndexOf('"'));
        at++;
        return quoted;
    }

    private string? Name()
    {
        var length = line[at..].IndexOfAnyExcept(OfNames);
        return length > 0 ? Until(length)!.ToUpperInvariant() : null;
    }

    /// <summary>So many characters; null when what should end them was not found.</summary>
    private string? Until(int length)
    {
        if (length < 0)
        {
            return null;
        }

        var taken = line.Slice(at, length).ToString();
        at += length;
        return taken;
    }

    private bool Takes(char expected)
    {
        var isThere = at < line.Length && line[at] == expected;
        at += isThere ? 1 : 0;
        return isThere;
    }
}
