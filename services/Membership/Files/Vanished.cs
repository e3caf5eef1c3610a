using Intervision.Membership.V1;
using Outcome = Intervision.Membership.V1.FileRowResult.Types.Outcome;

namespace Intervision.Membership.Files;

/// <summary>
/// What the directory holds and no line names: reported, never deleted. Resources when their own file was sent, the
/// parts of resources when only theirs was.
/// </summary>
internal static class Vanished
{
    private const int PerRead = 500;

    public static async Task Report(FileKind kind, ImportWork work, StagedLines staged, ResultWriter results)
    {
        if (work.Sent.Contains(kind.Own))
        {
            await ReportResources(kind, work, staged, results);
            return;
        }

        foreach (var (file, owners) in kind.PartOwners(work.Sent))
        {
            await ReportParts(kind, file, owners, work, staged, results);
        }
    }

    private static async Task ReportResources(FileKind kind, ImportWork work, StagedLines staged, ResultWriter results)
    {
        var (table, key) = kind.Table;
        await foreach (var some in Chunks(staged.Missing(kind.Own, $"select {key} as key from {table}", work.Cancellation)))
        {
            await results.Write(some.ConvertAll(k => new FileRowResult { File = kind.Own, Resource = kind.NameOf(k), Outcome = Outcome.Vanished }));
        }
    }

    private static async Task ReportParts(FileKind kind, DirectoryFile file, string owners, ImportWork work, StagedLines staged, ResultWriter results)
    {
        await foreach (var some in Chunks(staged.Missing(file, owners, work.Cancellation)))
        {
            var found = new List<FileRowResult>();
            await work.Do(async tx =>
            {
                found.Clear();
                found.AddRange(await kind.Apply(tx, work.Author, some.ConvertAll(k => new KeyLines(k, [])), new HashSet<DirectoryFile> { file }));
            });
            await results.Write(found);
        }
    }

    private static async IAsyncEnumerable<List<string>> Chunks(IAsyncEnumerable<string> keys)
    {
        var some = new List<string>();
        await foreach (var key in keys)
        {
            some.Add(key);
            if (some.Count == PerRead)
            {
                yield return some;
                some = [];
            }
        }

        if (some.Count > 0)
        {
            yield return some;
        }
    }
}
