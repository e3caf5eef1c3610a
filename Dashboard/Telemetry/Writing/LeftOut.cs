namespace Intervision.Dashboard.Telemetry.Writing;

/// <summary>What the rows of one transaction left out, and whose it was: counted and told when it is committed, forgotten with a rollback.</summary>
internal sealed class LeftOut(Drops drops)
{
    private readonly Dictionary<(string Sender, string Kind, string Reason), long> counts = [];

    /// <summary>Whose request is being written.</summary>
    public string Sender { get; set; } = "";

    public void Add(string kind, string reason, long count = 1)
    {
        var key = (Sender, kind, reason);
        counts[key] = counts.GetValueOrDefault(key) + count;
    }

    public void Tell()
    {
        foreach (var ((sender, kind, reason), count) in counts)
        {
            drops.AddLate(sender, kind, reason, count);
        }

        counts.Clear();
    }

    public void Forget() => counts.Clear();
}
