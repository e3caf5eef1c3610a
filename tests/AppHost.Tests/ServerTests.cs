using System.Diagnostics;
using Npgsql;

namespace Intervision.AppHost.Tests;

/// <summary>Servers that die come back by themselves, with what was acknowledged.</summary>
public sealed class ServerTests
{
    [Fact]
    public async Task A_killed_PostgreSQL_comes_back_with_its_rows()
    {
        var builder = Sample.Builder("AppHost:Restart:FirstDelay=0.1");
        var postgres = builder.AddPostgres("postgres");
        var database = postgres.AddDatabase("things-db", "things");
        await using var app = builder.Build();
        await app.StartAsync();
        await Sample.Healthy(app, "things-db");
        var address = (await database.Resource.ConnectionStringExpression.GetValueAsync())! + ";Pooling=false";
        await Execute(address, "create table thing (id int); insert into thing values (42)");

        await Kill(app, "postgres");
        await Sample.State(app, "postgres", s => s.Restarts == 1 && s.IsHealthyAndReady);

        Assert.Equal(42, await Execute(address, "select id from thing"));
        Assert.Equal("UTF8/C/C.UTF-8/é", await Execute(address, "select current_setting('server_encoding') || '/' || datcollate || '/' || datctype || '/' || lower('É') from pg_database where datname = 'things'"));
    }

    [Fact]
    public async Task A_killed_RabbitMQ_comes_back()
    {
        var builder = Sample.Builder("AppHost:Restart:FirstDelay=0.1");
        builder.AddRabbitMQ("rabbitmq");
        await using var app = builder.Build();
        await app.StartAsync();
        await Sample.Healthy(app, "rabbitmq");

        await Kill(app, "rabbitmq");

        await Sample.State(app, "rabbitmq", s => s.Restarts == 1 && s.IsHealthyAndReady);
    }

    [Fact]
    public async Task Servers_run_as_nobody_when_we_are_root()
    {
        var builder = Sample.Builder();
        builder.AddPostgres("postgres");
        await using var app = builder.Build();
        await app.StartAsync();
        await Sample.Healthy(app, "postgres");

        var pid = (await Sample.State(app, "postgres", s => s.ProcessId is not null)).ProcessId;

        var user = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];
        Assert.NotEqual("0", user);
    }

    [Fact]
    public async Task Servers_work_where_their_user_cannot_walk_to_the_data_folder()
    {
        var closed = Path.Combine(Sample.DataFolder(), "closed");
        Directory.CreateDirectory(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var builder = Sample.BuilderOn(Path.Combine(closed, "data"));
        builder.AddPostgres("postgres");
        await using var app = builder.Build();
        await app.StartAsync();

        await Sample.Healthy(app, "postgres");

        var elsewhere = Path.Combine(closed, "data", "secrets", "servers-folder");
        Assert.Equal(Environment.IsPrivilegedProcess, File.Exists(elsewhere));
        await app.StopAsync();
        if (Environment.IsPrivilegedProcess)
        {
            Directory.Delete(await File.ReadAllTextAsync(elsewhere), recursive: true);
        }
    }

    private static async Task Kill(DistributedApplication app, string server)
    {
        var running = await Sample.State(app, server, s => s.ProcessId is not null);
        Process.GetProcessById(running.ProcessId!.Value).Kill();
    }

    private static async Task<object?> Execute(string address, string sql)
    {
        await using var connection = new NpgsqlConnection(address);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
