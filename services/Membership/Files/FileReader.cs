using System.Buffers;
using System.Text;
using System.Text.Unicode;
using CsvHelper;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Membership.Files;

/// <summary>
/// First pass: the lines of a file, cut and staged as they come (RFC 4180, UTF-8 with or without BOM, CRLF or LF). A line
/// that cannot be read is staged with its reason; a header that does not fit, or a line without end, refuses the import.
/// </summary>
internal static class FileReader
{
    private const int MaximumLine = 64 * 1024;
    private static readonly SearchValues<char> NotText = SearchValues.Create("\0\u001f");

    public static async Task Stage(FileFormat format, Stream bytes, StagedLines staged, CancellationToken cancellation)
    {
        var malformed = new HashSet<long>();
        var options = new CsvReaderOptions
        {
            Separator = ';',
            TrackLineNumbers = true,
            MaxRecordSize = MaximumLine,
            Encoding = Encoding.UTF8,
            IncludeValuesInExceptions = false,
            OnMalformedRecord = r => malformed.Add(r.LineNumber),
        };
        await using var csv = CsvReader.Create(bytes, options);
        try
        {
            await csv.ReadHeaderAsync(cancellation);
            var layout = format.Layout(csv.Headers);
            var width = csv.Headers.Count;
            while (await csv.ReadAsync(cancellation))
            {
                var line = checked((int)csv.LineNumber);
                MustBeShort(format, line, csv.RawRecord.Length);
                await staged.Add(Problem(csv, width, malformed.Remove(line)) is var (reason, french)
                    ? new StagedLine(format.File, line, "", [], reason, french)
                    : Read(format, csv, layout, line));
            }
        }
        catch (CsvFormatException endless)
        {
            throw TooLong(format, endless.LineNumber);
        }
    }

    private static StagedLine Read(FileFormat format, CsvReader csv, int[] layout, int line)
    {
        var fields = new string?[layout.Length];
        for (var i = 0; i < layout.Length; i++)
        {
            fields[i] = layout[i] < 0 ? null : csv.GetString(layout[i]);
            if (fields[i].AsSpan().ContainsAny(NotText))
            {
                return new StagedLine(format.File, line, "", [], "CHARACTER_NOT_ALLOWED", "La ligne contient un caractère qui n'est pas admis.");
            }
        }

        var key = format.CanonicalKey(fields[format.KeyIndex]!);
        return key.Length is 0 or > 100
            ? new StagedLine(format.File, line, "", [], "KEY_MISSING", $"La colonne « {format.Columns[format.KeyIndex]} » est vide ou trop longue.")
            : new StagedLine(format.File, line, key, fields, null, null);
    }

    private static (string Reason, string French)? Problem(CsvReader csv, int width, bool malformed) =>
        !Utf8.IsValid(csv.RawRecord) ? ("UTF8_INVALID", "La ligne n'est pas de l'UTF-8.")
        : malformed ? ("QUOTES_INVALID", "Les guillemets de la ligne ne se ferment pas où il faut.")
        : csv.FieldCount != width ? ("COLUMN_COUNT", $"{csv.FieldCount} colonnes au lieu de {width}.")
        : null;

    private static void MustBeShort(FileFormat format, long line, int length)
    {
        if (length > MaximumLine)
        {
            throw TooLong(format, line);
        }
    }

    private static RuleBroken TooLong(FileFormat format, long line) => RuleBroken.Invalid(
        "data", "LINE_TOO_LONG", $"{format.Name}, ligne {line} : plus de 64 Kio, ou un guillemet qui ne se ferme pas. Rien n'a été importé.");
}
