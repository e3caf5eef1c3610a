using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Intervision.ServiceDefaults.Grpc;

/// <summary>What an Update verb takes from the resource it is sent (AIP-134, AIP-161).</summary>
public static class UpdateMask
{
    private static readonly FieldMask.MergeOptions Replace = new() { ReplaceMessageFields = true, ReplacePrimitiveFields = true, ReplaceRepeatedFields = true };

    /// <summary>The current state with the named fields as said; without a mask, with the changeable fields that are populated.</summary>
    /// <param name="changeable">Top-level fields by their proto names; no other may be named.</param>
    /// <exception cref="RuleBroken">UPDATE_MASK_INVALID, which names the path.</exception>
    public static T Apply<T>(T current, T said, FieldMask? mask, params IReadOnlyCollection<string> changeable)
        where T : class, IMessage<T>, IDeepCloneable<T>
    {
        ArgumentNullException.ThrowIfNull(current);
        ArgumentNullException.ThrowIfNull(changeable);
        var stranger = mask?.Paths.FirstOrDefault(p => !changeable.Contains(p, StringComparer.Ordinal));
        if (stranger is not null)
        {
            throw RuleBroken.Invalid("update_mask", "UPDATE_MASK_INVALID", $"Le champ « {stranger} » n'existe pas ou ne se modifie pas ainsi.");
        }

        var next = current.Clone();
        var paths = mask is { Paths.Count: > 0 } ? mask : new FieldMask { Paths = { changeable.Where(p => IsPopulated(said, p)) } };
        paths.Merge(said, next, Replace);
        return next;
    }

    private static bool IsPopulated(IMessage message, string field)
    {
        var descriptor = message.Descriptor.FindFieldByName(field);
        var value = descriptor.Accessor.GetValue(message);
        return descriptor switch
        {
            { IsRepeated: true } => ((System.Collections.IList)value).Count > 0,
            { FieldType: FieldType.Message } => value is not null,
            { FieldType: FieldType.String } => ((string)value).Length > 0,
            { FieldType: FieldType.Bytes } => ((ByteString)value).Length > 0,
            { FieldType: FieldType.Bool } => (bool)value,
            _ => Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture) != 0,
        };
    }
}
