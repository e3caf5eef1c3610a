using System.Globalization;
using System.Text;
using System.Text.Unicode;
using CsvHelper;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Time;
using LineError = Intervision.Indemnisation.V1.ImportRateGridResponse.Types.LineError;

namespace Intervision.Indemnisation.Rates;

/// <summary>A grid of a file, and the line each of its rates stands on.</summary>
internal sealed record FileGrid(RateGrid Grid, IReadOnlyList<int> Lines);

/// <summary>
/// Reads grids from CSV (docs/rate-files.md): one line per rate, lines of one grid may stand apart. Every wrong line is named;
/// none stops the reading.
/// </summary>
internal sealed class RateFile
{
    private static readonly string[] Required =
    [
        "grid_code", "programme", "valid_from_date", "valid_until_date", "profession_table", "profession_code", "component", "unit", "amount_cents",
        "minimum_minutes", "paid_minutes_cap", "free_kilometres", "cap_cents",
    ];

    private readonly List<(int Line, RateGrid Grid)> rates = [];
    private readonly List<LineError> errors = [];

    public IReadOnlyList<LineError> Errors => errors;

    /// <summary>In the order of their first lines.</summary>
    public IReadOnlyList<FileGrid> Grids =>
        [.. rates.GroupBy(r => r.Grid.Name, StringComparer.Ordinal).Select(g =>
        {
            var grid = g.First().Grid.Clone();
            grid.Rates.Add(g.Skip(1).SelectMany(r => r.Grid.Rates));
            return new FileGrid(grid, [.. g.Select(r => r.Line)]);
        })];

    /// <exception cref="RuleBroken">CONTENT_EMPTY, HEADER_INVALID, CONTENT_INVALID: no such file at all.</exception>
    public static RateFile Read(byte[] content)
    {
        if (content.Length == 0)
        {
            throw RuleBroken.Invalid("content", "CONTENT_EMPTY", "Le fichier est vide.");
        }

        var file = new RateFile();
        try
        {
            file.ReadLines(content);
        }
        catch (CsvFormatException endless)
        {
            throw RuleBroken.Invalid("content", "CONTENT_INVALID", $"Ligne {endless.LineNumber} : un guillemet ne se ferme pas.");
        }

        return file;
    }

    public void Refuse(int line, string column, string reason, string french) =>
        errors.Add(new LineError { Line = line, Column = column, Reason = reason, Message = $"Ligne {line} : {french}" });

    private void ReadLines(byte[] content)
    {
        var malformed = new HashSet<long>();
        var options = new CsvReaderOptions
        {
            Separator = ';', TrackLineNumbers = true, Encoding = Encoding.UTF8, IncludeValuesInExceptions = false, OnMalformedRecord = r => malformed.Add(r.LineNumber),
        };
        using var csv = CsvReader.Create(new MemoryStream(content), options);
        var columns = csv.Headers.Select((name, i) => (name, i)).DistinctBy(c => c.name).ToDictionary(c => c.name, c => c.i, StringComparer.Ordinal);
        if (Required.FirstOrDefault(r => !columns.ContainsKey(r)) is { } missing)
        {
            throw RuleBroken.Invalid("content", "HEADER_INVALID", $"La colonne « {missing} » manque dans l'en-tête.");
        }

        while (csv.Read())
        {
            var line = checked((int)csv.LineNumber);
            if (Problem(csv, malformed.Remove(line)) is var (reason, french))
            {
                Refuse(line, "", reason, french);
                continue;
            }

            var fields = columns.ToDictionary(c => c.Key, c => csv.GetString(c.Value).Trim(), StringComparer.Ordinal);
            ReadRate(line, new RateFields(fields));
        }
    }

    private static (string Reason, string French)? Problem(CsvReader csv, bool malformed) =>
        !Utf8.IsValid(csv.RawRecord) ? ("UTF8_INVALID", "la ligne n'est pas de l'UTF-8.")
        : malformed ? ("QUOTES_INVALID", "les guillemets ne se ferment pas où il faut.")
        : csv.FieldCount != csv.Headers.Count ? ("COLUMN_COUNT", $"{csv.FieldCount} colonnes au lieu de {csv.Headers.Count}.")
        : null;

    private void ReadRate(int line, RateFields fields)
    {
        var grid = fields.ToGrid();
        var broken = fields.Violations;
        RateRules.CheckHead(grid, "", broken);
        RateRules.Check(grid.Rates[0], "", broken);
        var named = rates.Find(r => r.Grid.Name == grid.Name).Grid;
        if (named is not null)
        {
            broken.Check(
                named.Programme == grid.Programme && Equals(named.ValidFromDate, grid.ValidFromDate) && Equals(named.ValidUntilDate, grid.ValidUntilDate),
                "grid_code", "GRID_INCONSISTENT", "Une ligne de la même grille a un autre programme ou une autre période.");
        }

        // What cannot be read has broken a rule about its value too: one error a column, the first.
        foreach (var violation in broken.Found.DistinctBy(v => v.Field))
        {
            Refuse(line, violation.Field == "name" ? "grid_code" : violation.Field, violation.Reason, violation.French);
        }

        if (!broken.Any)
        {
            rates.Add((line, grid));
        }
    }
}

/// <summary>The fields of one line, by column.</summary>
internal sealed class RateFields(IReadOnlyDictionary<string, string> fields)
{
    public Violations Violations { get; } = new();

    public RateGrid ToGrid() => new()
    {
        Name = $"rateGrids/{fields["grid_code"]}",
        Programme = $"programmes/{fields["programme"]}",
        ValidFromDate = Date("valid_from_date"),
        ValidUntilDate = Date("valid_until_date"),
        Rates =
        {
            new Rate
            {
                ProfessionTable = fields["profession_table"],
                ProfessionCode = fields["profession_code"],
                Role = Code<RateRole>("role"),
                Component = Code<Component>("component"),
                Unit = Code<RateUnit>("unit"),
                AmountCents = Number("amount_cents", long.MaxValue),
                MinimumMinutes = (int)Number("minimum_minutes", int.MaxValue),
                PaidMinutesCap = (int)Number("paid_minutes_cap", int.MaxValue),
                FreeKilometres = (int)Number("free_kilometres", int.MaxValue),
                CapCents = Number("cap_cents", long.MaxValue),
            },
        },
    };

    private Google.Type.Date? Date(string column)
    {
        var holds = DateOnly.TryParseExact(fields[column], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date);
        return Violations.Check(holds, column, "DATE_INVALID", $"{column} n'est pas une date (AAAA-MM-JJ).") ? date.ToProto() : null;
    }

    /// <summary>Whole, not negative; empty is 0.</summary>
    private long Number(string column, long most)
    {
        var text = fields[column];
        long number = 0;
        var holds = text.Length == 0 || (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= most);
        return Violations.Check(holds, column, "NUMBER_INVALID", $"{column} n'est pas un nombre entier.") ? number : 0;
    }

    /// <summary>In UPPER_SNAKE_CASE; empty, or no such column: not said.</summary>
    private T Code<T>(string column)
        where T : struct, Enum
    {
        var text = fields.GetValueOrDefault(column, "");
        T code = default;
        var holds = text.Length == 0
            || (char.IsAsciiLetterUpper(text[0]) && Enum.TryParse(text.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out code) && Enum.IsDefined(code));
        return Violations.Check(holds, column, "CODE_UNKNOWN", $"{column} n'est pas un code connu.") ? code : default;
    }
}
