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

    public static async Task<Recorder> Of(Tx tx, Call call) => new(await tx.Query<string>(
        """
        select distinct a.profession_code from professional p join professional_activity a on a.professional = p.name
        where (p.name = @Subject or p.rpps = @Rpps) and a.profession_table = 'TRE_G15'
          and (a.from_date is null or a.from_date <= @today) and (a.until_date is null or a.until_date > @today)
        """,
        new { call.Caller.Subject, call.Caller.Rpps, today = Paris.DateOf(call.Now) }));
}
