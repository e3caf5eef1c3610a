using System.Globalization;
using System.Text.Json.Nodes;
using Dapper;
using Npgsql;

namespace Intervision.Tests.Support;

/// <summary>Base backup, archived log and restore to an instant, by PostgreSQL's own means.</summary>
public sealed partial class TestPostgres
{
    /// <summary>
    /// Where backups and log go instead of a folder, by barman's programs as CloudNativePG's plugin calls them: an S3 endpoint with
    /// a bucket <c>intervision-backup</c>, its keys in AWS's variables. For a run by hand: docs/operations.md says which was made.
    /// </summary>
    private static string? ObjectStore { get; } = Environment.GetEnvironmentVariable("INTERVISION_TEST_OBJECT_STORE") is { Length: > 0 } given ? given : null;

    private string Archive => Path.Combine(folder, "archive");

    /// <summary>A cluster whose log is archived as it is written.</summary>
    public static async Task<TestPostgres> StartArchiving()
    {
        var cluster = await StartNew(durable: false, "archive_mode=on");
        Directory.CreateDirectory(cluster.Archive);
        Run("chmod", "777", cluster.Archive);
        await using var connection = new NpgsqlConnection(cluster.Owner("postgres"));
        await connection.ExecuteAsync($"alter system set archive_command = '{(ObjectStore is null ? $"cp %p {cluster.Archive}/%f" : cluster.Barman("wal-archive", "--gzip", "%p"))}'");
        await connection.ExecuteAsync("select pg_reload_conf()");
        return cluster;
    }

    /// <summary>Without the log that goes with it: that comes from the archive.</summary>
    public void BaseBackup()
    {
        if (ObjectStore is not null)
        {
            RunWords(Barman("backup", "--gzip --immediate-checkpoint -h 127.0.0.1 -U postgres -p", port.ToString(CultureInfo.InvariantCulture)));
            return;
        }

        var target = Path.Combine(folder, "backup");
        Directory.CreateDirectory(target);
        Run("chmod", "777", target);
        Run(AsServerUser(
            $"{Bin}/pg_basebackup", "-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "-U", "postgres",
            "-D", Path.Combine(target, "data"), "-X", "none", "--checkpoint=fast", "--no-sync"));
    }

    /// <summary>The primary is lost once its log is in the archive.</summary>
    public async Task ArchiveAndKill()
    {
        await using (var connection = new NpgsqlConnection(Owner("postgres") + ";Pooling=false"))
        {
            var last = await connection.ExecuteScalarAsync<string>("select pg_walfile_name(pg_switch_wal())");
            await Eventually.IsTrue(
                async () => string.CompareOrdinal(await connection.ExecuteScalarAsync<string>("select last_archived_wal from pg_stat_archiver"), last) >= 0,
                $"{last} is in the archive", TimeSpan.FromSeconds(60));
        }

        NpgsqlConnection.ClearAllPools();
        Kill();
    }

    /// <summary>One of barman's programs, for the backups of this cluster.</summary>
    private string Barman(string program, string options, string last) => program == "backup"
        ? $"barman-cloud-backup --endpoint-url {ObjectStore} {options} {last} s3://intervision-backup/ {Path.GetFileName(folder)}"
        : $"barman-cloud-{program} --endpoint-url {ObjectStore} {options} s3://intervision-backup/ {Path.GetFileName(folder)} {last}";

    private static string RunWords(string command) => Run(command.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Another cluster, from the base backup and the archive, as everything was at the instant.</summary>
    public async Task<TestPostgres> RestoreTo(DateTimeOffset instant)
    {
        var root = Directory.CreateTempSubdirectory("intervision-pg-").FullName;
        Run("chmod", "755", root);
        if (ObjectStore is null)
        {
            Directory.Move(Path.Combine(folder, "backup", "data"), Path.Combine(root, "data"));
        }
        else
        {
            Directory.CreateDirectory(Path.Combine(root, "data"));
            Run("chmod", "700", Path.Combine(root, "data"));
            var listed = JsonNode.Parse(RunWords(Barman("backup-list", "--format json", "")))!;
            RunWords(Barman("restore", "", $"{(string)listed["backups_list"]![0]!["backup_id"]!} {Path.Combine(root, "data")}"));
        }

        await File.WriteAllTextAsync(Path.Combine(root, "data", "recovery.signal"), "");
        var restored = new TestPostgres(root, Ports.Free())
        {
            settings =
            [
                $"restore_command={(ObjectStore is null ? $"cp {Archive}/%f %p" : Barman("wal-restore", "", "%f %p"))}",
                string.Create(CultureInfo.InvariantCulture, $"recovery_target_time={instant.UtcDateTime:yyyy-MM-dd HH:mm:ss.ffffff}+00"),
                "recovery_target_action=promote",
            ],
        };
        if (Environment.IsPrivilegedProcess)
        {
            Run("chown", "-R", "nobody:nogroup", root);
        }

        await restored.Start();
        await Eventually.IsTrue(
            async () =>
            {
                await using var connection = new NpgsqlConnection(restored.Owner("postgres") + ";Pooling=false");
                return !await connection.ExecuteScalarAsync<bool>("select pg_is_in_recovery()");
            },
            "the restored cluster is on its own", TimeSpan.FromSeconds(60));
        return restored;
    }
}
