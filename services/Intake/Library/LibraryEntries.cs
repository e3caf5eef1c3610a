using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Library;

/// <summary>A published case as read from its table.</summary>
internal sealed class EntryRow
{
    public Guid Id { get; init; }

    public string Title { get; init; } = "";

    public string Situation { get; init; } = "";

    public string Question { get; init; } = "";

    public string Orientation { get; init; } = "";

    public string[] Orientations { get; init; } = [];

    public string AgeBand { get; init; } = "";

    public string Area { get; init; } = "";

    public string Product { get; init; } = "";

    public string Motive { get; init; } = "";

    public DateOnly PublishQuarter { get; init; }

    /// <summary>Passages, with <see cref="Pieces"/>' marks around what was found.</summary>
    public string Snippet { get; init; } = "";

    /// <summary>0 without words.</summary>
    public float Rank { get; init; }

    public LibraryClass Class => new Shown(AgeBand, Area, Product, Motive).ToProto();

    public LibraryCase ToProto()
    {
        var entry = new LibraryCase
        {
            Name = LibraryEntries.NameOf(Id),
            Title = Title,
            Situation = Situation,
            Question = Question,
            Orientation = Orientation,
            Class = Class,
            Quarter = Quarters.Text(PublishQuarter),
        };
        entry.Orientations.Add(Orientations);
        return entry;
    }
}

/// <summary>The SQL of published cases, but for the search.</summary>
internal static class LibraryEntries
{
    private const string Prefix = "libraryCases/";

    public static string NameOf(Guid id) => $"{Prefix}{id}";

    /// <summary>Null when it is not a name of one.</summary>
    public static Guid? IdOf(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && Guid.TryParseExact(name.AsSpan(Prefix.Length), "D", out var id) ? id : null;

    /// <summary>NOT_FOUND; what is no name of an entry is not quoted.</summary>
    public static RuleBroken NotThere(string name) => RuleBroken.NotFound(IdOf(name) is null ? "" : name);

    public static Task<EntryRow?> Find(Tx tx, Guid id) => tx.SingleOrDefault<EntryRow>(
        """
        select id, title, situation, question, orientation, orientations, age_band, area, product, motive, publish_quarter
        from library_entry where id = @id
        """,
        new { id });
}
