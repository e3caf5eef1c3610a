using System.Globalization;
using Intervision.Intake.Cases;
using Intervision.Intake.Encryption;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Npgsql;

namespace Intervision.Intake.Retention;

/// <summary>
/// <c>dotnet Intervision.Intake.dll erase-again FILE</c>: a restored database holds again what was erased since, with its
/// key, and its register does not know. The file has the lines of the register that was lost, as <c>case_id,reason</c>
/// (docs/operations.md says where they come from); what is no longer there, or was never, is passed over. The running
/// service says what was erased, as ever.
/// </summary>
internal static class EraseAgain
{
    private const string Actor = "erase-again";

    private enum Outcome
    {
        Erased,
        Gone,
        Refused,
    }

    /// <returns>The exit code: 0 nothing of it is there any more, 1 something is, or the file is not right.</returns>
    internal static async Task<int> Run(IConfiguration configuration, TextReader file, TextWriter output)
    {
        var lines = await Lines(file, output);
        if (lines is null)
        {
            return 1;
        }

        var master = new MasterKey(configuration);
        await using var source = Database.DataSource(configuration.GetConnectionString("database") ?? "");
        using var signal = new OutboxSignal();
        var db = new Db(source, signal);
        await db.InTransaction(tx => FingerprintKeys.Load(tx, master), CancellationToken.None);
        var erasing = new Erasing(master, new RetentionPolicy(configuration));
        var outcomes = new List<Outcome>();
        foreach (var (number, id, reason) in lines)
        {
            outcomes.Add(await TryOne(db, erasing, number, id, reason, output));
        }

        var counts = outcomes.CountBy(o => o).ToDictionary(c => c.Key, c => c.Value);
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{counts.GetValueOrDefault(Outcome.Erased)} dossier(s) effacé(s) de nouveau, {counts.GetValueOrDefault(Outcome.Gone)} absent(s), {counts.GetValueOrDefault(Outcome.Refused)} refusé(s)."));
        return counts.ContainsKey(Outcome.Refused) ? 1 : 0;
    }

    /// <summary>Each in a transaction of its own: killed and begun again, it goes on.</summary>
    private static async Task<Outcome> TryOne(Db db, Erasing erasing, int number, Guid id, ErasureReason reason, TextWriter output)
    {
        try
        {
            return await db.InTransaction(tx => One(tx, erasing, id, reason), CancellationToken.None);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.RaiseException)
        {
            // At the instant it was still open, say: people close it, then it is erased. By its line: codes are not printed.
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Ligne {number} : {refused.MessageText}"));
            return Outcome.Refused;
        }
    }

    private static async Task<Outcome> One(Tx tx, Erasing erasing, Guid id, ErasureReason reason)
    {
        var name = await tx.SingleOrDefault<string>("select 'cases/' || code from cases where id = @id", new { id });
        if (name is null || await CaseStore.Lock(tx, name) is not { } locked)
        {
            return Outcome.Gone;
        }

        var facts = await RetentionStore.FactsOf(tx, locked);
        var now = await tx.Single<DateTimeOffset>("select clock_timestamp()");
        await erasing.Erase(tx, locked, facts.LastContact, reason, Actor, Guid.CreateVersion7(now), now);
        return Outcome.Erased;
    }

    /// <summary>Null when a line cannot be read: nothing is erased on a guess.</summary>
    private static async Task<IReadOnlyList<(int Number, Guid Id, ErasureReason Reason)>?> Lines(TextReader file, TextWriter output)
    {
        var lines = new List<(int, Guid, ErasureReason)>();
        for (var number = 1; await file.ReadLineAsync() is { } line; number++)
        {
            if (line.Split(',') is not [var id, var why] || !Guid.TryParse(id, out var caseId)
                || !Enum.TryParse<ErasureReason>(why, out var reason) || reason == ErasureReason.Unspecified)
            {
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Ligne {number} : « case_id,reason » est attendu."));
                return null;
            }

            lines.Add((number, caseId, reason));
        }

        return lines;
    }
}
