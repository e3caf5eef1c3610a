using System.Numerics;

namespace Intervision.Scheduling.Planning;

/// <summary>A set of days of the planned period, each known by its index in it.</summary>
public sealed class DaySet
{
    private readonly ulong[] words;

    private DaySet(ulong[] words) => this.words = words;

    /// <summary>No day at all.</summary>
    public static DaySet Empty { get; } = new([]);

    /// <param name="days">None negative.</param>
    public static DaySet Of(params IEnumerable<int> days)
    {
        var bits = new List<ulong>();
        foreach (var day in days)
        {
            while (bits.Count <= day >> 6)
            {
                bits.Add(0);
            }

            bits[day >> 6] |= 1UL << (day & 63);
        }

        return new DaySet([.. bits]);
    }

    /// <summary>The days <paramref name="from"/> ≤ d &lt; <paramref name="end"/>.</summary>
    public static DaySet Between(int from, int end) => Of(Enumerable.Range(from, Math.Max(0, end - from)));

    public int Count => words.Sum(BitOperations.PopCount);

    public bool Contains(int day) => day >= 0 && day >> 6 < words.Length && (words[day >> 6] >> (day & 63) & 1) != 0;

    public DaySet And(DaySet other) => new([.. words.Zip(other.words, (a, b) => a & b)]);

    public IEnumerable<int> Days() => Enumerable.Range(0, words.Length * 64).Where(Contains);
}
