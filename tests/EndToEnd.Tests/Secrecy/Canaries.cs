using System.Security.Cryptography;
using System.Text;

namespace Intervision.EndToEnd.Tests.Secrecy;

/// <summary>
/// A word that stands nowhere else in the world, made anew for each run; one form of it per kind of text. Only small
/// letters, so that neither the scanner of identifying text nor the one of proper names has anything against it.
/// </summary>
internal sealed class Canary
{
    private const int Shown = 60;

    private readonly byte[][] forms;

    public Canary()
    {
        Word = string.Concat(Enumerable.Range(0, 6).Select(_ => RandomNumberGenerator.GetString("bdfgkmnprtvz", 1) + RandomNumberGenerator.GetString("aeiou", 1)));
        // Without its first letter, which may be a capital in a text.
        var sought = Word[1..];
        var utf8 = Encoding.UTF8.GetBytes(sought);
        forms =
        [
            utf8,
            Encoding.UTF8.GetBytes(sought.ToUpperInvariant()),
            Encoding.Unicode.GetBytes(sought),
            Encoding.UTF8.GetBytes(Convert.ToHexStringLower(utf8)),
            Encoding.UTF8.GetBytes(Convert.ToHexString(utf8)),
            .. Enumerable.Range(0, 3).Select(shift => Base64(utf8, shift)),
        ];
    }

    public string Word { get; }

    /// <param name="kind">Letters; shows in what is found, so that a leak says which text it was.</param>
    public string this[string kind] => Word + kind;

    /// <summary>What stands around each place where it is found: as it is, in capitals, as UTF-16, hexadecimal or base64.</summary>
    public IEnumerable<string> In(ReadOnlyMemory<byte> bytes)
    {
        foreach (var form in forms)
        {
            for (var at = bytes.Span.IndexOf(form); at >= 0;)
            {
                var (from, to) = (Math.Max(0, at - Shown), Math.Min(bytes.Length, at + form.Length + Shown));
                yield return string.Concat(Encoding.UTF8.GetString(bytes.Span[from..to]).Select(c => char.IsControl(c) ? '·' : c));
                var next = bytes.Span[(at + form.Length)..].IndexOf(form);
                at = next < 0 ? -1 : at + form.Length + next;
            }
        }
    }

    /// <summary>The characters of the base64 of a longer text that come from these bytes alone, at each of the three places they can begin.</summary>
    private static byte[] Base64(byte[] bytes, int shift)
    {
        var text = Convert.ToBase64String([.. new byte[shift], .. bytes, .. new byte[3]]);
        var first = ((shift * 8) + 5) / 6;
        var last = (shift + bytes.Length) * 8 / 6;
        return Encoding.UTF8.GetBytes(text[first..last]);
    }
}

/// <summary>The three words of a run.</summary>
internal sealed class Canaries
{
    /// <summary>In texts that nobody but their readers may find.</summary>
    public Canary Secret { get; } = new();

    /// <summary>In texts meant for the public library, and there alone once they are published.</summary>
    public Canary Public { get; } = new();

    /// <summary>Put by the test in every place that is searched: a search that does not find it finds nothing.</summary>
    public Canary Planted { get; } = new();
}
