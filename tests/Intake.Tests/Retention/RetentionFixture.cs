using Grpc.Core;
using Intervision.Intake.Retention;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Npgsql;
using Case = Intervision.Intake.V1.Case;

namespace Intervision.Intake.Tests.Retention;

/// <summary>Intake on a database of its own: an erasure years ahead takes everything with it.</summary>
public sealed class RetentionFixture : IntakeFixture
{
    public const string Key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    public static DevelopmentClaims Auditor => Tokens.Of(Roles.Auditor, "ars");

    /// <summary>Hours after the start, for months after it.</summary>
    public static double Months(int months, int days = 0) => (Start.AddMonths(months).AddDays(days) - Start).TotalHours;

    public async Task<Case> Rejected(double hours = 1, Action<SubmitCaseRequest>? change = null)
    {
        var submitted = await Submitted(change);
        return (await Intake.RejectCaseAsync(
            new RejectCaseRequest { RequestId = NewId(), Name = submitted.Name, Etag = submitted.Etag, Reason = "HORS_PERIMETRE" }, At(Coordinator, hours))).Case;
    }

    public async Task<Case> Withdrawn(double hours)
    {
        var accepted = await Accepted();
        return (await Intake.RecordConsentAsync(
            new RecordConsentRequest
            {
                RequestId = NewId(), Name = accepted.Name, Etag = accepted.Etag, Status = ConsentStatus.Withdrawn, Giver = ConsentGiver.Patient,
            },
            At(Requester, hours))).Case;
    }

    /// <summary>Discussed, decided, followed up and closed 190 days after.</summary>
    public async Task<Case> Closed(string? session = null)
    {
        var found = await this.InFollowUp(session);
        found = await this.Reviewed(found, OutcomeReview.SixMonths, Outcome.Stable, 185);
        return (await Intake.CloseCaseAsync(FollowUpSteps.Close(found, Outcome.Stable), At(Requester, FollowUpSteps.Day(190)))).Case;
    }

    public async Task<EraseExpiredResponse> Erase(double hours, int max = 0) =>
        await Intake.EraseExpiredAsync(new EraseExpiredRequest { RequestId = NewId(), MaxCases = max }, At(Coordinator, hours));

    public async Task<Erasure?> Line(string name) =>
        (await Intake.ListErasuresAsync(new ListErasuresRequest { Case = name }, At(Coordinator))).Erasures.SingleOrDefault();

    public async Task<bool> Exists(string name) =>
        await Db.Read(tx => tx.Single<bool>("select exists (select from cases where 'cases/' || code = @name)", new { name }), CancellationToken.None);

    public Task<RpcException> GetRefused(string name, DevelopmentClaims who) =>
        Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Intake.GetCaseAsync(new GetCaseRequest { Name = name }, At(who, Months(30))));

    /// <summary>The command's exit code and what it wrote.</summary>
    public async Task<(int Code, string Text)> Verify()
    {
        await using var text = new StringWriter();
        return (await ErasureCommands.Verify(AppConnectionString, text), text.ToString());
    }

    public string AppConnectionString =>
        new NpgsqlConnectionStringBuilder(OwnerConnectionString) { Username = "intake_app", Password = TestPostgres.AppPassword }.ConnectionString;

    /// <summary>As the service's login.</summary>
    public Task<PostgresException> MayNot(string sql, object? parameters = null) =>
        Assert.ThrowsAsync<PostgresException>(() => Db.InTransaction(tx => tx.Execute(sql, parameters), CancellationToken.None));

    protected override void Configure(IWebHostBuilder builder)
    {
        base.Configure(builder);
        builder.UseSetting("Intake:MasterKey", Key);
        builder.UseSetting("Intake:Watch:Every", "00:00:00.020");
        builder.UseSetting("Intake:Watch:Heartbeat", "00:00:00.500");
    }
}
