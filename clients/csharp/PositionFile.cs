namespace Intervision.CptsClient;

/// <summary>The resume token of the last message handled, kept across restarts.</summary>
internal sealed class PositionFile(string path)
{
    public string Read() => File.Exists(path) ? File.ReadAllText(path) : "";

    /// <summary>Whole or not at all, whenever we are stopped.</summary>
    public void Keep(string position)
    {
        File.WriteAllText($"{path}.new", position);
        File.Move($"{path}.new", path, overwrite: true);
    }

    public void Forget() => File.Delete(path);
}
