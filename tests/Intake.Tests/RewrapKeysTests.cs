using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using Intervision.Intake.Encryption;
using Intervision.Intake.V1;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Intervision.Intake.Tests;

/// <summary>Another master key, step by step as docs/operations.md says, on a database of each test's own (ADR 47).</summary>
public sealed class RewrapKeysTests : IAsyncLifetime
{
    private static readonly string Old = IntakeFixture.NewMasterKey(), New = IntakeFixture.NewMasterKey();
    private readonly RewrapFixture service = new(Old);

    public ValueTask InitializeAsync() => service.InitializeAsync();

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task Before_during_and_after_every_text_is_read_and_every_deposit_is_recognised()
    {
        var request = IntakeFixture.Request();
        var first = (await service.Intake.SubmitCaseAsync(request, IntakeFixture.At(IntakeFixture.Coordinator))).Case;
        var pole = await service.PoleWith(bearing: 0);
        var alert = await service.Drafted(pole);

        // One instance after the other: first all know both, then all wrap by the new one; what one wrote the others read.
        await using var knowing = service.Instance(Old, New);
        await using var changed = service.Instance(New, Old);
        var second = await Deposit(knowing);
        var third = await Deposit(changed);
        foreach (var instance in (Instance[])[knowing, changed])
        {
            await Reads(instance, first.Name, second, third);
        }

        // While the command goes on, nobody is refused.
        var deposits = Task.WhenAll(Enumerable.Range(0, 20).Select(i => Deposit(i % 2 == 0 ? knowing : changed)));
        var (code, said) = await service.Rewrap(New, Old);
        Assert.True(code == 0, said);
        var meanwhile = await deposits;

        // Those that the instance with the old key first wrapped since.
        Assert.Equal(0, (await service.Rewrap(New, Old)).Code);
        Assert.Equal([Id(New)], await service.KeyIds());
        await using var after = service.Instance(New, null);
        await Reads(after, [first.Name, second, third, .. meanwhile]);
        Assert.Equal(
            AlertSteps.Draft(pole).Texts,
            (await after.Intake.GetAlertAsync(new GetAlertRequest { Name = alert.Name }, IntakeFixture.At(AlertSteps.ReferentOf(pole), AlertSteps.January))).Texts);
        // The same deposit again is that case, and under another number of the request still.
        request.RequestId = IntakeFixture.NewId();
        Assert.Equal(first.Name, (await after.Intake.SubmitCaseAsync(request, IntakeFixture.At(IntakeFixture.Coordinator))).Case.Name);
        Assert.Equal((0, $"0 clé(s) enveloppée(s) de nouveau ; toutes le sont par {Id(New)}."), await service.Rewrap(New, Old));
    }

    [Fact]
    public async Task A_run_that_was_killed_is_taken_up_where_it_was()
    {
        const int deposits = 1200, batch = 500;
        await Task.WhenAll(Enumerable.Range(0, deposits).Select(_ => service.Submitted()));
        using (var process = await service.StartRewrap(New, Old, "rewrap.after_batch"))
        {
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
            Assert.Equal(137, process.ExitCode);
        }

        Assert.Equal(batch, await service.Count(Id(New)));
        Assert.Equal(deposits - batch, await service.Count(Id(Old)));
        await using (var meanwhile = service.Instance(New, Old))
        {
            await Reads(meanwhile, await service.Names());
        }

        using (var process = await service.StartRewrap(New, Old))
        {
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
            Assert.Equal(0, process.ExitCode);
        }

        Assert.Equal(deposits, await service.Count(Id(New)));
        Assert.Equal(0, await service.Count(Id(Old)));
        await using var after = service.Instance(New, null);
        await Reads(after, await service.Names());
    }

    [Fact]
    public async Task Two_runs_at_once_wrap_each_key_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 700).Select(_ => service.Submitted()));
        var runs = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => service.Rewrap(New, Old))));
        Assert.All(runs, run => Assert.Equal(0, run.Code));
        // And the keys of fingerprints.
        Assert.Equal(701, runs.Sum(run => int.Parse(run.Said.Split(' ')[0], CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task A_wrong_other_key_is_refused_and_nothing_is_changed()
    {
        var deposited = await service.Submitted();
        var wrong = IntakeFixture.NewMasterKey();
        foreach (var other in (string?[])[wrong, null])
        {
            var (code, said) = await service.Rewrap(New, other);
            Assert.Equal(1, code);
            Assert.StartsWith("Refusé : 2 clé(s) sont enveloppées par une autre clé maîtresse", said, StringComparison.Ordinal);
            Assert.Contains(Id(Old), said, StringComparison.Ordinal);
            // Ids are no keys, and no key is said.
            Assert.All((string[])[Old, New, wrong], key => Assert.DoesNotContain(key, said, StringComparison.Ordinal));
        }

        Assert.Equal((1, "Refusé : Intake:MasterKey must be the base64 of 32 random bytes (openssl rand -base64 32)."), await service.Rewrap("short", Old));
        Assert.Equal([Id(Old)], await service.KeyIds());
        await using var instance = service.Instance(Old, null);
        await Reads(instance, deposited.Name);
    }

    [Fact]
    public async Task Keys_of_before_the_ids_are_opened_by_whichever_key_fits()
    {
        var deposited = await service.Submitted();
        await service.AsOwner("update case_key set key_id = null");
        await using var changed = service.Instance(New, Old);
        await Reads(changed, deposited.Name);
        var wrong = await service.Rewrap(Old, null);
        Assert.Equal(0, wrong.Code);
        await service.AsOwner("update case_key set key_id = null");
        var (code, said) = await service.Rewrap(New, Old);
        Assert.True(code == 0, said);
        await using var after = service.Instance(New, null);
        await Reads(after, deposited.Name);
    }

    [Fact]
    public async Task A_start_with_another_key_than_the_databases_is_refused()
    {
        await service.Submitted();
        var refused = Assert.Throws<InvalidOperationException>(() => service.Instance(New, null).Intake);
        Assert.Equal($"Intake:MasterKey ({Id(New)}) is not the key of this database ({Id(Old)}); while it is being changed, the other one is Intake:OtherMasterKey.", refused.Message);
        await service.AsOwner("delete from fingerprint_key");
        refused = Assert.Throws<InvalidOperationException>(() => service.Instance(New, Old).Intake);
        Assert.StartsWith("The keys of fingerprints are made at the first start", refused.Message, StringComparison.Ordinal);
    }

    private static string Id(string key) => new MasterKey(RewrapFixture.Configuration(key, null)).Id;

    private static async Task<string> Deposit(Instance instance) =>
        (await instance.Intake.SubmitCaseAsync(IntakeFixture.Request(), IntakeFixture.At(IntakeFixture.Coordinator))).Case.Name;

    private static async Task Reads(Instance instance, params IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            var read = await instance.Intake.ReadQuestionAsync(new ReadQuestionRequest { Case = name }, IntakeFixture.At(IntakeFixture.Requester, 1));
            Assert.Equal(IntakeFixture.Request().Question, read.Question);
        }
    }
}

/// <summary>Instances with other keys on one database.</summary>
internal sealed class RewrapFixture(string key) : IntakeFixture
{
    private string AppConnectionString =>
        new NpgsqlConnectionStringBuilder(OwnerConnectionString) { Username = "intake_app", Password = TestPostgres.AppPassword }.ConnectionString;

    public static IConfiguration Configuration(string current, string? other, string? database = null) => new ConfigurationBuilder().AddInMemoryCollection(
    [
        new("Intake:MasterKey", current), new("Intake:OtherMasterKey", other), new("ConnectionStrings:database", database),
    ]).Build();

    /// <summary>The service once more, with these keys.</summary>
    public Instance Instance(string current, string? other) => new(NewInstance().WithWebHostBuilder(builder =>
    {
        builder.UseSetting("Intake:MasterKey", current);
        builder.UseSetting("Intake:OtherMasterKey", other ?? "");
    }));

    /// <summary>The command, as the service's own login.</summary>
    public async Task<(int Code, string Said)> Rewrap(string to, string? from)
    {
        await using var said = new StringWriter();
        return (await RewrapKeys.Run(Configuration(to, from, AppConnectionString), said), said.ToString().Trim());
    }

    /// <summary>The same as a process.</summary>
    public Task<Process> StartRewrap(string to, string from, string crashPoint = "") => ChildProcesses.Start(
        new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Intervision.Intake.dll"), "rewrap-keys"])
        {
            Environment =
            {
                ["ConnectionStrings__database"] = AppConnectionString,
                ["Intake__MasterKey"] = to,
                ["Intake__OtherMasterKey"] = from,
                ["INTERVISION_CRASH_POINT"] = crashPoint,
            },
        });

    /// <summary>Of all that is wrapped.</summary>
    public Task<IReadOnlyList<string>> KeyIds() => Db.Read(
        tx => tx.Query<string>("select key_id from case_key where wrapped_key is not null union select key_id from alert_key union select key_id from fingerprint_key"), CancellationToken.None);

    public Task<int> Count(string keyId) => Db.Read(tx => tx.Single<int>("select count(*)::int from case_key where key_id = @keyId", new { keyId }), CancellationToken.None);

    /// <summary>A few cases of the first keys and of the last.</summary>
    public Task<IReadOnlyList<string>> Names() => Db.Read(
        tx => tx.Query<string>("(select 'cases/' || code from cases order by id limit 5) union (select 'cases/' || code from cases order by id desc limit 5)"), CancellationToken.None);

    protected override void Configure(IWebHostBuilder builder)
    {
        base.Configure(builder);
        builder.UseSetting("Intake:MasterKey", key);
    }

    internal static GrpcChannel To(WebApplicationFactory<Program> instance) => ChannelTo(instance);
}

/// <summary>One of several on one database; started with the first call.</summary>
internal sealed class Instance(WebApplicationFactory<Program> factory) : IAsyncDisposable
{
    private readonly Lazy<GrpcChannel> channel = new(() => RewrapFixture.To(factory));

    public IntakeService.IntakeServiceClient Intake => new(channel.Value);

    public ValueTask DisposeAsync() => factory.DisposeAsync();
}
