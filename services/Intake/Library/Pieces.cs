using Piece = Intervision.Intake.V1.SearchLibraryResponse.Types.Piece;

namespace Intervision.Intake.Library;

/// <summary>What PostgreSQL marked as found, cut into pieces of plain text: whoever shows them escapes them, and adds the markup.</summary>
internal static class Pieces
{
    /// <summary>Private-use characters, which <see cref="PublicText"/> refuses in a text.</summary>
    public const char Begin = '\uE000';

    /// <inheritdoc cref="Begin"/>
    public const char End = '\uE001';

    public static IEnumerable<Piece> Of(string marked)
    {
        var found = false;
        foreach (var text in marked.Split(Begin, End))
        {
            if (text.Length > 0)
            {
                yield return new Piece { Text = text, Found = found };
            }

            found = !found;
        }
    }
}
