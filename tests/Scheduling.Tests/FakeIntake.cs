using System.Collections.Concurrent;
using System.Net;
using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intervision.Scheduling.Tests;

/// <summary>An Intake behind a real Kestrel endpoint that says yes unless a test wants otherwise for a case.</summary>
public sealed class FakeIntake : IAsyncDisposable
{
    private readonly int port = Ports.Free();
    private WebApplication? app;

    public string Address => $"http://127.0.0.1:{port}";

    /// <summary>What is answered for a case, by its name.</summary>
    public ConcurrentDictionary<string, Func<ServerCallContext, Task<BeginDiscussionResponse>>> Answers { get; } = new(StringComparer.Ordinal);

    /// <summary>Everything asked, with the headers.</summary>
    public ConcurrentQueue<(BeginDiscussionRequest Request, Metadata Headers)> Asked { get; } = new();

    public IEnumerable<BeginDiscussionRequest> AskedFor(string session) => Asked.Select(a => a.Request).Where(r => r.Session == session);

    public void Deny(string caseName, string reason) =>
        Answers[caseName] = _ => Task.FromResult(new BeginDiscussionResponse { Allowed = false, Reason = reason });

    public async Task Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        // The service's own appsettings.json lies in this folder too, with its ports.
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(this);
        builder.Services.AddGrpc();
        app = builder.Build();
        app.MapGrpcService<Service>();
        await app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
        {
            await app.DisposeAsync();
        }
    }

    internal sealed class Service(FakeIntake fake) : IntakeService.IntakeServiceBase
    {
        public override Task<BeginDiscussionResponse> BeginDiscussion(BeginDiscussionRequest request, ServerCallContext context)
        {
            fake.Asked.Enqueue((request, context.RequestHeaders));
            return fake.Answers.TryGetValue(request.Name, out var answer)
                ? answer(context)
                : Task.FromResult(new BeginDiscussionResponse { Allowed = true });
        }
    }
}
