namespace Intervision.Scheduling.Tests;

/// <summary>Rows of the sample region, by column name.</summary>
internal static class RegionCsv
{
    public static IReadOnlyList<IReadOnlyDictionary<string, string>> Read(string file)
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "region", file));
        var columns = lines[0].Split(';');
        return [.. lines.Skip(1).Where(l => l.Length > 0).Select(l => l.Split(';').Select((v, i) => (columns[i], v)).ToDictionary(c => c.Item1, c => c.v, StringComparer.Ordinal))];
    }

    public static DateOnly Date(this IReadOnlyDictionary<string, string> row, string column) =>
        DateOnly.ParseExact(row[column], "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}
