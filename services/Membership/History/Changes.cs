using Google.Protobuf;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.History;

/// <summary>Who changes the directory, and how.</summary>
/// <param name="Caller">The token's subject.</param>
/// <param name="Method">RPC name, e.g. <c>UpdatePole</c>.</param>
internal sealed record Author(string Caller, string Method, DateTimeOffset Time)
{
    public static Author Of(Call call) => new(call.Caller.Subject, call.Method[(call.Method.LastIndexOf('/') + 1)..], call.Now);
}

/// <summary>A resource as it now is: for the history, and for the other services when there is an event.</summary>
/// <param name="Resource">Its name, the event's subject.</param>
/// <param name="State">Full state; null when the history has it under another name.</param>
/// <param name="Event">Carries the full state; null when the other services need not know.</param>
internal sealed record Told(string Resource, IMessage? State, IMessage? Event)
{
    private byte[]? stateJson;

    /// <summary>Formatted once, for the history and the event around it: most of what an import computes.</summary>
    public byte[] StateJson => stateJson ??= EventJson.Format(State!);

    /// <summary>Null when the event is not the state and nothing else: then it is formatted by itself.</summary>
    public byte[]? EventPayload => State is null || Event is null ? null : EventJson.FormatAround(Event, State, StateJson);

    public static Told Of(Programme programme) => new(programme.Name, programme, new ProgrammeChanged { Programme = programme });

    public static Told Of(Pole pole) => new(pole.Name, pole, new PoleChanged { Pole = pole });

    public static Told Of(Organisation organisation) => new(organisation.Name, organisation, new OrganisationChanged { Organisation = organisation });

    public static Told Of(Professional professional) => new(professional.Name, professional, new ProfessionalChanged { Professional = professional });
}

/// <summary>
/// Every change of the directory goes through here, after it was saved: one history row and one event, both with the
/// full new state, in the transaction of the change.
/// </summary>
internal static class Changes
{
    public const int LongestExplanation = 500;

    public static Task Tell(Tx tx, Call call, Told told, string explanation = "") => Tell(tx, Author.Of(call), [told], explanation);

    /// <param name="told">At most one per subject.</param>
    public static async Task Tell(Tx tx, Author author, IReadOnlyList<Told> told, string explanation = "")
    {
        if (told.Count == 0)
        {
            return;
        }

        var kept = told.Where(t => t.State is not null).ToList();
        await tx.Execute(
            """
            insert into change (resource, change_time, caller, method, explanation, state)
            select resource, @Time, @Caller, @Method, @explanation, convert_from(state, 'UTF8')::json from unnest(@resources, @states) as c (resource, state)
            """,
            new
            {
                author.Time,
                author.Caller,
                author.Method,
                explanation,
                resources = kept.Select(t => t.Resource).ToArray(),
                states = kept.Select(t => t.StateJson).ToArray(),
            });
        await OutboxBatch.Append(tx, author.Time, [.. told.Where(t => t.Event is not null).Select(t => new ToSay(t.Resource, t.Event!) { Payload = t.EventPayload })]);
    }
}
