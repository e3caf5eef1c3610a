using System.Diagnostics;
using Intervision.Membership.Professionals;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Time;
using Npgsql;
using NpgsqlTypes;

namespace Intervision.Benchmarks.Directory;

/// <summary>PostgreSQL's own way: the same rows into the same tables with the same indexes, constraints and triggers, by binary COPY in one transaction.</summary>
internal static class CopyReference
{
    public static async Task<TimeSpan> Measure(string database, IReadOnlyList<Professional> people)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        var clock = Stopwatch.StartNew();
        await using var transaction = await connection.BeginTransactionAsync();
        await CopyPeople(connection, people);
        await CopyActivities(connection, people);
        await transaction.CommitAsync();
        return clock.Elapsed;
    }

    private static async Task CopyPeople(NpgsqlConnection connection, IReadOnlyList<Professional> people)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var hash = new byte[32];
        await using var rows = await connection.BeginBinaryImportAsync(
            "copy professional (professional_id, rpps, family_name, given_name, search_name, mssante, imported_hash, version, update_time) from stdin (format binary)");
        foreach (var p in people)
        {
            await rows.StartRowAsync();
            await rows.WriteAsync(p.Name["professionals/".Length..], NpgsqlDbType.Text);
            await rows.WriteAsync(p.Rpps.Length == 0 ? null : p.Rpps, NpgsqlDbType.Text);
            await rows.WriteAsync(p.FamilyName, NpgsqlDbType.Text);
            await rows.WriteAsync(p.GivenName, NpgsqlDbType.Text);
            await rows.WriteAsync(SearchName.Of(p.FamilyName, p.GivenName), NpgsqlDbType.Text);
            await rows.WriteAsync(p.Mssante, NpgsqlDbType.Text);
            await rows.WriteAsync(hash, NpgsqlDbType.Bytea);
            await rows.WriteAsync(1L, NpgsqlDbType.Bigint);
            await rows.WriteAsync(now, NpgsqlDbType.TimestampTz);
        }

        await rows.CompleteAsync();
    }

    private static async Task CopyActivities(NpgsqlConnection connection, IReadOnlyList<Professional> people)
    {
        await using var rows = await connection.BeginBinaryImportAsync(
            "copy activity (professional_id, profession_table, profession_code, savoir_faire, mode, organisation, pole, from_date, until_date) from stdin (format binary)");
        foreach (var (p, a) in people.SelectMany(p => p.Activities.Select(a => (p, a))))
        {
            await rows.StartRowAsync();
            await rows.WriteAsync(p.Name["professionals/".Length..], NpgsqlDbType.Text);
            await rows.WriteAsync(a.ProfessionTable, NpgsqlDbType.Text);
            await rows.WriteAsync(a.ProfessionCode, NpgsqlDbType.Text);
            await rows.WriteAsync(a.SavoirFaire.Length == 0 ? null : a.SavoirFaire, NpgsqlDbType.Text);
            await rows.WriteAsync((short)a.Mode, NpgsqlDbType.Smallint);
            await rows.WriteAsync(a.Organisation["organisations/".Length..], NpgsqlDbType.Text);
            await rows.WriteAsync(a.Pole["poles/".Length..], NpgsqlDbType.Text);
            await rows.WriteAsync(a.FromDate.ToDate(), NpgsqlDbType.Date);
            await rows.WriteAsync(a.UntilDate.ToDate(), NpgsqlDbType.Date);
        }

        await rows.CompleteAsync();
    }
}
