using System.Globalization;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Indicators;

/// <summary>The frozen reports the caller may read, without their figures.</summary>
internal sealed class ListFrozenIndicators(Db db, PageTokens tokens)
{
    public async Task<ListFrozenIndicatorsResponse> Handle(ListFrozenIndicatorsRequest request, Call call)
    {
        if (request.Year is < 0 or > 9998)
        {
            throw RuleBroken.Invalid("year", "YEAR_INVALID", "Dites l'année du rapport, sur quatre chiffres, ou rien.");
        }

        var size = PageTokens.Size(request.PageSize);
        var filter = $"frozenIndicators|{call.Caller.Subject}|{request.Year}";
        var after = (await tokens.Open(filter, request.PageToken, call.Cancellation))?.Split('/');
        var found = await db.Read(
            tx => FrozenReport.Before(
                tx,
                call.Caller,
                request.Year,
                after is null ? DateTimeOffset.MaxValue : new DateTimeOffset(long.Parse(after[0], CultureInfo.InvariantCulture), TimeSpan.Zero),
                after is null ? Guid.AllBitsSet : Guid.Parse(after[1]),
                size + 1),
            call.Cancellation);
        var response = new ListFrozenIndicatorsResponse { Frozen = { found.Take(size).Select(f => f.View()) } };
        if (found.Count > size)
        {
            response.NextPageToken = await tokens.Seal(filter, $"{found[size - 1].FreezeTime.UtcTicks}/{found[size - 1].Id}", call.Cancellation);
        }

        return response;
    }
}
