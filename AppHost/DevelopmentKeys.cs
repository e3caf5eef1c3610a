using System.Security.Cryptography;
using Intervision.ServiceDefaults.Security;

namespace Intervision.AppHost;

/// <summary>
/// Keys of a development machine, made on the first start and kept in <c>secrets</c> under the data folder, readable by
/// their owner only: the signing key of tokens (services get its public half) and the master key of Intake's case keys.
/// </summary>
internal sealed class DevelopmentKeys
{
    private static readonly TimeSpan ServiceTokenLifetime = TimeSpan.FromDays(90);
    private readonly ECDsa _signingKey;

    private DevelopmentKeys(ECDsa signingKey, string intakeMasterKey)
    {
        _signingKey = signingKey;
        IntakeMasterKey = intakeMasterKey;
    }

    public string PublicKey => DevelopmentTokens.PublicKey(_signingKey);

    /// <summary>Base64 of 32 random bytes.</summary>
    public string IntakeMasterKey { get; }

    public static DevelopmentKeys Open(string dataFolder)
    {
        var folder = Path.Combine(dataFolder, "secrets");
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        return new(DevelopmentTokens.LoadOrCreateKey(folder), ReadOrCreate(Path.Combine(folder, "intake-master-key")));
    }

    /// <summary>What a service shows when it calls another one in its own name.</summary>
    public string ServiceToken(string service) => DevelopmentTokens.Mint(
        _signingKey, new DevelopmentClaims(service, [Roles.Service]) { Lifetime = ServiceTokenLifetime }, TimeProvider.System.GetUtcNow());

    private static string ReadOrCreate(string file)
    {
        if (File.Exists(file))
        {
            return File.ReadAllText(file);
        }
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        var ours = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            ours.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        using var writer = new StreamWriter(file, ours);
        writer.Write(key);
        return key;
    }
}
