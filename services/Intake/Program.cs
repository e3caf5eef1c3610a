using Intervision.Intake;
using Intervision.Intake.AccessLog;
using Intervision.Intake.Consents;
using Intervision.Intake.Encryption;
using Intervision.Intake.Events;
using Intervision.Intake.FollowUp;
using Intervision.Intake.Library;
using Intervision.Intake.Retention;
using Intervision.Intake.Urgency;
using Intervision.Membership.Events.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

var builder = WebApplication.CreateBuilder(args);
if (await builder.MigrateIfAsked(args, "intake", typeof(Program).Assembly, tx => RetentionClock.Set(tx, builder.Environment.IsDevelopment()))
    || await builder.AccessLogIfAsked(args) || await builder.ErasuresIfAsked(args) || await builder.RewrapIfAsked(args))
{
    return;
}

// Made when first asked for: configuration is whole by then.
var master = new Lazy<MasterKey>(() => new MasterKey(builder.Configuration));
builder.AddServiceDefaults("intake", handlers =>
{
    handlers.From("membership", InboxKind.Latest)
        .On<ProgrammeChanged>(WhenProgrammeChanged.Handle)
        .On<PoleChanged>(WhenPoleChanged.Handle)
        .On<OrganisationChanged>(WhenOrganisationChanged.Handle)
        .On<ProfessionalChanged>((tx, received) => WhenProfessionalChanged.Handle(tx, received, master.Value))
        .On<CommunesChanged>(WhenCommunesChanged.Handle);
    handlers.From("scheduling", InboxKind.Contiguous)
        .On<CaseScheduled>(WhenCaseScheduled.Handle)
        .On<CaseUnscheduled>(WhenCaseUnscheduled.Handle)
        .On<CaseDiscussed>(WhenCaseDiscussed.Handle)
        .On<SessionConvened>(WhenSessionConvened.Handle)
        .On<SessionCancelled>(WhenSessionCancelled.Handle);
});
builder.Services.AddSingleton(_ => master.Value).AddSingleton(_ => new RequestHash(master.Value.Fingerprints.RequestKey)).AddSingleton<Vault>();
builder.Services.AddIntakeVerbs();
builder.Services.AddConsentVerbs(builder.Environment).AddAccessLogVerbs().AddWatchVerbs().AddRetentionVerbs(builder.Environment);
builder.Services.AddIndicatorVerbs().AddTriageVerbs().AddUrgencyVerbs(builder.Environment).AddEmailVerbs().AddFollowUpVerbs().AddAlertVerbs().AddLibraryVerbs(builder.Environment);

var app = builder.Build();
// A missing or wrong key or mailbox, and limits that cannot be, are said at start, not at the first deposit or erasure.
app.Services.GetRequiredService<MasterKey>();
app.Services.GetRequiredService<RetentionPolicy>();
app.Services.GetRequiredService<UrgentAlerts>();
await app.LoadFingerprints();
app.MapServiceDefaults();
app.MapGrpcService<IntakeGrpcService>().RequireAuthorization();
app.MapLibraryPages();
await app.RunAsync();

/// <summary>The intake service.</summary>
public partial class Program;
