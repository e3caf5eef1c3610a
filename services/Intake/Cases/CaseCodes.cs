using System.Security.Cryptography;

namespace Intervision.Intake.Cases;

/// <summary>
/// The only name a patient has here: eight characters of Crockford's base 32 from a cryptographic generator
/// (40 bits; a collision is tried again), telling nothing of person, place or date (DESIGN §7.27).
/// </summary>
internal static class CaseCodes
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    public static string Next()
    {
        var random = RandomNumberGenerator.GetString(Alphabet, 8);
        return $"SIT-{random[..4]}-{random[4..]}";
    }
}
