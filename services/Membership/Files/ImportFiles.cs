using Grpc.Core;
using Intervision.Membership.Communes;
using Intervision.Membership.History;
using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Npgsql;

namespace Intervision.Membership.Files;

/// <summary>
/// Takes the directory in as files of any size, with flat memory. First pass: lines are cut and staged as they arrive.
/// Second pass: each kind of resource is walked in key order, its lines joined with those of its parts and merged with
/// what the directory holds. Each batch is one transaction and an idempotent request of its own (import id, rank), as in
/// <see cref="ImportDirectory"/>. A dry run does the same in one transaction that is rolled back.
/// </summary>
internal sealed class ImportFiles(Db db, NpgsqlDataSource source)
{
    private static readonly FileKind[] Kinds = [new CommuneFiles(), new OrganisationFiles(), new ProfessionalFiles(), new PoleFiles()];

    public async Task Handle(IAsyncStreamReader<ImportFilesRequest> requests, IServerStreamWriter<ImportFilesResponse> responses, Call call)
    {
        var incoming = new IncomingFiles(requests, call);
        await incoming.Begin();
        await using var staged = await StagedLines.Open(source, call.Cancellation);
        while (await incoming.Next() is var (format, bytes))
        {
            await FileReader.Stage(format, bytes, staged, call.Cancellation);
        }

        await staged.Complete(call.Cancellation);
        var results = new ResultWriter(responses, call.Cancellation);
        await using (var work = await ImportWork.Open(db, source, call, incoming))
        {
            foreach (var kind in Kinds.Where(k => k.Files.Any(incoming.Sent.Contains)))
            {
                await Apply(kind, work, staged, results);
                await Vanished.Report(kind, work, staged, results);
            }

            await work.Do(tx => CommunesSaid.SayChanged(tx, call.Now));
        }

        await results.Finish();
    }

    private static async Task Apply(FileKind kind, ImportWork work, StagedLines staged, ResultWriter results)
    {
        await foreach (var batch in Batches.Of(staged.Read(kind.Files, work.Cancellation), work.Cancellation))
        {
            await results.Write((await work.Once(batch.Hash(), tx => Apply(tx, kind, batch, work))).Results);
        }
    }

    private static async Task<ImportFilesResponse> Apply(Tx tx, FileKind kind, Batch batch, ImportWork work)
    {
        await ImportTurn.Take(tx);
        var response = new ImportFilesResponse();
        response.Results.Add(batch.Unreadable.Select(l =>
        {
            var line = new Line(l);
            line.Require(false, l.Reason!, l.French!);
            return line.Result;
        }));
        response.Results.Add(await kind.Apply(tx, work.Author, batch.Keys, work.Sent));
        return response;
    }
}
