using System.Diagnostics;
using System.Globalization;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Production.Tests;

/// <summary>scripts/after-restore.sql as it stands, by psql.</summary>
internal static class AfterRestore
{
    /// <param name="since">The instant, less the longest that a consumer may have been behind at it.</param>
    public static async Task Run(TestPostgres cluster, string service, DateTimeOffset since)
    {
        var owner = new NpgsqlConnectionStringBuilder(cluster.Owner(service));
        var start = new ProcessStartInfo($"{TestPostgres.Bin}/psql",
        [
            "-v", "ON_ERROR_STOP=1", "-v", string.Create(CultureInfo.InvariantCulture, $"since={since.UtcDateTime:yyyy-MM-dd HH:mm:ss.ffffff}+00"),
            "-f", Path.Combine(ServiceProcess.Root, "scripts/after-restore.sql"),
            string.Create(CultureInfo.InvariantCulture, $"host={owner.Host} port={owner.Port} dbname={service} user={owner.Username}"),
        ]);
        var said = new List<string>();
        using var psql = await ChildProcesses.Start(start, said.Add);
        await psql.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
        Assert.True(psql.ExitCode == 0, string.Join('\n', said));
    }
}
