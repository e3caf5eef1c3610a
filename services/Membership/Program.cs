using Intervision.Membership;
using Intervision.Membership.Identifiers;
using Intervision.Membership.Events;
using Intervision.Membership.Places;
using Intervision.Membership.Programmes;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Messaging;

var builder = WebApplication.CreateBuilder(args);
var programmes = builder.Configuration["Membership:ProgrammesFile"];
if (await builder.MigrateIfAsked(args, "membership", typeof(Program).Assembly, tx => ProgrammeSeed.Seed(tx, TimeProvider.System.GetUtcNow(), programmes)))
{
    return;
}

// The source that the others trust listens only for who was presented to whom.
builder.AddServiceDefaults("membership", handlers =>
    handlers.From("scheduling", InboxKind.Contiguous).On<PartnersPresented>(OnPartnersPresented.Handle));
builder.Services.AddSingleton<Paging>();
builder.Services.AddProgrammeVerbs().AddPoleVerbs().AddOrganisationVerbs().AddProfessionalVerbs();
builder.Services.AddPlaceVerbs().AddPromotionVerbs().AddConventionVerbs().AddReview();
builder.Services.AddImportVerbs().AddHistoryVerbs();

var app = builder.Build();
app.UseRppsSandboxIfAsked();
app.MapServiceDefaults();
app.MapGrpcService<MembershipGrpcService>().RequireAuthorization();
app.MapPlacesPage();
await app.RunAsync();

/// <summary>For the tests, which host this program in their own process.</summary>
public partial class Program;
