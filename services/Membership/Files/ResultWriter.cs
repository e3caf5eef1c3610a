using Grpc.Core;
using Intervision.Membership.V1;
using Outcome = Intervision.Membership.V1.FileRowResult.Types.Outcome;

namespace Intervision.Membership.Files;

/// <summary>Sends results as fast as the client takes them, and counts them.</summary>
internal sealed class ResultWriter(IServerStreamWriter<ImportFilesResponse> responses, CancellationToken cancellation)
{
    private const int ResultsPerMessage = 500;
    private readonly ImportFilesResponse.Types.Summary summary = new();

    public async Task Write(IReadOnlyList<FileRowResult> results)
    {
        foreach (var some in results.Chunk(ResultsPerMessage))
        {
            foreach (var result in some)
            {
                Count(result.Outcome);
            }

            await responses.WriteAsync(new ImportFilesResponse { Results = { some } }, cancellation);
        }
    }

    public Task Finish() => responses.WriteAsync(new ImportFilesResponse { Summary = summary }, cancellation);

    private void Count(Outcome outcome) => _ = outcome switch
    {
        Outcome.Created => summary.Created++,
        Outcome.Updated => summary.Updated++,
        Outcome.Unchanged => summary.Unchanged++,
        Outcome.Rejected => summary.Rejected++,
        _ => summary.Vanished++,
    };
}
