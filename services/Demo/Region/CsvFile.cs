using System.Globalization;
using System.Text;
using CsvHelper;

namespace Intervision.Demo.Region;

/// <summary>What is wrong with one row, in French, for whoever wrote the file.</summary>
internal sealed class CsvProblem(string message) : Exception(message);

/// <summary>Reads <c>;</c>-separated UTF-8 files; every problem is kept with its file and line, none stops the reading.</summary>
internal sealed class CsvFolder(string path)
{
    // A lone quote in a free text is no reason to swallow the lines after it.
    private static readonly CsvReaderOptions Options = new() { Separator = ';', AllowLineBreaksInQuotes = false, TrackLineNumbers = true };
    private readonly List<string> problems = [];

    public IReadOnlyList<string> Problems => problems;

    /// <summary>The files of this folder that match, e.g. <c>school_holidays*.csv</c>.</summary>
    public IReadOnlyList<string> Matching(string pattern) =>
        Directory.Exists(path)
            ? [.. Directory.GetFiles(path, pattern).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)]
            : [];

    /// <summary>All rows that can be read.</summary>
    public List<T> Read<T>(string name, Func<CsvRow, T> map, bool optional = false)
    {
        var file = Path.Combine(path, name);
        if (!File.Exists(file))
        {
            if (!optional)
            {
                problems.Add($"{name} : fichier absent de {path}.");
            }

            return [];
        }

        return ReadRows(file, name, map);
    }

    /// <summary>A dictionary by key; a key said twice is a problem.</summary>
    public Dictionary<string, T> Index<T>(string name, IEnumerable<T> rows, Func<T, string> key)
    {
        var index = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (!index.TryAdd(key(row), row))
            {
                problems.Add($"{name} : « {key(row)} » y figure deux fois.");
            }
        }

        return index;
    }

    private List<T> ReadRows<T>(string file, string name, Func<CsvRow, T> map)
    {
        var rows = new List<T>();
        using var reader = CsvReader.FromFile(file, Options);
        var columns = reader.Headers.Select((column, i) => (column, i)).DistinctBy(c => c.column).ToDictionary(c => c.column, c => c.i, StringComparer.Ordinal);
        while (reader.Read())
        {
            try
            {
                var fields = Enumerable.Range(0, reader.FieldCount).Select(reader.GetString).ToArray();
                rows.Add(map(new CsvRow(name, reader.LineNumber, columns, fields, Encoding.UTF8.GetString(reader.RawRecord))));
            }
            catch (CsvProblem problem)
            {
                problems.Add(problem.Message);
            }
        }

        return rows;
    }
}

/// <summary>One row; what cannot be read is a <see cref="CsvProblem"/> that names file, line and column.</summary>
internal sealed class CsvRow
{
    private readonly string file;
    private readonly long line;
    private readonly Dictionary<string, int> columns;
    private readonly string[] fields;

    public CsvRow(string file, long line, Dictionary<string, int> columns, string[] fields, string raw)
    {
        (this.file, this.line, this.columns, this.fields, Raw) = (file, line, columns, fields, raw);
        if (fields.Length != columns.Count)
        {
            throw new CsvProblem($"{Label} : {fields.Length} colonnes au lieu de {columns.Count}.");
        }
    }

    /// <summary>File and line.</summary>
    public string Label => $"{file}, ligne {line}";

    /// <summary>The row as written: what request ids derive from.</summary>
    public string Raw { get; }

    public string Text(string column) => columns.TryGetValue(column, out var i)
        ? fields[i].Trim()
        : throw new CsvProblem($"{file} : la colonne {column} manque.");

    public string Required(string column) => Text(column) is { Length: > 0 } text ? text : throw Wrong(column, "est vide");

    public DateOnly Date(string column) => OptionalDate(column) ?? throw Wrong(column, "est vide");

    public DateOnly? OptionalDate(string column) => Text(column) is not { Length: > 0 } text ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date
        : throw Wrong(column, $"« {text} » n'est pas une date (AAAA-MM-JJ)");

    public TimeOnly Time(string column) =>
        TimeOnly.TryParseExact(Text(column), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time
            : throw Wrong(column, $"« {Text(column)} » n'est pas une heure (HH:MM)");

    /// <summary>A whole number; empty is 0.</summary>
    public long Number(string column) => Text(column) is not { Length: > 0 } text ? 0
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw Wrong(column, $"« {text} » n'est pas un nombre entier");

    public int SmallNumber(string column) => Number(column) is >= int.MinValue and <= int.MaxValue and var number ? (int)number : throw Wrong(column, "est trop grand");

    public bool Flag(string column) => Text(column) switch
    {
        "1" => true,
        "0" or "" => false,
        var other => throw Wrong(column, $"« {other} » n'est ni 0 ni 1"),
    };

    public IReadOnlyList<string> Words(string column) => Text(column).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A code of a closed list, in UPPER_SNAKE_CASE; empty is the zero value.</summary>
    public TEnum Code<TEnum>(string column, params ReadOnlySpan<(string Said, TEnum Meant)> synonyms)
        where TEnum : struct, Enum
    {
        var text = Text(column);
        foreach (var (said, meant) in synonyms)
        {
            if (text == said)
            {
                return meant;
            }
        }

        return text.Length == 0 ? default
            : !char.IsDigit(text[0]) && Enum.TryParse<TEnum>(text.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var code) ? code
            : throw Wrong(column, $"« {text} » n'est pas un code connu");
    }

    public CsvProblem Wrong(string column, string what) => new($"{Label} : {column} {what}.");
}
