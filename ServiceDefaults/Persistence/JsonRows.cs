using System.Text.Json;

namespace Intervision.ServiceDefaults.Persistence;

/// <summary>
/// Rows as one JSON parameter, which <c>jsonb_to_recordset</c> turns back into rows: one statement writes any number of
/// them, and the SQL names the columns.
/// </summary>
public static class JsonRows
{
    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Property names become snake_case column names; bytes become base64.</summary>
    public static string Of<TRow>(IEnumerable<TRow> rows) => JsonSerializer.Serialize(rows, SnakeCase);
}
