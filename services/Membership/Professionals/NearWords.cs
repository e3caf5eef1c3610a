using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Professionals;

/// <summary>
/// The words of the directory that a typed word may mean: itself, those it begins, and from four letters on those that
/// one typing error makes of it: a letter missing, too many or wrong, or two neighbours swapped. From six letters on
/// also those whose beginning it is but for one error, when the first letter is right: names are searched while typing.
/// </summary>
internal static class NearWords
{
    private const int Forgiving = 4;
    private const int ForgivingBeginnings = 6;

    /// <summary>Keys as in the function <c>name_keys</c> (migration 0004).</summary>
    public static async Task<string[]> KeysOf(Tx tx, string word)
    {
        if (word.Length < Forgiving)
        {
            return [word + "%"];
        }

        var near = await tx.Query<string>(
            $"select word from name_word where {Whole} {(word.Length < ForgivingBeginnings ? "" : Beginning)}",
            new { word, word.Length, Swapped = Swapped(word), First = word[..1] });
        return [.. near];
    }

    /// <summary>The word with each pair of neighbours swapped, which the measure counts as two errors.</summary>
    internal static string[] Swapped(string word) =>
        [.. Enumerable.Range(0, word.Length - 1).Select(i => $"{word[..i]}{word[i + 1]}{word[i]}{word[(i + 2)..]}")];

    private const string Whole =
        """
        starts_with(word, @word) or word = any(@Swapped)
        or (length(word) between @Length - 1 and @Length + 1 and levenshtein_less_equal(word, @word, 1) <= 1)
        """;

    private const string Beginning =
        """
        or (starts_with(word, @First) and (
          left(word, @Length) = any(@Swapped)
          or levenshtein_less_equal(left(word, @Length - 1), @word, 1) <= 1
          or levenshtein_less_equal(left(word, @Length), @word, 1) <= 1
          or levenshtein_less_equal(left(word, @Length + 1), @word, 1) <= 1))
        """;
}
