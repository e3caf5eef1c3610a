using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Intake;

/// <summary>
/// U+0000 is valid in a proto string and impossible in PostgreSQL: refused at the door, wherever it stands, so that no
/// verb has to think of it.
/// </summary>
internal static class WireText
{
    /// <exception cref="RuleBroken">INVALID_ARGUMENT/UNREADABLE_TEXT.</exception>
    public static void MustBeStorable(IMessage message)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.FieldType is not (FieldType.String or FieldType.Message))
            {
                continue;
            }

            foreach (var value in Values(field, message))
            {
                Check(field.Name, value);
            }
        }
    }

    private static IEnumerable<object?> Values(FieldDescriptor field, IMessage message)
    {
        var value = field.Accessor.GetValue(message);
        return field.IsRepeated ? ((IEnumerable)value).Cast<object?>() : [value];
    }

    private static void Check(string field, object? value)
    {
        if (value is string text && text.Contains('\0'))
        {
            throw RuleBroken.Invalid(field, "UNREADABLE_TEXT", "Ce texte contient un caractère illisible.");
        }

        if (value is IMessage nested)
        {
            MustBeStorable(nested);
        }
    }
}
