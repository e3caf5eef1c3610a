using System.Collections.Frozen;
using System.Text;

namespace Intervision.Scheduling;

/// <summary>Enum values as the database and the CSVs write them: <c>AttendanceCertified</c> ↔ <c>ATTENDANCE_CERTIFIED</c>.</summary>
internal static class Codes
{
    public static string Code<T>(this T value)
        where T : struct, Enum => Of<T>.Codes[value];

    /// <exception cref="KeyNotFoundException">For a code that is not one of <typeparamref name="T"/>.</exception>
    public static T Parse<T>(string code)
        where T : struct, Enum => Of<T>.Values[code];

    private static string UpperSnake(string name)
    {
        var code = new StringBuilder(name.Length + 8);
        foreach (var c in name)
        {
            if (char.IsUpper(c) && code.Length > 0)
            {
                code.Append('_');
            }

            code.Append(char.ToUpperInvariant(c));
        }

        return code.ToString();
    }

    private static class Of<T>
        where T : struct, Enum
    {
        public static readonly FrozenDictionary<T, string> Codes = Enum.GetValues<T>().ToFrozenDictionary(v => v, v => UpperSnake(v.ToString()));
        public static readonly FrozenDictionary<string, T> Values = Codes.ToFrozenDictionary(p => p.Value, p => p.Key, StringComparer.Ordinal);
    }
}
