using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Library;

/// <summary>
/// Takes a published case out at once. Nobody knows any more which case it came from, so anybody who organises may, on
/// anybody's word.
/// </summary>
internal sealed class RetractLibraryCase(Db db)
{
    public Task<RetractLibraryCaseResponse> Handle(RetractLibraryCaseRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            if (request.Reason is not ("IDENTIFIANT" or "DEMANDE" or "INEXACT" or "DOUBLON" or "AUTRE"))
            {
                throw RuleBroken.Invalid("reason", "REASON_INVALID", "Dites pourquoi : IDENTIFIANT, DEMANDE, INEXACT, DOUBLON ou AUTRE.");
            }

            var retracted = LibraryEntries.IdOf(request.Name) is { } entry
                ? await tx.Execute(
                    """
                    with gone as (delete from library_entry where id = @entry returning id)
                    insert into library_retraction (entry, reason, actor, retract_time) select id, @Reason, @Subject, @Now from gone
                    """,
                    new { entry, request.Reason, call.Caller.Subject, call.Now })
                : 0;
            return retracted == 1 ? new RetractLibraryCaseResponse() : throw LibraryEntries.NotThere(request.Name);
        });
}
