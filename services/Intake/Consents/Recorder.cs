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
    public static async Task<Recorder> Of(Tx tx, Call call) => Among(
        await tx.Query<HealthProfession>(
            HealthProfession.Sql, new { attesters = new[] { call.Caller.Subject }, attestersRpps = new[] { call.Caller.Rpps } }),
        call);

    /// <summary>
    /// Who attests what a deposit says: the requester, whoever passes it on; or who deposits, being one who may have informed
    /// the patient.
    /// </summary>
    public static Recorder OfDeposit(IEnumerable<HealthProfession> known, string requester, Call call) => Among(known, call, requester);

    private static Recorder Among(IEnumerable<HealthProfession> known, Call call, string? other = null)
    {
        var today = Paris.DateOf(call.Now);
        return new Recorder([.. known
            .Where(k => k.IsExercised(today) && (k.Professional == other || call.Caller.Is(k.Professional, k.Rpps)))
            .Select(k => k.Code)
            .Distinct(StringComparer.Ordinal)]);
    }
}
