using System.Globalization;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Lines;

/// <summary>Lines by session start, then person. A professional sees one's own; finance roles see all.</summary>
public sealed class ListLines(Db db, PageTokens pages)
{
    public async Task<ListLinesResponse> Handle(ListLinesRequest request, Call call)
    {
        var caller = call.Caller;
        var ownOnly = !caller.IsFinance();
        var size = PageTokens.Size(request.PageSize);
        var states = request.States.Select(s => (int)s).Order().ToArray();
        var filter = new LineFilter(states, request.Session, request.Professional, ownOnly, caller.Subject, caller.Rpps ?? "", PaymentOf(request));
        var filterText = $"lines|{caller.Subject}|{string.Join(',', states)}|{request.Session}|{request.Professional}|{request.Payment}|{ownOnly}";
        var token = await pages.Open(filterText, request.PageToken, call.Cancellation);
        var (lines, shown) = await db.Read(
            async tx =>
            {
                var page = await LineStore.Page(tx, filter, token is null ? null : Position(token), size + 1);
                return (page, await LineStore.Shown(tx, [.. page.Take(size)]));
            },
            call.Cancellation);
        var response = new ListLinesResponse { Lines = { shown } };
        if (lines.Count > size)
        {
            response.NextPageToken = await pages.Seal(filterText, Position(lines[size - 1]), call.Cancellation);
        }

        return response;
    }

    /// <exception cref="RuleBroken">PAYMENT_INVALID.</exception>
    private static Guid? PaymentOf(ListLinesRequest request) =>
        request.Payment.Length == 0 ? null
        : ResourceNames.TryUuid(request.Payment, "payments", out var payment) ? payment
        : throw RuleBroken.Invalid("payment", "PAYMENT_INVALID", "Le paiement doit être de la forme payments/{id}.");

    private static string Position(Line line) => string.Create(
        CultureInfo.InvariantCulture, $"{line.StartTime.UtcTicks}|{line.Session}|{line.Professional}|{(int)line.Component}|{line.Id}");

    private static LinePosition Position(string token)
    {
        var parts = token.Split('|');
        return new LinePosition(
            new DateTimeOffset(long.Parse(parts[0], CultureInfo.InvariantCulture), TimeSpan.Zero), parts[1], parts[2],
            (Component)int.Parse(parts[3], CultureInfo.InvariantCulture), Guid.Parse(parts[4]));
    }
}
