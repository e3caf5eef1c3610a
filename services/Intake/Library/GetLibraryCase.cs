using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Library;

/// <summary>A published case, for anybody.</summary>
internal sealed class GetLibraryCase(Db db, ReadingRoom room)
{
    public Task<GetLibraryCaseResponse> Handle(GetLibraryCaseRequest request, Call call) => Handle(request, call.Cancellation);

    public async Task<GetLibraryCaseResponse> Handle(GetLibraryCaseRequest request, CancellationToken cancellation)
    {
        var found = LibraryEntries.IdOf(request.Name) is { } id
            ? await room.Enter(() => db.Read(tx => LibraryEntries.Find(tx, id), cancellation), cancellation)
            : null;
        return new GetLibraryCaseResponse { Case = found?.ToProto() ?? throw LibraryEntries.NotThere(request.Name) };
    }
}
