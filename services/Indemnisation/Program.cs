using Intervision.Indemnisation;
using Intervision.Indemnisation.Bank;
using Intervision.Indemnisation.Events;
using Intervision.Indemnisation.Funding;
using Intervision.Indemnisation.Ledger;
using Intervision.Indemnisation.Lines;
using Intervision.Indemnisation.Payees;
using Intervision.Indemnisation.Payments;
using Intervision.Indemnisation.Rates;
using Intervision.Indemnisation.Reports;
using Intervision.Indemnisation.Years;
using Intervision.Membership.Events.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Mail;
using Intervision.ServiceDefaults.Messaging;

var builder = WebApplication.CreateBuilder(args);
if (await builder.MigrateIfAsked(args, "indemnisation", typeof(Program).Assembly))
{
    return;
}

var calculator = new Calculator(Caps.From(builder.Configuration));
var waiting = new CalculateWaiting(calculator);
var record = new RecordAttendance(calculator);
builder.AddServiceDefaults("indemnisation", handlers =>
{
    handlers.From("membership", InboxKind.Latest)
        .On<ProgrammeChanged>(new OnProgrammeChanged(record).Handle)
        .On<ConventionChanged>(OnConventionChanged.Handle)
        .On<ProfessionalChanged>(new OnProfessionalChanged(waiting).Handle);
    handlers.From("scheduling", InboxKind.Contiguous)
        .On<SessionPlanned>(OnSessionPlanned.Handle)
        .On<SessionConvened>(OnSessionConvened.Handle)
        .On<SessionCancelled>(OnSessionCancelled.Handle)
        .On<SessionMoved>(OnSessionMoved.Handle)
        .OnBatch<AttendanceCertified>(new OnAttendanceCertified(record).Handle)
        .On<AttendanceCorrected>(new OnAttendanceCorrected(new CorrectLines(record, waiting)).Handle);
});
builder.AddMail();
builder.Services.AddSingleton(calculator).AddSingleton(waiting).AddSingleton<PaymentFiles>();
builder.Services.AddSingleton<PublishRateGrid>().AddSingleton<ImportRateGrid>().AddSingleton<ListRateGrids>().AddPayees();
builder.Services.AddSingleton<RestoreReduced>().AddSingleton<PutEnvelope>().AddSingleton<ListEnvelopes>().AddSingleton<PutDebtor>().AddHostedService<EnvelopeMeters>();
builder.Services.AddSingleton<ListLines>().AddSingleton<ChooseLinePayee>().AddSingleton<ApproveLines>().AddSingleton<ApproveProgrammeLines>();
builder.Services.AddSingleton<CloseFiscalYear>().AddSingleton(record).AddSingleton<CarryLateLines>().AddSingleton<ReconcileLedger>().AddSingleton<ImportBankFile>();
builder.Services.AddSingleton<ProposePaymentRun>().AddSingleton<ApprovePaymentRun>().AddSingleton<ReleasePaymentRun>().AddSingleton<WithdrawPaymentRun>();
builder.Services.AddSingleton<GetPaymentRun>().AddSingleton<ListPaymentRuns>().AddSingleton<ListPayments>().AddSingleton<GetPaymentFile>().AddSingleton<ExportPaymentFile>();
builder.Services.AddReports();

var app = builder.Build();
app.MapServiceDefaults();
app.MapGrpcService<IndemnisationGrpcService>().RequireAuthorization();
app.MapGrpcService<BankGrpcService>().RequireAuthorization();
app.MapGrpcService<PayeeGrpcService>().RequireAuthorization();
app.MapGrpcService<ReportGrpcService>().RequireAuthorization();
await app.RunAsync();

/// <summary>For tests.</summary>
public partial class Program;
