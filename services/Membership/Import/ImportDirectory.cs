using System.Security.Cryptography;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Intervision.Membership.Communes;
using Intervision.Membership.History;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Membership.Import;

/// <summary>
/// Takes the directory in, row by row from the outside, batch by batch inside. Each batch is one transaction and an
/// idempotent request of its own (import id, rank): a stream that was cut keeps what was applied, and sent again with
/// the same id it first hears the answers it missed.
/// </summary>
internal sealed class ImportDirectory(Db db)
{
    public const int MaximumRows = 10_000;
    private const int BatchRows = 200;
    private const int BatchBytes = 1024 * 1024;

    public async Task<ImportDirectoryResponse> Handle(IAsyncStreamReader<ImportDirectoryRequest> stream, Call call)
    {
        call.Caller.MustHave(Roles.Coordinator);
        var response = new ImportDirectoryResponse();
        var requestId = "";
        var batch = new List<ImportDirectoryRequest>();
        var bytes = 0;
        for (var count = 1; await stream.Next(call); count++)
        {
            var row = stream.Current;
            requestId = count == 1 ? RequestIds.MustBeUuid(row.RequestId).ToString() : requestId;
            MustBeWithin(count);
            batch.Add(row);
            bytes += row.CalculateSize();
            if (batch.Count == BatchRows || bytes >= BatchBytes)
            {
                await Apply();
            }
        }

        await Apply();
        await db.InTransaction(tx => CommunesSaid.SayChanged(tx, call.Now), call.Cancellation);
        return response;

        async Task Apply()
        {
            if (batch.Count == 0)
            {
                return;
            }

            var id = AggregateId.Of($"{requestId}/{response.Results.Count}");
            var answer = await db.Once(call, id.ToString(), HashOf(batch), tx => ImportBatch.Apply(tx, batch, Author.Of(call)));
            response.Results.Add(answer.Results);
            batch.Clear();
            bytes = 0;
        }
    }

    private static void MustBeWithin(int count)
    {
        if (count > MaximumRows)
        {
            throw RuleBroken.TooMuch(
                "IMPORT_TOO_LARGE",
                $"Un import porte au plus {MaximumRows} lignes : les lots déjà appliqués sont gardés, envoyez le reste dans un autre import.");
        }
    }

    /// <summary>Stands for the batch's rows in the request log, which compares payloads.</summary>
    private static BytesValue HashOf(List<ImportDirectoryRequest> batch)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var row in batch)
        {
            hash.AppendData(SHA256.HashData(row.ToByteArray()));
        }

        return new BytesValue { Value = ByteString.CopyFrom(hash.GetHashAndReset()) };
    }
}
