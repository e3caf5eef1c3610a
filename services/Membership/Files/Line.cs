using System.Globalization;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Time;
using Outcome = Intervision.Membership.V1.FileRowResult.Types.Outcome;

namespace Intervision.Membership.Files;

/// <summary>
/// One line of a file on its way to its result. A field that cannot be read rejects it; the first rejection stands.
/// Messages repeat codes, dates and numbers, never names, numbers or mailboxes of people.
/// </summary>
internal sealed class Line(StagedLine staged)
{
    private readonly FileFormat format = FileFormat.Of(staged.File);

    public string Key => staged.Key;

    public DirectoryFile File => staged.File;

    /// <summary>E.g. « people.csv, ligne 12 ».</summary>
    public string Label => $"{format.Name}, ligne {staged.Number}";

    public FileRowResult Result { get; } = new() { File = staged.File, Line = staged.Number };

    public bool IsRejected => Result.Outcome == Outcome.Rejected;

    /// <summary>All fields as one text, see <see cref="Digest"/>.</summary>
    public string Said => string.Join('\u001f', staged.Fields.Select(f => f?.Trim())).TrimEnd('\u001f');

    /// <summary>Rejects the line unless the condition holds; gives the condition back, so that checks can build on it.</summary>
    public bool Require(bool holds, string reason, string french)
    {
        if (!holds && !IsRejected)
        {
            (Result.Outcome, Result.Reason, Result.Message) = (Outcome.Rejected, reason, french);
        }

        return holds;
    }

    public void Decide(Outcome outcome, string message = "")
    {
        if (!IsRejected)
        {
            (Result.Outcome, Result.Message) = (outcome, message);
        }
    }

    /// <summary>Whether the file has the column: what it does not say stays as it is.</summary>
    public bool Has(string column) => staged.Fields[format.IndexOf(column)] is not null;

    public string Text(string column) => staged.Fields[format.IndexOf(column)]?.Trim() ?? "";

    public Google.Type.Date? Date(string column)
    {
        var text = Text(column);
        if (text.Length == 0)
        {
            return null;
        }

        return Require(
            DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date),
            "DATE_INVALID",
            $"{column} : « {Short(text)} » n'est pas une date (AAAA-MM-JJ).")
            ? date.ToProto()
            : null;
    }

    /// <summary>HH:MM, or HH:MM:SS.</summary>
    public Google.Type.TimeOfDay? Time(string column)
    {
        var text = Text(column);
        if (text.Length == 0)
        {
            return null;
        }

        return Require(
            TimeOnly.TryParseExact(text, ["HH:mm", "HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time),
            "TIME_INVALID",
            $"{column} : « {Short(text)} » n'est pas une heure (HH:MM).")
            ? time.ToProto()
            : null;
    }

    /// <summary>A whole number; empty is 0.</summary>
    public int Number(string column)
    {
        var text = Text(column);
        var number = 0;
        Require(
            text.Length == 0 || int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number),
            "NUMBER_INVALID",
            $"{column} : « {Short(text)} » n'est pas un nombre entier.");
        return number;
    }

    public bool Flag(string column)
    {
        var text = Text(column);
        Require(text is "" or "0" or "1", "FLAG_INVALID", $"{column} : « {Short(text)} » n'est ni 0 ni 1.");
        return text == "1";
    }

    /// <summary>The number of a code of a closed list; 0 for an empty field.</summary>
    public int Code(string column, IReadOnlyList<string> codes)
    {
        var text = Text(column);
        for (var i = 0; i < codes.Count; i++)
        {
            if (codes[i] == text)
            {
                return i;
            }
        }

        Require(false, "CODE_UNKNOWN", $"{column} : « {Short(text)} » n'est pas un code connu.");
        return 0;
    }

    /// <summary>Separated by spaces.</summary>
    public string[] Words(string column) => Text(column).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
