namespace Intervision.Scheduling.Planning;

/// <summary>The search's own chance: the same numbers for the same seed on every machine and version, at a nanosecond each.</summary>
internal struct Dice(long seed)
{
    private ulong state = unchecked((ulong)seed * 0xD1342543DE82EF95);

    /// <summary>0 ≤ result &lt; <paramref name="end"/>.</summary>
    public int Below(int end) => (int)((Next() >> 32) * (ulong)end >> 32);

    // SplitMix64 (Steele, Lea, Flood 2014): a counter and a mixing function.
    private ulong Next()
    {
        unchecked
        {
            var z = state += 0x9E3779B97F4A7C15;
            z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
            z = (z ^ z >> 27) * 0x94D049BB133111EB;
            return z ^ z >> 31;
        }
    }
}
