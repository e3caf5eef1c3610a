using System.Globalization;

namespace Intervision.Benchmarks.Planner;

internal sealed record PlannerArguments(string Instance, string Out, double Seconds, long Seed, long Iterations, IReadOnlyCollection<int>? Poles)
{
    public const string Usage = "planner INSTANCE.json OUT.json [--seconds N] [--seed S] [--iterations N] [--poles 0,7] [--report FILE]";

    /// <exception cref="InstanceException">Something is missing, unknown or not a number.</exception>
    public static PlannerArguments Parse(string[] args)
    {
        if (args.Length < 2 || args.Length % 2 != 0 || args.Take(2).Any(a => a.StartsWith("--", StringComparison.Ordinal)))
        {
            throw new InstanceException(Usage);
        }

        var asked = new PlannerArguments(args[0], args[1], Seconds: double.PositiveInfinity, Seed: 1, Iterations: long.MaxValue, Poles: null);
        foreach (var option in args.Skip(2).Chunk(2))
        {
            asked = option[0] switch
            {
                "--seconds" => asked with { Seconds = Number<double>(option) },
                "--seed" => asked with { Seed = Number<long>(option) },
                "--iterations" => asked with { Iterations = Number<long>(option) },
                "--poles" => asked with { Poles = [.. option[1].Split(',').Select(p => Number<int>([option[0], p]))] },
                "--report" => asked,
                _ => throw new InstanceException($"{option[0]} is not known: {Usage}"),
            };
        }

        return double.IsPositiveInfinity(asked.Seconds) && asked.Iterations == long.MaxValue ? asked with { Seconds = 10 } : asked;
    }

    private static T Number<T>(string[] option) where T : struct, System.Numerics.INumber<T> =>
        T.TryParse(option[1], NumberStyles.Float & ~NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) && T.IsPositive(number) && T.IsFinite(number)
            ? number
            : throw new InstanceException($"{option[0]} takes a number that is not negative, not {option[1]}");
}
