using System.Buffers.Text;
using System.Security.Cryptography;

namespace Intervision.Scheduling.Rooms;

/// <summary>
/// Where people meet by video. A seam: the region may run any tool; whoever brings one implements this. What it gives is a
/// secret shared by those invited: never logged, said in an event or shown in a notice.
/// </summary>
internal interface IVideoRooms
{
    /// <param name="session">sessions/{id}.</param>
    /// <returns>An address that nobody can guess.</returns>
    Task<Uri> Open(string session, DateTimeOffset start, DateTimeOffset end, CancellationToken cancellation);
}

/// <summary>For tools that open a room at whatever address people agree on: a random one of 160 bits below <c>Video:BaseUrl</c>.</summary>
internal sealed class UnguessableLinks(IConfiguration configuration) : IVideoRooms
{
    private const int Bytes = 20;

    public Task<Uri> Open(string session, DateTimeOffset start, DateTimeOffset end, CancellationToken cancellation)
    {
        var baseUrl = configuration["Video:BaseUrl"] ?? throw new InvalidOperationException("Video:BaseUrl is not configured.");
        return Task.FromResult(new Uri($"{baseUrl.TrimEnd('/')}/{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes))}"));
    }
}
