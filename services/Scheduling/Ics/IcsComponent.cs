namespace Intervision.Scheduling.Ics;

/// <summary>A block of an iCalendar object (RFC 5545 §3.4, §3.6): <c>BEGIN:</c> its name, its lines, its parts, <c>END:</c>.</summary>
internal sealed record IcsComponent(string Name, IReadOnlyList<IcsProperty> Properties, params IReadOnlyList<IcsComponent> Parts)
{
    /// <summary>All lines of a name; names are compared without case, and read in capitals.</summary>
    public IEnumerable<IcsProperty> All(string name) => Properties.Where(p => p.Name == name);

    /// <summary>The first line of a name, whatever a careless program adds after it; null when there is none.</summary>
    public IcsProperty? First(string name) => Properties.FirstOrDefault(p => p.Name == name);

    public IEnumerable<IcsComponent> PartsNamed(string name) => Parts.Where(p => p.Name == name);
}

/// <summary>A content line (RFC 5545 §3.1).</summary>
/// <param name="Value">As on the wire: texts are escaped, see <see cref="IcsText"/>.</param>
internal sealed record IcsProperty(string Name, string Value, params IReadOnlyList<IcsParameter> Parameters)
{
    /// <summary>A line whose value is a text.</summary>
    public static IcsProperty OfText(string name, string text) => new(name, IcsText.Escape(text));

    /// <summary>The first value of a parameter; null when there is none.</summary>
    public string? Parameter(string name) => Parameters.FirstOrDefault(p => p.Name == name)?.Values is [var first, ..] ? first : null;
}

/// <summary>A parameter of a line, its values without quotes.</summary>
internal sealed record IcsParameter(string Name, params IReadOnlyList<string> Values);
