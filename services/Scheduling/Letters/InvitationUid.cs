using System.Security.Cryptography;
using System.Text;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Letters;

/// <summary>
/// The UID of a session in one person's calendar: <c>{session}-{code}@intervision</c>. Every program sends it back with the
/// answer, and nobody but the person invited has the code, 128 bits of a keyed hash: it says who answers, and proves the
/// right to (docs/adr/0021). It stays the same as long as the session exists, moved or not.
/// </summary>
internal sealed class InvitationUid(byte[] key)
{
    public const string SecretName = "invitation_uid";
    private const string Domain = "@intervision";
    private const int CodeBytes = 16;
    private const int SessionLength = 36;

    public static async Task<InvitationUid> Load(Tx tx) =>
        new(await tx.Single<byte[]>("select value from service_secret where name = @SecretName", new { SecretName }));

    public string Of(Guid session, string professional) => $"{session:D}-{Convert.ToHexStringLower(Code(session, professional))}{Domain}";

    /// <summary>In calendars that nobody answers to: feeds.</summary>
    public static string Bare(Guid session) => $"{session:D}{Domain}";

    /// <summary>Null when it is no UID of an invitation.</summary>
    public static (Guid Session, byte[] Code)? Parse(string uid)
    {
        uid = uid.Trim();
        if (uid.Length != SessionLength + 1 + (2 * CodeBytes) + Domain.Length || !uid.EndsWith(Domain, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var code = uid.Substring(SessionLength + 1, 2 * CodeBytes);
        return uid[SessionLength] == '-' && Guid.TryParseExact(uid[..SessionLength], "D", out var session) && code.All(char.IsAsciiHexDigit)
            ? (session, Convert.FromHexString(code))
            : null;
    }

    public bool IsOf(byte[] code, Guid session, string professional) => CryptographicOperations.FixedTimeEquals(code, Code(session, professional));

    private byte[] Code(Guid session, string professional) =>
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{session:D}|{professional}"))[..CodeBytes];
}
