using System.Reflection;
using Dapper;
using Grpc.Core;
using Grpc.Net.Client;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Xunit;
using EventHandlers = Intervision.ServiceDefaults.Messaging.EventHandlers;

namespace Intervision.Tests.Support;

/// <summary>
/// One service on its own fresh database, called through its real gRPC pipeline (authentication, interceptors) in this
/// process. Without a broker unless one is given: its relay and consumers then stay off, and tests look into the outbox
/// and deliver foreign events by hand.
/// </summary>
public abstract class ServiceFixture<TProgram>(string service) : IAsyncLifetime
    where TProgram : class
{
    private WebApplicationFactory<TProgram>? factory;
    private GrpcChannel? channel;
    private TestPostgres? postgres;

    public ErrorLog ErrorLog { get; } = new();

    public IServiceProvider Services => factory!.Services;

    public Db Db => Services.GetRequiredService<Db>();

    public string DatabaseName { get; private set; } = "";

    public string OwnerConnectionString { get; private set; } = "";

    protected virtual Func<Tx, Task>? Seed => null;

    public async ValueTask InitializeAsync()
    {
        postgres = await Cluster();
        DatabaseName = await postgres.NewDatabase(service, typeof(TProgram).Assembly, Seed);
        OwnerConnectionString = postgres.Owner(DatabaseName);
        factory = NewInstance();
        channel = ChannelTo(factory);
        await Prepare();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        channel?.Dispose();
        if (factory is not null)
        {
            await factory.DisposeAsync();
        }

        NpgsqlConnection.ClearAllPools();
        var unexpected = ErrorLog.Errors.Where(error => !IsExpected(error)).ToList();
        Assert.True(unexpected.Count == 0, $"{unexpected.Count} errors were logged, the first of them: {string.Join('\n', unexpected.Take(3))}");
    }

    /// <summary>Errors that what a test does to the servers may bring about, as it happens.</summary>
    protected virtual bool IsExpected(string error) => false;

    /// <summary>For calls that are not made through a generated client.</summary>
    public CallInvoker Invoker => channel!.CreateCallInvoker();

    /// <summary>A client of one of the service's gRPC services.</summary>
    public TClient Client<TClient>()
        where TClient : ClientBase<TClient> => (TClient)Activator.CreateInstance(typeof(TClient), channel)!;

    /// <summary>What the service's own login may not do.</summary>
    /// <returns>Rows that it changed.</returns>
    public async Task<int> AsOwner(string sql, object? parameters = null)
    {
        await using var owner = new NpgsqlConnection(OwnerConnectionString);
        return await owner.ExecuteAsync(sql, parameters);
    }

    /// <summary>The first column of the first row, which the service's own login may not see.</summary>
    public async Task<T> AsOwner<T>(string sql)
    {
        await using var owner = new NpgsqlConnection(OwnerConnectionString);
        return (await owner.ExecuteScalarAsync<T>(sql))!;
    }

    /// <summary>Events in the outbox about a subject, in stream order.</summary>
    public async Task<IReadOnlyList<SaidEvent>> Said(string subject) =>
        await Db.Read(
            tx => tx.Query<SaidEvent>(
                "select event_type, subject, stream_no, payload from outbox where subject = @subject order by seq", new { subject }),
            CancellationToken.None);

    /// <summary>Applies a foreign event as this service's consumer would, in one transaction.</summary>
    public async Task Deliver(string source, Google.Protobuf.IMessage message, string subject, DateTimeOffset time, long streamNo = 1)
    {
        var handlers = Services.GetRequiredService<EventHandlers>().Sources.Single(s => s.Source == source);
        var handle = handlers.Find(EventTypes.NameOf(message.Descriptor));
        Assert.NotNull(handle);
        await Db.InTransaction(
            tx => handle(tx, new Received<Google.Protobuf.IMessage>(
                message, subject, AggregateId.Of(subject), streamNo, Guid.CreateVersion7(time), time)),
            CancellationToken.None);
    }

    /// <summary>The service once more, on the same database.</summary>
    protected WebApplicationFactory<TProgram> NewInstance() => new WebApplicationFactory<TProgram>().WithWebHostBuilder(builder =>
    {
        builder.UseEnvironment("Development");
        builder.UseSetting("ConnectionStrings:database", postgres!.App(service, DatabaseName));
        builder.UseSetting("Authentication:DevelopmentPublicKey", Tokens.PublicKey);
        builder.UseSetting("Messaging:Enabled", "false");
        builder.ConfigureLogging(logging => logging.ClearProviders().AddProvider(ErrorLog));
        Configure(builder);
    });

    protected static GrpcChannel ChannelTo(WebApplicationFactory<TProgram> instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        return GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = new ResponseVersion { InnerHandler = instance.Server.CreateHandler() },
        });
    }

    /// <summary>The one of this test process, unless a test stops or kills its own.</summary>
    protected virtual Task<TestPostgres> Cluster() => TestPostgres.Shared();

    protected virtual void Configure(IWebHostBuilder builder)
    {
    }

    /// <summary>Data that all tests of the class need.</summary>
    protected virtual Task Prepare() => Task.CompletedTask;
}

/// <summary>An event in the outbox.</summary>
public sealed class SaidEvent
{
    public string EventType { get; init; } = "";

    public string Subject { get; init; } = "";

    public long StreamNo { get; init; }

    public byte[] Payload { get; init; } = [];

    /// <summary>The message itself.</summary>
    public T As<T>()
        where T : class, Google.Protobuf.IMessage<T>, new() => (T)EventJson.Parse(Payload, new T().Descriptor);
}
