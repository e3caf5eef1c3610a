using System.Globalization;
using System.Text;

namespace Intervision.Membership.Professionals;

/// <summary>Names as they are compared: without accents, case and punctuation, so that « Lefèvre » is found by « lefevre ».</summary>
internal static class SearchName
{
    public static string Of(string familyName, string givenName) => Of($"{familyName} {givenName}");

    /// <summary>Lower-case ASCII letters and digits in words separated by one space.</summary>
    public static string Of(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text.Normalize(NormalizationForm.FormD))
        {
            switch (char.ToLowerInvariant(c))
            {
                case 'œ':
                    plain.Append("oe");
                    break;
                case 'æ':
                    plain.Append("ae");
                    break;
                case 'ß':
                    plain.Append("ss");
                    break;
                case 'ø':
                    plain.Append('o');
                    break;
                case 'ł':
                    plain.Append('l');
                    break;
                case var letter when char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter):
                    plain.Append(letter);
                    break;
                default:
                    if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark && plain.Length > 0 && plain[^1] != ' ')
                    {
                        plain.Append(' ');
                    }

                    break;
            }
        }

        return plain.ToString().TrimEnd();
    }
}
