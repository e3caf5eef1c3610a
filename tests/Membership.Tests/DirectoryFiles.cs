using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Membership.Tests;

/// <summary>Files as a client sends and receives them.</summary>
internal static class DirectoryFiles
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "region");

    private static readonly Dictionary<DirectoryFile, string> NameByFile = new()
    {
        [DirectoryFile.Communes] = "communes.csv",
        [DirectoryFile.Organisations] = "organisations.csv",
        [DirectoryFile.Memberships] = "memberships.csv",
        [DirectoryFile.CptsTerritories] = "cpts_territories.csv",
        [DirectoryFile.People] = "people.csv",
        [DirectoryFile.Activities] = "activities.csv",
        [DirectoryFile.Poles] = "poles.csv",
        [DirectoryFile.PoleTerritories] = "pole_territories.csv",
    };

    /// <summary>The eight files of the sample region.</summary>
    public static (DirectoryFile, string)[] OfRegion() => [.. NameByFile.Select(f => (f.Key, File.ReadAllText(Path.Combine(Folder, f.Value))))];

    /// <summary>A small directory: one commune, organisation, person, pôle.</summary>
    public static (DirectoryFile File, string Text)[] Small() =>
    [
        (DirectoryFile.Communes, "insee_code;name;departement;postal_codes;population\n59350;Lille;59;59000 59800;236710\n"),
        (DirectoryFile.Organisations,
            "identifier_type;identifier;name;kind;commune_insee;pole_code;joined_date;convention_signed_date;convention_end_date;video_capable\n"
            + "FINESS;590000014;CSAPA Lille;CSAPA;59350;P01;2025-03-16;2025-03-16;2028-03-15;1\n"),
        (DirectoryFile.Memberships, "organisation_identifier;programme_code;from_date;until_date\n590000014;ADDICTIONS;2025-03-16;\n"),
        (DirectoryFile.People,
            "person_id;rpps;family_name;given_name;mssante;expert;charter_accepted_date\n"
            + "PER-1;99700001235;Lefèvre;Zoé;zoe.lefevre@medecin.mssante.fr;0;2025-03-16\n"),
        (DirectoryFile.Activities,
            "person_id;profession_table;profession_code;savoir_faire;mode_exercice;organisation_identifier;pole_code;from_date;until_date\n"
            + "PER-1;TRE_G15;10;SM54;L;590000014;P01;2020-01-01;\n"
            + "PER-1;TRE_G15;10;SM54;S;590000014;P01;2021-01-01;\n"),
        (DirectoryFile.Poles,
            "pole_code;name;seat_commune_insee;area;programme;rhythm;weekday;start_time;duration_minutes;modality;referent_person_id;host_identifier;coordinator_email;active_from_date\n"
            + "P01;Pôle Lille;59350;NPDC;ADDICTIONS;EVERY_SIX_WEEKS;FRIDAY;12:15;90;HYBRID;PER-1;590000014;coordination.p01@example.org;2018-09-01\n"),
        (DirectoryFile.PoleTerritories, "pole_code;insee_code\nP01;59350\n"),
    ];

    /// <summary>The same files with some text replaced.</summary>
    public static (DirectoryFile File, string Text)[] Replace(this (DirectoryFile File, string Text)[] files, string old, string by)
    {
        Assert.Contains(files, f => f.Text.Contains(old, StringComparison.Ordinal));
        return [.. files.Select(f => (f.File, f.Text.Replace(old, by, StringComparison.Ordinal)))];
    }

    /// <summary>One more line at the end of a file.</summary>
    public static (DirectoryFile File, string Text)[] Add(this (DirectoryFile File, string Text)[] files, DirectoryFile file, string line) =>
        [.. files.Select(f => f.File == file ? (f.File, f.Text + line + "\n") : f)];

    public static (DirectoryFile File, string Text)[] Without(this (DirectoryFile File, string Text)[] files, params DirectoryFile[] some) =>
        [.. files.Where(f => !some.Contains(f.File))];

    public static Task<FilesAnswer> ImportFiles(this MembershipFixture membership, params IEnumerable<(DirectoryFile, string)> files) =>
        membership.ImportFiles(files, Guid.CreateVersion7().ToString());

    public static async Task<FilesAnswer> ImportFiles(
        this MembershipFixture membership, IEnumerable<(DirectoryFile File, string Text)> files, string requestId, bool dryRun = false,
        DateTimeOffset? now = null, int pieceBytes = 10_000, DevelopmentClaims? who = null) =>
        await membership.ImportFiles(
            files.Select(f => (f.File, Encoding.UTF8.GetBytes(f.Text))), requestId, dryRun, now, pieceBytes, who);

    public static async Task<FilesAnswer> ImportFiles(
        this MembershipFixture membership, IEnumerable<(DirectoryFile File, byte[] Bytes)> files, string requestId, bool dryRun = false,
        DateTimeOffset? now = null, int pieceBytes = 10_000, DevelopmentClaims? who = null)
    {
        using var call = membership.Directory.ImportFiles(Tokens.As(who ?? Tokens.Coordinator(), now ?? MembershipFixture.Now));
        var reading = Read(call.ResponseStream);
        try
        {
            var first = true;
            foreach (var (file, bytes) in files)
            {
                foreach (var piece in bytes.Length == 0 ? [[]] : bytes.Chunk(pieceBytes))
                {
                    await call.RequestStream.WriteAsync(new ImportFilesRequest
                    {
                        RequestId = first ? requestId : "", DryRun = first && dryRun, File = file, Data = ByteString.CopyFrom(piece),
                    });
                    first = false;
                }
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (RpcException)
        {
            // The server may answer before all is sent; why, the responses say.
        }

        return await reading;
    }

    public static async Task<(DirectoryFile File, string Text)[]> ExportFiles(
        this MembershipFixture membership, DateTimeOffset? now = null, params IEnumerable<DirectoryFile> files)
    {
        using var call = membership.Directory.ExportFiles(
            new ExportFilesRequest { Files = { files } }, Tokens.As(Tokens.Coordinator(), now ?? MembershipFixture.Now));
        var bytes = new SortedDictionary<DirectoryFile, MemoryStream>();
        while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
        {
            var file = call.ResponseStream.Current.File;
            bytes.TryAdd(file, new MemoryStream());
            call.ResponseStream.Current.Data.WriteTo(bytes[file]);
        }

        return [.. bytes.Select(b => (b.Key, Encoding.UTF8.GetString(b.Value.ToArray())))];
    }

    private static async Task<FilesAnswer> Read(IAsyncStreamReader<ImportFilesResponse> responses)
    {
        var results = new List<FileRowResult>();
        ImportFilesResponse.Types.Summary? summary = null;
        while (await responses.MoveNext(CancellationToken.None))
        {
            results.AddRange(responses.Current.Results);
            summary = responses.Current.Summary;
        }

        return new FilesAnswer(results, summary ?? throw new InvalidOperationException("The last message has no summary."));
    }
}

/// <summary>What an import of files answered.</summary>
internal sealed record FilesAnswer(IReadOnlyList<FileRowResult> Results, ImportFilesResponse.Types.Summary Summary)
{
    /// <summary>Created, updated, unchanged, rejected, vanished.</summary>
    public (int, int, int, int, int) Counts => (Summary.Created, Summary.Updated, Summary.Unchanged, Summary.Rejected, Summary.Vanished);

    public FileRowResult Line(DirectoryFile file, int line) => Results.Single(r => r.File == file && r.Line == line);
}
