using System.Text.Json;

namespace Intervision.Scheduling;

/// <summary>Rows for <c>jsonb_to_recordset</c>: one statement writes them all, and the SQL names the columns.</summary>
internal static class Rows
{
    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static string Json(IEnumerable<object> rows) => JsonSerializer.Serialize(rows, SnakeCase);
}
