using Google.Protobuf;
using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Outcome = Intervision.Membership.V1.FileRowResult.Types.Outcome;

namespace Intervision.Membership.Files;

/// <summary>One resource and all that the files say of it.</summary>
/// <param name="known">As a row would say it; null when the directory does not know it.</param>
internal sealed class Entry<T>(string key, IReadOnlyList<Line> lines, Stored? stored, T? known)
    where T : class, IMessage<T>, IDeepCloneable<T>
{
    private readonly List<FileRowResult> vanished = [];

    public string Key => key;

    public Stored? Stored => stored;

    public T? Known => known;

    /// <summary>What the directory should hold, once it is known.</summary>
    public Row<T>? Row { get; set; }

    /// <summary>The line of the resource's own file.</summary>
    public Line? Own { get; private set; }

    /// <summary>One result per line, then what vanished.</summary>
    public IEnumerable<FileRowResult> Results => lines.Select(l => l.Result).Concat(vanished);

    public IEnumerable<Line> Of(DirectoryFile file) => lines.Where(l => l.File == file);

    /// <summary>Of two lines of the resource's own file the first counts.</summary>
    public void FindOwn(DirectoryFile file)
    {
        foreach (var line in Of(file))
        {
            Own ??= line;
            line.Require(line == Own, "DUPLICATE_ROW", $"Cette clé figure déjà : {Own.Label}.");
        }
    }

    public void RejectAll(string reason, string french)
    {
        foreach (var line in lines)
        {
            line.Require(false, reason, french);
        }
    }

    /// <summary>The line of the resource itself says why, those that hang on it point to it.</summary>
    public void Reject(string reason, string french)
    {
        if (Own is null)
        {
            RejectAll(reason, french);
            return;
        }

        Own.Require(false, reason, french);
        RejectAll("OWNER_REJECTED", $"La ligne dont celle-ci dépend est refusée : {Own.Label}.");
    }

    public void Vanished(DirectoryFile file, string resource, string french = "") => vanished.Add(
        new FileRowResult { File = file, Resource = resource, Outcome = Outcome.Vanished, Message = french });
}
