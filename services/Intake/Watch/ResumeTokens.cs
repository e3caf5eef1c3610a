using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake.Watch;

/// <summary>Bookmarks as a caller gets them: sealed like page tokens, each caller's own, the same for all instances.</summary>
internal sealed class ResumeTokens(PageTokens tokens)
{
    /// <summary>Covers a few thousand transactions running at once; what is longer was not made here.</summary>
    private const int Longest = 64 * 1024;

    public Task<string> Seal(Bookmark at, Caller caller, CancellationToken cancellation) => tokens.Seal(Purpose(caller), at.ToString(), cancellation);

    /// <returns>Null for an empty token.</returns>
    /// <exception cref="RuleBroken">INVALID_ARGUMENT/RESUME_TOKEN_INVALID: not made here, or for somebody else.</exception>
    public async Task<Bookmark?> Open(string token, Caller caller, CancellationToken cancellation)
    {
        if (token.Length == 0)
        {
            return null;
        }

        return token.Length <= Longest && await tokens.TryOpen(Purpose(caller), token, cancellation) is { } text && Bookmark.TryParse(text) is { } at
            ? at
            : throw RuleBroken.Invalid(
                "resume_token", "RESUME_TOKEN_INVALID", "Ce jeton de reprise n'est pas valable : reprenez celui du dernier message reçu, ou recommencez sans jeton.");
    }

    private static string Purpose(Caller caller) => $"resume WatchCases\n{caller.Subject}";
}
