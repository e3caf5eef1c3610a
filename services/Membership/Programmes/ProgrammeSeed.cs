using Google.Protobuf;
using Intervision.Membership.History;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Programmes;

/// <summary>
/// Puts the programmes of <c>programmes.json</c> (DOMAIN §5, DESIGN §7.36) into the database, and says each once. Run by
/// every migration: a programme that is there already is left alone.
/// </summary>
internal static class ProgrammeSeed
{
    /// <param name="now">When they are said to have been added.</param>
    /// <param name="file">
    /// More programmes in the same form (<c>Membership:ProgrammesFile</c>): a third one needs no release. Null for none.
    /// </param>
    public static async Task Seed(Tx tx, DateTimeOffset now, string? file = null)
    {
        await AddMissing(tx, now, await BuiltIn());
        if (!string.IsNullOrEmpty(file))
        {
            await AddMissing(tx, now, await File.ReadAllTextAsync(file, tx.Cancellation));
        }
    }

    private static async Task AddMissing(Tx tx, DateTimeOffset now, string json)
    {
        foreach (var programme in JsonParser.Default.Parse<ListProgrammesResponse>(json).Programmes)
        {
            if (await ProgrammeStore.Add(tx, programme, now))
            {
                programme.Etag = Etag.Of(1);
                await Changes.Tell(tx, new Author("services/membership", "migrate", now), [Told.Of(programme)]);
            }
        }
    }

    private static async Task<string> BuiltIn()
    {
        await using var stream = typeof(ProgrammeSeed).Assembly.GetManifestResourceStream("programmes.json")!;
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }
}
