using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.Consents;

/// <summary>Who records an answer, as the directory knows them on the day.</summary>
/// <param name="HealthProfessions">Codes of TRE_G15 (DOMAIN §3); none for anybody else.</param>
internal sealed record Recorder(IReadOnlyList<string> HealthProfessions)
{
    /// <summary>Médecin, sage-femme, infirmier: those before whom a minor may keep the parents out (CSP L1111-5, L1111-5-1).</summary>
    private static readonly string[] BeforeWhomMinorsAnswerAlone = ["10", "50", "60"];

    public bool IsHealthProfessional => HealthProfessions.Count > 0;

    public bool MayHearMinorAlone => HealthProfessions.Any(BeforeWhomMinorsAnswerAlone.Contains);

    /// <summary>Who calls.</summary>
    public static Task<Recorder> Of(Tx tx, Call call) => Among(tx, call, call.Caller.Subject);

    /// <summary>Of a deposit: the requester attests, whoever passes it on; or who deposits does, being the one who can.</summary>
    public static Task<Recorder> OfDeposit(Tx tx, string requester, Call call) => Among(tx, call, requester, call.Caller.Subject);

    private static async Task<Recorder> Among(Tx tx, Call call, params string[] people) => new(await tx.Query<string>(
        """
        select distinct a.profession_code from professional p join professional_activity a on a.professional = p.name
        where (p.name = any (@people) or p.rpps = @Rpps) and a.profession_table = 'TRE_G15'
          and (a.from_date is null or a.from_date <= @today) and (a.until_date is null or a.until_date > @today)
        """,
        new { people, call.Caller.Rpps, today = Paris.DateOf(call.Now) }));
}
