using System.Collections.Frozen;
using System.Text;
using Google.Protobuf.Reflection;
using Intervision.Indemnisation.Events.V1;
using Intervision.Intake.Events.V1;
using Intervision.Membership.Events.V1;
using Intervision.Scheduling.Events.V1;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>
/// The closed list of events: CloudEvents type <c>intervision.intake.case_ready.v1</c> ↔ message
/// <c>intervision.intake.events.v1.CaseReady</c>. No type is ever looked up by a name from the wire.
/// </summary>
public static class EventTypes
{
    private static readonly FrozenDictionary<string, MessageDescriptor> ByName = new[]
    {
        MembershipEventsReflection.Descriptor, IntakeEventsReflection.Descriptor,
        SchedulingEventsReflection.Descriptor, IndemnisationEventsReflection.Descriptor,
    }
    .SelectMany(file => file.MessageTypes)
    .ToFrozenDictionary(NameOf, StringComparer.Ordinal);

    /// <summary>Every known type.</summary>
    public static IEnumerable<string> All => ByName.Keys;

    /// <summary>The type of a message of <c>intervision.{service}.events.v{n}</c>.</summary>
    public static string NameOf(MessageDescriptor descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        var package = descriptor.File.Package.Split('.');
        return $"intervision.{package[1]}.{SnakeCase(descriptor.Name)}.{package[^1]}";
    }

    /// <summary>Null for a type of tomorrow's producer: consumers advance over it (DESIGN §7.7).</summary>
    public static MessageDescriptor? Find(string type) => ByName.GetValueOrDefault(type);

    private static string SnakeCase(string name)
    {
        var snake = new StringBuilder(name.Length + 8);
        foreach (var c in name)
        {
            if (char.IsUpper(c) && snake.Length > 0)
            {
                snake.Append('_');
            }

            snake.Append(char.ToLowerInvariant(c));
        }

        return snake.ToString();
    }
}
