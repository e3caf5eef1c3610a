using System.Security.Cryptography;
using System.Text;
using Intervision.Membership.Events.V1;
using Intervision.Membership.Import;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Communes;

/// <summary>
/// CommunesChanged per département whose list of codes is not what was last said. Asked at the end of every import, so
/// that communes of a stream that was cut are told by the next one.
/// </summary>
internal static class CommunesSaid
{
    /// <summary>Subject <c>departements/59</c>. 900 codes are some 8 KiB, far below the 256 KiB an event may have.</summary>
    public static async Task SayChanged(Tx tx, DateTimeOffset now)
    {
        await ImportTurn.Take(tx);
        var lists = await tx.Query<CommuneList>(
            """
            select c.departement, array_agg(c.insee_code order by c.insee_code) as codes, s.codes_hash
            from commune c left join departement_said s using (departement)
            group by c.departement, s.codes_hash
            """);
        var changed = lists.Where(l => !l.Hash.AsSpan().SequenceEqual(l.CodesHash)).ToList();
        foreach (var list in changed)
        {
            await tx.Execute(
                """
                insert into departement_said (departement, codes_hash) values (@Departement, @Hash)
                on conflict (departement) do update set codes_hash = excluded.codes_hash
                """,
                new { list.Departement, list.Hash });
        }

        await OutboxBatch.Append(tx, now, changed.ConvertAll(l => new ToSay(
            $"departements/{l.Departement}", new CommunesChanged { Departement = l.Departement, InseeCodes = { l.Codes } })));
    }

    private sealed class CommuneList
    {
        public string Departement { get; init; } = "";

        public string[] Codes { get; init; } = [];

        public byte[]? CodesHash { get; init; }

        public byte[] Hash => SHA256.HashData(Encoding.ASCII.GetBytes(string.Join(',', Codes)));
    }
}
