using System.Globalization;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Registrations;

/// <summary>Who is registered and who waits, for those who organise.</summary>
internal sealed class ListRegistrations(Db db, PageTokens tokens)
{
    public Task<ListRegistrationsResponse> Handle(ListRegistrationsRequest request, Call call) => db.Read(
        async tx =>
        {
            var actor = await Actor.Of(tx, call.Caller);
            var found = Meeting.IdOf(request.Name) is { } id ? await MeetingStore.Find(tx, id) : null;
            var meeting = SessionVerb.MustMay(call, request.Name, actor, found, (a, m) => a.Organises(m));
            var size = PageTokens.Size(request.PageSize);
            var filter = $"registrations|{call.Caller.Subject}|{request.Name}";
            var after = long.Parse(await tokens.Open(filter, request.PageToken, call.Cancellation) ?? "0", CultureInfo.InvariantCulture);
            // Hundreds at most: places in the waiting list are counted over all of them.
            var all = (await RegistrationStore.Of(tx, meeting.Id)).Where(e => e.IsRegistered || e.IsWaiting).ToList();
            var rest = all.Where(e => e.OrderNo > after).ToList();
            var seats = Seating.SeatsFor(meeting, await RegistrationStore.SeatsOfRoom(tx, meeting));
            var response = new ListRegistrationsResponse
            {
                Registrations = { rest.Take(size).Select(e => e.ToProto()) },
                Seats = seats,
                FreeSeats = Math.Max(0, seats - all.Count(e => e.IsRegistered)),
            };
            if (rest.Count > size)
            {
                response.NextPageToken = await tokens.Seal(filter, rest[size - 1].OrderNo.ToString(CultureInfo.InvariantCulture), call.Cancellation);
            }

            return response;
        },
        call.Cancellation);
}
