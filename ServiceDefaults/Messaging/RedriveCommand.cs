using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>
/// <c>dotnet {Service}.dll redrive [queue]</c>: what <c>RedriveParked</c> does, for whoever stands at the machine without a
/// token. The running service picks up what it gave back.
/// </summary>
internal static class RedriveCommand
{
    public static async Task Run(IConfiguration configuration, string service, string queue)
    {
        var options = Options.Create(new MessagingOptions());
        await using var source = Database.DataSource(Database.ConnectionString(configuration));
        using var signal = new OutboxSignal();
        var broker = new Broker(configuration, new ServiceName(service), options, NullLogger<Broker>.Instance);
        var redrive = new Redrive(new ServiceName(service), broker, options);
        var done = await new Db(source, signal).InTransaction(tx => redrive.Run(tx, queue, CancellationToken.None), CancellationToken.None);
        Console.WriteLine(
            $"{service} : {done.RedrivenEvents} événements reçus, {done.RedrivenOutboxRows} événements à publier et {done.RedrivenDeadLetters} lettres mortes remis en circulation.");
    }
}
