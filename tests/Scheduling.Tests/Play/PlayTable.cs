using Google.Protobuf;
using Intervision.Scheduling.V1;
using Intervision.Tests.Support;

namespace Intervision.Scheduling.Tests.Play;

/// <summary>
/// S11 as those round the table meet it: where the programme is closed, whoever is not tied to a situation is pointed at when
/// it ends, and is not shown that it is on the agenda.
/// </summary>
internal static class PlayTable
{
    public const string Invariant = "S11";

    /// <summary>After one call about a session.</summary>
    /// <param name="seen">The session before it.</param>
    /// <param name="answer">Null: refused.</param>
    public static async Task<IReadOnlyList<string>> Broken(PlayWorld world, Seen seen, IMessage? answer, Random dice) =>
        [.. answer is CloseItemResponse closed ? await PointedAt(world, seen, closed) : [], .. await Shown(world, seen, dice)];

    private static async Task<IEnumerable<string>> PointedAt(PlayWorld world, Seen seen, CloseItemResponse closed)
    {
        var expected = await world.Fixture.Db.Read(
            tx => tx.Query<string>(
                """
                select p.name from agenda_item i join session s on s.id = i.session_id join programme r on r.name = s.programme
                cross join lateral unnest(i.present) as p (name)
                left join invitation v on v.session_id = s.id and v.professional = p.name
                left join attendance_line l on l.session_id = s.id and l.professional = p.name
                where i.session_id = @Id and i.case_name = any(@Cases) and i.state = 'DISCUSSED' and not r.open_to_members
                  and not coalesce(v.role <> 'OBSERVER' and (v.cases = '{}' or i.case_name = any(v.cases)), false)
                  and not coalesce(v.role is distinct from 'OBSERVER' and (l.role in ('FACILITATOR', 'EXPERT') or (l.role <> 'OBSERVER' and i.case_name = any(l.cases))), false)
                """,
                new { seen.Id, seen.Cases }),
            CancellationToken.None);
        return expected.Order(StringComparer.Ordinal).SequenceEqual(closed.NotTied) ? [] : [$"{Invariant}: not tied are {string.Join(' ', expected)}, said were {string.Join(' ', closed.NotTied)}"];
    }

    /// <summary>One of those invited looks at the session.</summary>
    private static async Task<IEnumerable<string>> Shown(PlayWorld world, Seen seen, Random dice)
    {
        var invited = await world.Fixture.Db.Read(
            tx => tx.Query<Ties>(
                """
                select v.professional, array(select i.case_name from agenda_item i where i.session_id = s.id and (v.professional in (s.facilitator, s.expert) or i.case_name = any(v.cases))) as cases
                from invitation v join session s on s.id = v.session_id where s.id = @Id order by v.professional
                """,
                new { seen.Id }),
            CancellationToken.None);
        if (invited.Count == 0)
        {
            return [];
        }

        var who = invited[dice.Next(invited.Count)];
        var session = (await world.Stage.Client.GetSessionAsync(new GetSessionRequest { Name = seen.Name }, Tokens.As(Tokens.Professional(who.Professional), seen.StartInstant))).Session;
        return session.Items.Select(i => i.Case).Except(who.Cases, StringComparer.Ordinal).Select(c => $"{Invariant}: {who.Professional} is shown {c}");
    }

    private sealed class Ties
    {
        public string Professional { get; init; } = "";

        public string[] Cases { get; init; } = [];
    }
}
