using Intervision.Membership.Communes;
using Intervision.Membership.History;
using Intervision.Membership.Organisations;
using Intervision.Membership.Poles;
using Intervision.Membership.Professionals;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Import;

/// <summary>One batch in one transaction: cut into segments of one kind, applied in stream order.</summary>
internal static class ImportBatch
{
    private const int LongestLabel = 100;

    public static async Task<ImportDirectoryResponse> Apply(Tx tx, IReadOnlyList<ImportDirectoryRequest> rows, Author author)
    {
        await ImportTurn.Take(tx);
        var response = new ImportDirectoryResponse();
        foreach (var segment in Segments(rows, response))
        {
            await segment.Apply(tx, author);
        }

        return response;
    }

    private static List<Segment> Segments(IReadOnlyList<ImportDirectoryRequest> rows, ImportDirectoryResponse response)
    {
        var segments = new List<Segment>();
        foreach (var row in rows)
        {
            var result = new ImportDirectoryResponse.Types.RowResult { RowLabel = row.RowLabel };
            response.Results.Add(result);
            if (Refusal(row) is var (reason, french))
            {
                // By runes, so as not to cut a character in two.
                result.RowLabel = string.Concat(row.RowLabel.EnumerateRunes().Take(LongestLabel / 2));
                result.Outcome = ImportDirectoryResponse.Types.Outcome.Rejected;
                result.Reason = reason;
                result.Message = french;
            }
            else if (segments.Count == 0 || !segments[^1].TryAdd(row, result))
            {
                segments.Add(NewSegment(row));
                segments[^1].TryAdd(row, result);
            }
        }

        return segments;
    }

    private static (string Reason, string French)? Refusal(ImportDirectoryRequest row) => row switch
    {
        { RowLabel.Length: > LongestLabel } => ("ROW_LABEL_TOO_LONG", $"L'étiquette d'une ligne a au plus {LongestLabel} caractères."),
        { RowCase: ImportDirectoryRequest.RowOneofCase.None } => ("ROW_EMPTY", "La ligne ne porte ni commune, ni organisation, ni professionnel, ni pôle."),
        _ => null,
    };

    private static Segment NewSegment(ImportDirectoryRequest row) => row.RowCase switch
    {
        ImportDirectoryRequest.RowOneofCase.Commune => new CommuneRows(),
        ImportDirectoryRequest.RowOneofCase.Organisation => new OrganisationRows(),
        ImportDirectoryRequest.RowOneofCase.Professional => new ProfessionalRows(),
        _ => new PoleRows(),
    };
}
