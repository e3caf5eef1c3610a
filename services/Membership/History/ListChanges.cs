using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.History;

/// <summary>Who changed what, when, from what to what: each row of the history beside the row before it.</summary>
internal sealed class ListChanges(Paging paging)
{
    private static readonly Dictionary<string, MessageDescriptor> Kinds = new(StringComparer.Ordinal)
    {
        ["programmes"] = Programme.Descriptor,
        ["poles"] = Pole.Descriptor,
        ["organisations"] = Organisation.Descriptor,
        ["conventions"] = Convention.Descriptor,
        ["professionals"] = Professional.Descriptor,
        ["promotions"] = Promotion.Descriptor,
        ["communes"] = Commune.Descriptor,
    };

    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default);

    public async Task<ListChangesResponse> Handle(ListChangesRequest request, Call call)
    {
        var kind = KindOf(request.Resource);
        var page = await paging.Page(
            call,
            request.PageSize,
            request.PageToken,
            request.Resource,
            (tx, before, limit) => Page(tx, request.Resource, before, limit),
            row => row.ChangeId.ToString(CultureInfo.InvariantCulture));
        if (page.Items.Count == 0 && request.PageToken.Length == 0)
        {
            throw RuleBroken.NotFound(request.Resource);
        }

        return new ListChangesResponse { Changes = { page.Items.Select(row => ToProto(row, kind)) }, NextPageToken = page.NextToken };
    }

    /// <summary>Pure: top-level fields whose value is another, in field order.</summary>
    internal static IEnumerable<Change.Types.FieldChange> Differences(IMessage? before, IMessage after)
    {
        foreach (var field in after.Descriptor.Fields.InFieldNumberOrder().Where(f => f.Name != "etag"))
        {
            var (from, to) = (before is null ? "" : Value(before, field), Value(after, field));
            if (from != to)
            {
                yield return new Change.Types.FieldChange { Field = field.Name, FromJson = from, ToJson = to };
            }
        }
    }

    private static Change ToProto(ChangeRow row, MessageDescriptor kind) => new()
    {
        ChangeTime = row.ChangeTime.ToProto(),
        Caller = row.Caller,
        Method = row.Method,
        Explanation = row.Explanation,
        Fields = { Differences(row.Before is null ? null : Parse(row.Before, kind), Parse(row.State, kind)) },
    };

    private static IMessage Parse(string json, MessageDescriptor kind) => EventJson.Parse(Encoding.UTF8.GetBytes(json), kind);

    /// <summary>The field alone as JSON; empty when it is not set.</summary>
    private static string Value(IMessage message, FieldDescriptor field)
    {
        var alone = field.ContainingType.Parser.ParseFrom([]);
        var value = field.Accessor.GetValue(message);
        if (field.IsRepeated)
        {
            var list = (System.Collections.IList)field.Accessor.GetValue(alone);
            foreach (var item in (System.Collections.IList)value)
            {
                list.Add(item);
            }
        }
        else if (value is not null)
        {
            field.Accessor.SetValue(alone, value);
        }

        // {"field": value } or { } when it is at its default.
        var json = Formatter.Format(alone);
        var colon = json.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? "" : json[(colon + 1)..^1].Trim();
    }

    private static MessageDescriptor KindOf(string resource) =>
        resource.Split('/') is [var collection, { Length: > 0 }] && Kinds.TryGetValue(collection, out var kind)
            ? kind
            : throw RuleBroken.Invalid("resource", "NAME_INVALID", "La ressource doit avoir la forme « poles/P12 », « organisations/… », « professionals/… ».");

    /// <summary>Latest first, each with the state before it.</summary>
    private static Task<IReadOnlyList<ChangeRow>> Page(Tx tx, string resource, string? before, int limit) =>
        tx.Query<ChangeRow>(
            """
            select c.change_id, c.change_time, c.caller, c.method, c.explanation, c.state,
              (select b.state from change b where b.resource = c.resource and b.change_id < c.change_id order by b.change_id desc limit 1) as before
            from change c
            where c.resource = @resource and (@before::bigint is null or c.change_id < @before)
            order by c.change_id desc limit @limit
            """,
            new { resource, limit, before = before is null ? (long?)null : long.Parse(before, CultureInfo.InvariantCulture) });

    private sealed class ChangeRow
    {
        public long ChangeId { get; init; }

        public DateTimeOffset ChangeTime { get; init; }

        public string Caller { get; init; } = "";

        public string Method { get; init; } = "";

        public string Explanation { get; init; } = "";

        public string State { get; init; } = "";

        public string? Before { get; init; }
    }
}
