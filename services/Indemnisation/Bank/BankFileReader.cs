using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Indemnisation.Bank;

/// <summary>From the bytes of a file to what the bank says in it, one thing at a time.</summary>
internal sealed class BankFileReader : IDisposable
{
    private const string Iso = "urn:iso:std:iso:20022:tech:xsd:";
    private readonly BankXml xml;

    private BankFileReader(BankXml xml, string kind) => (this.xml, Kind) = (xml, kind);

    /// <summary>Message and version, e.g. <c>pain.002.001.10</c>.</summary>
    public string Kind { get; }

    /// <exception cref="RuleBroken">BANK_FILE_MALFORMED, BANK_FILE_UNKNOWN.</exception>
    public static Task<BankFileReader> Open(Stream file) => Naming(async () =>
    {
        var walk = new BankXml(file);
        var root = await walk.Root();
        var kind = walk.Namespace.StartsWith(Iso, StringComparison.Ordinal) ? walk.Namespace[Iso.Length..] : "";
        return root == "Document" && MessageOf(kind) is not null
            ? new BankFileReader(walk, kind)
            : throw RuleBroken.Invalid(
                "data", "BANK_FILE_UNKNOWN",
                $"Ligne {Math.Max(walk.Line, 1)} du fichier : ce n'est ni un pain.002 (001.03, 001.10) ni un camt.054 (001.02, 001.08).");
    });

    /// <exception cref="RuleBroken">BANK_FILE_MALFORMED; what was given before still stands.</exception>
    public async IAsyncEnumerable<Statement> Read()
    {
        var message = MessageOf(Kind)!;
        await using var steps = xml.Steps().GetAsyncEnumerator();
        while (await Naming(async () => await steps.MoveNextAsync()))
        {
            if (message.Take(steps.Current) is { } said)
            {
                yield return said;
            }
        }
    }

    public void Dispose() => xml.Dispose();

    private static IBankMessage? MessageOf(string kind) => kind switch
    {
        "pain.002.001.03" or "pain.002.001.10" => new StatusReport(),
        "camt.054.001.02" or "camt.054.001.08" => new AccountNotice(),
        _ => null,
    };

    private static async Task<T> Naming<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (BankFileRefused refused)
        {
            throw RuleBroken.Invalid("data", "BANK_FILE_MALFORMED", refused.Message);
        }
    }
}
