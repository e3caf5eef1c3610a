using System.Diagnostics;
using Dapper;
using Grpc.Core;
using Intervision.Intake.AccessLog;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Npgsql;
using Refusal = Intervision.Tests.Support.Refused;

namespace Intervision.Intake.Tests;

/// <summary>A service of its own, whose access log is tampered with.</summary>
public sealed class OwnIntakeFixture : IntakeFixture;

/// <summary>The access log in the database: chained, verifiable, and telling where it was touched.</summary>
public sealed class AccessLogTests(OwnIntakeFixture service) : CaseSteps(service), IClassFixture<OwnIntakeFixture>
{
    private static readonly DevelopmentClaims Auditor = Tokens.Of(Roles.Auditor, "ars");

    [Fact]
    public async Task Readings_at_once_are_one_unbroken_chain()
    {
        var before = await Count();
        var cases = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Service.Written()));
        await Task.WhenAll(Enumerable.Range(0, 20).SelectMany(_ => cases).Select(Read));
        Assert.Equal(before + 240, await Count());
        Assert.Equal((0, true), await Verify());
        Assert.True(await Owner(db => db.ExecuteScalarAsync<long>("select count(distinct shard) from access_log")) > 1);
    }

    [Theory]
    [InlineData("changed", "update access_log set actor = 'professionals/PER-99' where {0}", "its content, or the hash before it, was changed")]
    [InlineData("missing", "delete from access_log where {0}", "an entry is missing or moved")]
    [InlineData(
        "reordered",
        "update access_log set no = -no where {0} or (shard, no - 1) in (select shard, no from access_log where {0}); update access_log set no = case when -no = @no then @no + 1 else @no end where no < 0",
        "its content, or the hash before it, was changed")]
    public async Task A_touched_row_is_named(string how, string sql, string why)
    {
        var (shard, no) = await Filled();
        await Owner(db => db.ExecuteAsync(
            "alter table access_log drop constraint if exists access_log_no_check; create table saved as select * from access_log"));
        try
        {
            await Owner(db => db.ExecuteAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, sql, "shard = @shard and no = @no"), new { shard, no }));
            var output = new StringWriter();
            Assert.Equal(1, await AccessLogCommands.Verify(Service.OwnerConnectionString, null, null, null, output));
            Assert.Contains($"shard {shard}, ", output.ToString(), StringComparison.Ordinal);
            Assert.Contains($"no. {no}", output.ToString(), StringComparison.Ordinal);
            Assert.Contains(why, output.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            await Owner(db => db.ExecuteAsync("delete from access_log; insert into access_log select * from saved; drop table saved"));
        }

        Assert.True(await Verify() == (0, true), how);
    }

    [Fact]
    public async Task An_end_cut_off_is_seen_by_the_head()
    {
        var (shard, _) = await Filled();
        await Owner(db => db.ExecuteAsync("create table saved as select * from access_log"));
        await Owner(db => db.ExecuteAsync("delete from access_log where shard = @shard and no = (select max(no) from access_log where shard = @shard)", new { shard }));
        Assert.Equal((1, false), await Verify());
        await Owner(db => db.ExecuteAsync("delete from access_log; insert into access_log select * from saved; drop table saved"));
        Assert.Equal((0, true), await Verify());
    }

    [Fact]
    public async Task Another_process_verifies_and_its_exit_code_says_so()
    {
        await Filled();
        var file = Path.GetTempFileName();
        try
        {
            var (exit, exported) = await Run("export-access-log");
            Assert.Equal(0, exit);
            await File.WriteAllTextAsync(file, exported);
            Assert.Equal(0, (await Run("verify-access-log")).Exit);
            Assert.Contains("intact", (await Run("verify-access-log", "--file", file)).Output, StringComparison.Ordinal);
            await File.WriteAllTextAsync(file, exported.Replace("\"GIVEN\"", "\"TAKEN\"", StringComparison.Ordinal));
            var (broken, output) = await Run("verify-access-log", "--file", file);
            Assert.Equal(1, broken);
            Assert.Contains("rompu : shard", output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task The_requester_and_the_auditor_see_who_saw_a_case()
    {
        var found = await Service.Written();
        await Read(found);
        await Intake.ReadSheetAsync(new ReadSheetRequest { Name = found.Name, Purpose = "SECOND_READING" }, IntakeFixture.At(IntakeFixture.Referent, 9));
        await ReadAnyway(found.Name, IntakeFixture.OtherReferent);
        foreach (var who in new[] { IntakeFixture.Requester, Auditor })
        {
            var request = new ListCaseAccessesRequest { Case = found.Name, PageSize = 2 };
            var first = await Intake.ListCaseAccessesAsync(request, IntakeFixture.At(who));
            request.PageToken = first.NextPageToken;
            var second = await Intake.ListCaseAccessesAsync(request, IntakeFixture.At(who));
            Assert.Equal(
                [
                    (IntakeFixture.Doctor, "REQUESTER", "PREPARATION", "GIVEN"), (IntakeFixture.ReferentName, "FACILITATOR", "SECOND_READING", "GIVEN"),
                    ("professionals/PER-9", "", "FOLLOW_UP", "PERMISSION_DENIED"),
                ],
                first.Accesses.Concat(second.Accesses).Select(a => (a.Actor, a.ActingAs, a.Purpose, a.Outcome)));
            Assert.Equal(["professional", "referent"], second.Accesses[0].Roles);
            Assert.Equal(("", 2), (second.NextPageToken, first.Accesses.Count));
        }

        foreach (var who in Strangers.All.Where(s => !s.Roles.Contains(Roles.Auditor)).Concat([IntakeFixture.Coordinator, IntakeFixture.Host, IntakeFixture.Referent, IntakeFixture.Scheduling]))
        {
            foreach (var name in new[] { found.Name, "cases/SIT-0000-0000" })
            {
                await Refusal.With(
                    StatusCode.PermissionDenied, "PERMISSION_DENIED",
                    () => Intake.ListCaseAccessesAsync(new ListCaseAccessesRequest { Case = name }, IntakeFixture.At(who)));
            }
        }

        await Refusal.With(
            StatusCode.PermissionDenied, "PERMISSION_DENIED",
            () => Intake.ListCaseAccessesAsync(new ListCaseAccessesRequest { Case = "cases/SIT-0000-0000" }, IntakeFixture.At(Auditor)));
    }

    [Fact]
    public async Task The_auditor_exports_what_verifies_offline_and_leaves_a_trace()
    {
        await Filled();
        var lines = await Exported(new ExportAccessLogRequest());
        Assert.True(await ChainVerifier.Verify(ChainReader.Lines(new StringReader(string.Join('\n', lines))), null, null) > 0);
        Assert.Contains(lines, l => l.Contains("EXPORT_ACCESS_LOG", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.Contains(IntakeFixture.Sheet().Question, StringComparison.Ordinal));
        var bad = Intake.ExportAccessLog(new ExportAccessLogRequest { FromMonth = "mars" }, IntakeFixture.At(Auditor));
        Assert.Equal("MONTH_INVALID", (await Assert.ThrowsAsync<RpcException>(() => bad.ResponseStream.MoveNext(CancellationToken.None))).Reason());
        foreach (var who in new[] { IntakeFixture.Coordinator, IntakeFixture.Referent, IntakeFixture.Requester, IntakeFixture.Cpts, IntakeFixture.Scheduling })
        {
            var call = Intake.ExportAccessLog(new ExportAccessLogRequest(), IntakeFixture.At(who));
            Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None))).StatusCode);
        }
    }

    private async Task<List<string>> Exported(ExportAccessLogRequest request)
    {
        var lines = new List<string>();
        using var call = Intake.ExportAccessLog(request, IntakeFixture.At(Auditor, 20));
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            lines.AddRange(call.ResponseStream.Current.Lines);
        }

        return lines;
    }

    private async Task ReadAnyway(string name, DevelopmentClaims who) => await Refusal.With(
        StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Intake.ReadSheetAsync(new ReadSheetRequest { Name = name, Purpose = "FOLLOW_UP" }, IntakeFixture.At(who, 9)));

    /// <summary>A case read five times; the shard, and the number of the second of these readings.</summary>
    private async Task<(int Shard, long No)> Filled()
    {
        var found = await Service.Written();
        for (var i = 0; i < 5; i++)
        {
            await Read(found);
        }

        return await Owner(db => db.QuerySingleAsync<(int, long)>(
            "select shard, min(no) + 1 from access_log where 'cases/' || case_code = @Name group by shard", new { found.Name }));
    }

    private Task<long> Count() => Owner(db => db.ExecuteScalarAsync<long>("select count(*) from access_log"));

    private async Task<(int Exit, bool Intact)> Verify()
    {
        var output = new StringWriter();
        var exit = await AccessLogCommands.Verify(Service.OwnerConnectionString, null, null, null, output);
        return (exit, output.ToString().StartsWith("Journal des accès intact", StringComparison.Ordinal));
    }

    private async Task<T> Owner<T>(Func<NpgsqlConnection, Task<T>> work)
    {
        await using var connection = new NpgsqlConnection(Service.OwnerConnectionString);
        return await work(connection);
    }

    private async Task<(int Exit, string Output)> Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Intervision.Intake.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            Environment = { ["ConnectionStrings__database"] = Service.OwnerConnectionString },
        };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}
