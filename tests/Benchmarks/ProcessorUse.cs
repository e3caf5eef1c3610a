using System.Globalization;

namespace Intervision.Benchmarks;

/// <summary>Processor time as Linux accounts for it, microseconds in steps of ten thousand.</summary>
internal static class ProcessorUse
{
    private const double Tick = 10_000;

    /// <summary>Of a process, and of those of its children that have ended.</summary>
    public static double Of(int process) => Ticks(process).Sum() * Tick;

    /// <summary>With the children that still run, as a database server has them.</summary>
    public static double OfServer(int process) =>
        Of(process) + (Words($"/proc/{process}/task/{process}/children").Sum(child => Ticks(int.Parse(child, CultureInfo.InvariantCulture)).Take(2).Sum()) * Tick);

    /// <returns>Own user and system time, then those of children that have ended; none when it is gone.</returns>
    private static IEnumerable<double> Ticks(int process)
    {
        try
        {
            // The name stands in brackets and may hold anything; the state follows it.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[11..15].Select(t => double.Parse(t, CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static string[] Words(string file) => File.ReadAllText(file).Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
