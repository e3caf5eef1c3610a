using System.Globalization;
using Intervision.Intake.Consents;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake.Library;

/// <summary>Proposals the caller may read, or organises, the oldest first; never their texts.</summary>
internal sealed class ListLibraryProposals(Db db, PageTokens tokens)
{
    public async Task<ListLibraryProposalsResponse> Handle(ListLibraryProposalsRequest request, Call call)
    {
        var size = PageTokens.Size(request.PageSize);
        var filter = $"proposals|{call.Caller.Subject}|{string.Join(',', request.States.Select(s => (int)s))}";
        var after = (await tokens.Open(filter, request.PageToken, call.Cancellation))?.Split('/');
        var rows = await db.Read(tx => tx.Query<Listed>(Sql, Parameters(request, call.Caller, after, size + 1)), call.Cancellation);
        var response = new ListLibraryProposalsResponse();
        response.Proposals.Add(rows.Take(size).Select(p => p.ToProto(p.Tied)));
        if (rows.Count > size)
        {
            var last = rows[size - 1];
            response.NextPageToken = await tokens.Seal(filter, $"{last.ProposeTime.UtcTicks}/{last.Id}", call.Cancellation);
        }

        return response;
    }

    // Of LibraryPeople.TieTo, as a set, what ties to a case; whether its category was told of is asked before a text is given.
    private const string Sql =
        $"""
        with me as (select @Subject::text as name union select name from professional where rpps = @Rpps)
        select {ProposalStore.Columns}, t.tied from library_proposal l join cases c on c.id = l.case_id
        cross join lateral (
          select @asPerson
              and (c.requester in (select name from me) or c.pole = any (@poles)
                or exists (
                  select from agenda_item i join session_person s using (session)
                  where i.case_id = c.id and i.status = 'DISCUSSED' and i.session = c.discussed_session and s.professional in (select name from me)))
              and not exists (
                select from (select excluded_people from consent_record r where r.case_id = c.id order by {ConsentStore.InForceFirst} limit 1) r
                where r.excluded_people && array (select name from me)) as tied) t
        where (@all or t.tied)
          and (cardinality(@states) = 0 or l.state = any (@states))
          and (l.propose_time, l.id) > (@time, @id)
        order by l.propose_time, l.id
        limit @limit
        """;

    private static object Parameters(ListLibraryProposalsRequest request, Caller caller, string[]? after, int limit) => new
    {
        all = caller.Has(Roles.Coordinator),
        asPerson = caller.HasAny(Roles.Professional, Roles.Referent),
        caller.Subject,
        caller.Rpps,
        poles = caller.Has(Roles.Referent) ? caller.Poles.ToArray() : [],
        states = request.States.Select(s => s.ToString()).ToArray(),
        time = after is null ? DateTimeOffset.UnixEpoch : new DateTimeOffset(long.Parse(after[0], CultureInfo.InvariantCulture), TimeSpan.Zero),
        id = after is null ? Guid.Empty : Guid.Parse(after[1]),
        limit,
    };

    private sealed record Listed : Proposal
    {
        public bool Tied { get; init; }
    }
}
