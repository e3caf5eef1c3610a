using System.Text.Json;

namespace Intervision.Membership;

/// <summary>Rows as one JSON parameter, which <c>jsonb_to_recordset</c> turns back into rows: one statement, any number.</summary>
internal static class JsonRows
{
    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static string Of<TRow>(IEnumerable<TRow> rows) => JsonSerializer.Serialize(rows, SnakeCase);
}
