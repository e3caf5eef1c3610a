using System.Text;

namespace Intervision.Indemnisation.Reports.Pdf;

/// <summary>How wide the letters of Helvetica are (Adobe's font metrics, thousandths of the size): for columns set to the right, and to cut what is too long.</summary>
internal static class Helvetica
{
    private const int Usual = 556;

    /// <summary>From the space to the tilde.</summary>
    private static readonly int[] Ascii =
    [
        278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
        556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
        1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
        667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
        333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
        556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
    ];

    /// <summary>In points.</summary>
    public static double Width(string text, double size) => text.Normalize(NormalizationForm.FormD).Sum(Of) * size / 1000;

    /// <summary>As much as fits, with three dots when something was cut.</summary>
    public static string Fit(string text, double size, double width)
    {
        if (Width(text, size) <= width)
        {
            return text;
        }

        var kept = text;
        while (kept.Length > 0 && Width(kept + "…", size) > width)
        {
            kept = kept[..^1];
        }

        return kept + "…";
    }

    /// <summary>An accent takes no room of its own.</summary>
    private static int Of(char letter) => letter switch
    {
        >= ' ' and <= '~' => Ascii[letter - ' '],
        '\u00a0' or '\u202f' => Ascii[0],
        'Œ' or 'Æ' or '…' or '—' => 1000,
        'œ' or 'æ' => 944,
        _ when char.GetUnicodeCategory(letter) == System.Globalization.UnicodeCategory.NonSpacingMark => 0,
        _ => Usual,
    };
}
