using System.Globalization;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake.Alerts;

/// <summary>The alerts the caller may read, the last written first.</summary>
internal sealed class ListAlerts(Db db, PageTokens tokens)
{
    public async Task<ListAlertsResponse> Handle(ListAlertsRequest request, Call call)
    {
        var caller = call.Caller;
        var size = PageTokens.Size(request.PageSize);
        var states = request.States.Select(s => s.ToString()).ToArray();
        var filter = $"alerts|{caller.Subject}|{string.Join(',', states)}";
        var after = (await tokens.Open(filter, request.PageToken, call.Cancellation))?.Split('/');
        var found = await db.Read(
            async tx => await AlertStore.WithTransmissions(tx, await tx.Query<Alert>(
                Sql,
                new
                {
                    all = caller.Has(Roles.Coordinator),
                    poles = caller.Has(Roles.Referent) ? caller.Poles.ToArray() : [],
                    authority = caller.Has(Roles.Auditor),
                    recipient = Recipients.Ars,
                    states,
                    time = after is null ? DateTimeOffset.MaxValue : new DateTimeOffset(long.Parse(after[0], CultureInfo.InvariantCulture), TimeSpan.Zero),
                    id = after is null ? Guid.AllBitsSet : Guid.Parse(after[1]),
                    limit = size + 1,
                })),
            call.Cancellation);
        var response = new ListAlertsResponse { Alerts = { found.Take(size).Select(a => a.View()) } };
        if (found.Count > size)
        {
            response.NextPageToken = await tokens.Seal(filter, $"{found[size - 1].CreateTime.UtcTicks}/{found[size - 1].Id}", call.Cancellation);
        }

        return response;
    }

    // The same rule as Alert.IsReadBy, as a set.
    private const string Sql =
        $"""
        select {AlertStore.Columns} from alert a
        where (@all or a.poles && @poles
            or (@authority and exists (select from alert_transmission t where t.alert_id = a.id and t.recipient = @recipient)))
          and (cardinality(@states) = 0 or a.state = any (@states))
          and (a.create_time, a.id) < (@time, @id)
        order by a.create_time desc, a.id desc
        limit @limit
        """;
}
