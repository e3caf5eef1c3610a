using System.Globalization;
using System.Text.Json;
using Intervision.Scheduling.Planning;

namespace Intervision.Benchmarks.Planner;

/// <summary>A file that holds no instance, in one sentence.</summary>
internal sealed class InstanceException(string message) : Exception(message);

/// <summary>
/// A planning instance as a JSON file: days known by their index; availabilities are lists of day indexes; a situation refers to its
/// pôle by id and to people by their index in the pôle's lists (<c>gps</c>, <c>refs</c>, <c>pros</c>) or in <c>experts</c>. The data
/// of the situations' waiting, <c>weights.wait</c> and <c>window</c>, are by priority. Fields beside these are ignored.
/// </summary>
internal sealed record InstanceFile(
    IReadOnlyList<string> Days,
    IReadOnlyList<int> Month,
    IReadOnlyList<InstanceExpert> Experts,
    IReadOnlyList<IReadOnlyList<int>> Coord,
    IReadOnlyList<InstancePole> Poles,
    IReadOnlyList<InstanceSituation> Situations,
    InstanceWeights Weights,
    int Cap,
    int Capmax,
    IReadOnlyDictionary<string, int> Window)
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <exception cref="InstanceException">It cannot be read, is not JSON of this shape, or refers to what is not there.</exception>
    public static InstanceFile Read(string path)
    {
        try
        {
            return Parse(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InstanceException($"cannot read {path}: {e.Message}");
        }
    }

    public static InstanceFile Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var instance = JsonSerializer.Deserialize<InstanceFile>(json, Format) ?? throw new InstanceException("not an instance: null");
            if (instance.Mistakes().Concat(instance.ToProblemUnlessMistaken()?.Mistakes() ?? []).FirstOrDefault() is { } mistake)
            {
                throw new InstanceException($"not an instance: {mistake}");
            }

            return instance;
        }
        catch (JsonException e)
        {
            throw new InstanceException($"not an instance: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    public void Write(string path) => File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(this, Format));

    /// <summary>The situations of some pôles alone.</summary>
    public InstanceFile Only(IReadOnlyCollection<int> poles) => poles.FirstOrDefault(p => Poles.All(q => q.Id != p), -1) is var absent and >= 0
        ? throw new InstanceException($"pôle {absent} is not in the instance")
        : this with { Situations = [.. Situations.Where(s => poles.Contains(s.Pole))] };

    /// <summary>Situations in the file's order.</summary>
    public PlanningProblem ToProblem()
    {
        var everyDay = DaySet.Between(0, Days.Count);
        var people = Poles.Index().ToDictionary(p => p.Item.Id, p => (p.Index, Refs: Sets(p.Item.Refs), Gps: Sets(p.Item.Gps), Pros: Sets(p.Item.Pros)));
        return new PlanningProblem(
            Month,
            Sets(Coord),
            [.. Experts.Select(e => DaySet.Of(e.Avail))],
            [.. Poles.Select(p => new PoleToPlan(p.Coord, everyDay, p.MaxSessionsMonth, Cap, Capmax))],
            [.. Situations.Select(s =>
            {
                var (index, refs, gps, pros) = people[s.Pole];
                return new SituationToPlace(
                    index, s.Ready, Window[Key(s.Prio)], Weights.Wait[Key(s.Prio)], refs[s.Ref], gps[s.Gp], s.Experts, [.. s.Pros.Select(q => pros[q])]);
            })],
            new PlanningPrices
            {
                Session = Weights.Session,
                Crowded = Weights.Over3,
                LeftOut = Weights.Unscheduled,
                Gp = Weights.Gp,
                Expert = Weights.Expert,
                Professional = Weights.Pro,
            });
    }

    private static string Key(int priority) => priority.ToString(CultureInfo.InvariantCulture);

    private static DaySet[] Sets(IReadOnlyList<IReadOnlyList<int>> lists) => [.. lists.Select(l => DaySet.Of(l))];

    private PlanningProblem? ToProblemUnlessMistaken() => Mistakes().Any() ? null : ToProblem();

    private IEnumerable<string> Mistakes()
    {
        if (Month.Count != Days.Count)
        {
            yield return $"{Days.Count} days and {Month.Count} months";
        }

        var availabilities = Coord.Concat(Experts.Select(e => e.Avail)).Concat(Poles.SelectMany(p => p.Refs.Concat(p.Gps).Concat(p.Pros)));
        if (availabilities.Any(days => days.Any(day => day < 0 || day >= Days.Count)))
        {
            yield return "somebody is available on a day that is not among its days";
        }

        if (Poles.CountBy(p => p.Id).Concat(Situations.CountBy(s => s.Id)).FirstOrDefault(c => c.Value > 1) is { Value: > 1 } twice)
        {
            yield return $"two pôles or two situations have the id {twice.Key}";
            yield break;
        }

        var poles = Poles.ToDictionary(p => p.Id);
        foreach (var s in Situations)
        {
            if (!poles.TryGetValue(s.Pole, out var pole))
            {
                yield return $"situation {s.Id} has pôle {s.Pole}, which is not there";
            }
            else if (!Has(pole.Refs, s.Ref) || !Has(pole.Gps, s.Gp) || !s.Pros.All(q => Has(pole.Pros, q)))
            {
                yield return $"situation {s.Id} has a référent, a general practitioner or a professional its pôle has not";
            }

            if (!Window.ContainsKey(Key(s.Prio)) || !Weights.Wait.ContainsKey(Key(s.Prio)))
            {
                yield return $"situation {s.Id} has priority {s.Prio}, of which window or weight is not said";
            }
        }
    }

    private static bool Has<T>(IReadOnlyList<T> list, int index) => index >= 0 && index < list.Count;
}

internal sealed record InstanceExpert(IReadOnlyList<int> Avail);

internal sealed record InstancePole(
    int Id, int Coord, IReadOnlyList<IReadOnlyList<int>> Gps, IReadOnlyList<IReadOnlyList<int>> Refs, IReadOnlyList<IReadOnlyList<int>> Pros, int MaxSessionsMonth);

internal sealed record InstanceSituation(
    int Id, int Pole, int Prio, int Ready, int Gp, int Ref, IReadOnlyList<int> Experts, IReadOnlyList<int> Pros);

internal sealed record InstanceWeights(
    IReadOnlyDictionary<string, double> Wait, double Gp, double Expert, double Pro, double Over3, double Session, double Unscheduled);
