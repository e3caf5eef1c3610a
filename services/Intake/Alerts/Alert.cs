using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.Alerts;

/// <summary>An alert as its verbs decide upon it: criteria, people and states, never a text and never a number.</summary>
internal sealed record Alert
{
    public Guid Id { get; init; }

    public long Version { get; init; }

    public AlertState State { get; init; }

    public string[] Motives { get; init; } = [];

    public string[] Contexts { get; init; } = [];

    public string[] Products { get; init; } = [];

    public string Territory { get; init; } = "";

    /// <summary>Of the territory, when the criteria were written.</summary>
    public string[] Poles { get; init; } = [];

    public DateOnly FromDate { get; init; }

    public DateOnly UntilDate { get; init; }

    public string Author { get; init; } = "";

    public DateTimeOffset CreateTime { get; init; }

    public DateTimeOffset UpdateTime { get; init; }

    public string? Referent { get; init; }

    public string? ReferentRpps { get; init; }

    public string? Association { get; init; }

    public string? AssociationRpps { get; init; }

    /// <summary>When the second of the two validated it.</summary>
    public DateTimeOffset? ValidateTime { get; init; }

    /// <summary>As shown, see <see cref="CountShown"/>.</summary>
    public string? ToldCount { get; init; }

    public string? CloseCode { get; init; }

    public IReadOnlyList<Transmission> Transmissions { get; init; } = [];

    public string Name => NameOf(Id);

    /// <summary>Codes of the theme with their list: a product is no motive of the same name.</summary>
    public IEnumerable<string> Codes =>
        [.. Motives.Select(c => $"motive/{c}"), .. Contexts.Select(c => $"context/{c}"), .. Products.Select(c => $"product/{c}")];

    public CountQuery Query => new([.. Codes.Order(StringComparer.Ordinal)], [.. Poles.Order(StringComparer.Ordinal)], FromDate, UntilDate);

    public static string NameOf(Guid id) => $"alerts/{id}";

    /// <summary>Null for what is no name of an alert.</summary>
    public static Guid? IdOf(string name) =>
        name.Split('/') is ["alerts", var id] && Guid.TryParseExact(id, "D", out var parsed) ? parsed : null;

    /// <summary>Coordinator, or référent of a pôle of the territory.</summary>
    public bool IsWrittenBy(Caller caller) =>
        caller.Has(Roles.Coordinator) || (caller.Has(Roles.Referent) && Poles.Any(caller.Poles.Contains));

    /// <summary>The ARS reads what was sent to it.</summary>
    public bool IsReadBy(Caller caller) =>
        IsWrittenBy(caller) || (caller.Has(Roles.Auditor) && Transmissions.Any(t => t.Recipient == Recipients.Ars));

    /// <summary>Sees every case of the territory one by one, so that a count tells nothing new.</summary>
    public bool IsCountedBy(Caller caller) =>
        caller.Has(Roles.Coordinator) || (caller.Has(Roles.Referent) && Poles.All(caller.Poles.Contains));

    /// <exception cref="RuleBroken">FAILED_PRECONDITION with the reason, unless in one of the states.</exception>
    public void MustBe(string reason, string french, params ReadOnlySpan<AlertState> states)
    {
        if (!states.Contains(State))
        {
            throw RuleBroken.NotNow(reason, french, "STATE", Name, ("state", State.ToString()));
        }
    }

    /// <exception cref="RuleBroken">ALERT_TRANSMITTED, ALERT_ENDED.</exception>
    public void MustNotHaveLeft()
    {
        MustBe("ALERT_ENDED", "Cette alerte est terminée.", AlertState.Draft, AlertState.Validated, AlertState.Transmitted, AlertState.Answered);
        MustBe("ALERT_TRANSMITTED", "Cette alerte est transmise : elle ne change plus.", AlertState.Draft, AlertState.Validated);
    }

    public V1.Alert View() => new()
    {
        Name = Name,
        Etag = ServiceDefaults.Persistence.Etag.Of(Version),
        State = State,
        Criteria = new V1.AlertCriteria
        {
            Motives = { Motives }, Contexts = { Contexts }, Products = { Products }, Territory = Territory,
            FromDate = FromDate.ToProto(), UntilDate = UntilDate.ToProto(),
        },
        Poles = { Poles },
        Count = ToldCount ?? "",
        Referent = Referent ?? "",
        Association = Association ?? "",
        Author = Author,
        CreateTime = CreateTime.ToProto(),
        UpdateTime = UpdateTime.ToProto(),
        Transmissions = { Transmissions.Select(t => t.ToProto()) },
        CloseCode = CloseCode ?? "",
    };
}

/// <summary>To one authority.</summary>
internal sealed record Transmission
{
    public Guid AlertId { get; init; }

    public string Recipient { get; init; } = "";

    public DateOnly TransmitDate { get; init; }

    public DateOnly? AnswerDate { get; init; }

    public V1.Alert.Types.Transmission ToProto() =>
        new() { Recipient = Recipient, TransmitDate = TransmitDate.ToProto(), AnswerDate = AnswerDate?.ToProto() };
}
