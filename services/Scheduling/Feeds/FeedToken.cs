using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Intervision.Scheduling.Feeds;

/// <summary>What is unguessable in a calendar's address: 160 random bits. Only the hash is kept.</summary>
internal static class FeedToken
{
    private const int Bytes = 20;
    private const int Length = 27;

    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    public static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>Whether it is worth looking for.</summary>
    public static bool IsOne(string token) => token.Length == Length && Base64Url.IsValid(token);
}
