using System.Globalization;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Scheduling.Attendance;

/// <summary>What was corrected on a certified sheet, by whom and why.</summary>
internal sealed class ListCorrections(Db db, PageTokens tokens)
{
    public async Task<ListCorrectionsResponse> Handle(ListCorrectionsRequest request, Call call)
    {
        var size = PageTokens.Size(request.PageSize);
        var filter = $"corrections|{call.Caller.Subject}|{request.Name}";
        var skip = int.Parse(await tokens.Open(filter, request.PageToken, call.Cancellation) ?? "0", CultureInfo.InvariantCulture);
        var meeting = await db.Read(
            async tx =>
            {
                var found = Meeting.IdOf(request.Name) is { } id ? await MeetingStore.Find(tx, id) : null;
                return found is not null && (await Actor.Of(tx, call.Caller)).LeadsOrOrganises(found) ? found
                    : throw (found is null && call.Caller.Has(Roles.Coordinator) ? RuleBroken.NotFound(request.Name) : RuleBroken.Denied());
            },
            call.Cancellation);
        // Corrections are only ever appended, so how many were shown is a position.
        var ordered = meeting.Corrections.OrderBy(c => c.CorrectTime).ThenBy(c => c.Professional, StringComparer.Ordinal).ThenBy(c => c.Revision).ToList();
        var response = new ListCorrectionsResponse { Corrections = { ordered.Skip(skip).Take(size).Select(c => c.ToProto()) } };
        if (ordered.Count > skip + size)
        {
            response.NextPageToken = await tokens.Seal(filter, $"{skip + size}", call.Cancellation);
        }

        return response;
    }
}
