using Grpc.Core;

namespace Intervision.ServiceDefaults.Grpc;

/// <summary>What all verbs that take a stream of messages have in common.</summary>
public static class Uploads
{
    private const int MaximumData = 256 * 1024;

    /// <summary>Whether there is another message, now <c>Current</c>.</summary>
    /// <exception cref="OperationCanceledException">The client hung up, which shows as a reset stream: its choice, not our failure.</exception>
    public static async Task<bool> Next<T>(this IAsyncStreamReader<T> requests, Call call)
    {
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentNullException.ThrowIfNull(call);
        try
        {
            return await requests.MoveNext(call.Cancellation);
        }
        catch (IOException) when (call.Cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(call.Cancellation);
        }
    }

    /// <param name="bytes">Of a piece of a file, field <c>data</c> of its message.</param>
    /// <exception cref="RuleBroken">DATA_TOO_LARGE.</exception>
    public static void MustBePiece(int bytes)
    {
        if (bytes > MaximumData)
        {
            throw RuleBroken.Invalid("data", "DATA_TOO_LARGE", "Un morceau de fichier a au plus 256 Kio.");
        }
    }
}
