namespace Intervision.Scheduling.Tests.Play;

/// <summary>One call that somebody makes: what the dice of one number come to, in the world as it stands.</summary>
/// <param name="Session">The one it is about.</param>
/// <param name="Others">All others of the two pôles.</param>
/// <param name="Request">Its id.</param>
internal sealed record Move(PlayWorld World, Random Dice, Seen Session, IReadOnlyList<Seen> Others, string Etag, string Request)
{
    public string Name => Session.Name;

    /// <summary>One of its agenda, or one it has nothing to do with.</summary>
    public string OnAgenda() => Session.Cases.Length > 0 && Dice.Next(10) > 0 ? One(Session.Cases) : AnyCase();

    public string AnyCase() => World.Case(1 + Dice.Next(PlayWorld.Cases));

    public string Person() => One(World.People);

    public T One<T>(IReadOnlyList<T> several) => several[Dice.Next(several.Count)];

    /// <summary>The days of the other sessions are among them, a holiday and a Sunday too.</summary>
    public DateOnly AnyDate() => Dice.Next(3) == 0 ? One(Others).Date : new DateOnly(2026, 9, 1).AddDays(Dice.Next(90));

    public string Reason() => One((string[])["REQUESTER_ASKED", "PATIENT_AT_RISK", "PEOPLE_UNAVAILABLE", ""]);
}
