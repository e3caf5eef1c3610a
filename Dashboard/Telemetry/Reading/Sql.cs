using System.Text;
using Microsoft.Data.Sqlite;

namespace Intervision.Dashboard.Telemetry.Reading;

/// <summary>A select whose conditions depend on what was asked. Conditions are constants of this code, values are parameters.</summary>
internal sealed class Sql(string select)
{
    private readonly StringBuilder text = new(select);
    private readonly List<(string Name, object Value)> parameters = [];
    private bool hasCondition;

    public Sql Where(string condition, params ReadOnlySpan<(string Name, object Value)> values)
    {
        text.Append(hasCondition ? " and " : " where ").Append(condition);
        hasCondition = true;
        return With(values);
    }

    public Sql With(params ReadOnlySpan<(string Name, object Value)> values)
    {
        parameters.AddRange(values);
        return this;
    }

    public Sql Then(string end)
    {
        text.Append(' ').Append(end);
        return this;
    }

    public List<T> Read<T>(SqliteConnection connection, Func<SqliteDataReader, T> row)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text.ToString();
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(row(reader));
        }

        return rows;
    }

    /// <summary>Of one page: one row more is asked for, to know whether there is another.</summary>
    public static Page<T> Page<T>(List<T> rows, int limit, Func<T, long> id) => rows.Count > limit
        ? new Page<T>(rows[..limit], id(rows[limit - 1]))
        : new Page<T>(rows, null);

    public static int Limit(int asked) => Math.Clamp(asked, 1, 1000);
}
