using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Intake.Library;

/// <summary>
/// The public shares a database with people at work: so many searches at once, the others wait a moment and are then asked
/// to come again.
/// </summary>
internal sealed class ReadingRoom : IDisposable
{
    private const int Seats = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim seats = new(Seats);

    /// <exception cref="RuleBroken">RESOURCE_EXHAUSTED/LIBRARY_BUSY.</exception>
    public async Task<T> Enter<T>(Func<Task<T>> read, CancellationToken cancellation)
    {
        if (!await seats.WaitAsync(Patience, cancellation))
        {
            throw RuleBroken.TooMuch("LIBRARY_BUSY", "La bibliothèque est très consultée : réessayez dans un instant.", TimeSpan.FromSeconds(5));
        }

        try
        {
            return await read();
        }
        finally
        {
            seats.Release();
        }
    }

    public void Dispose() => seats.Dispose();
}
