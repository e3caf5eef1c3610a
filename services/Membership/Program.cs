using Intervision.Membership;
using Intervision.Membership.Places;
using Intervision.Membership.Programmes;
using Intervision.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
var programmes = builder.Configuration["Membership:ProgrammesFile"];
if (await builder.MigrateIfAsked(args, "membership", typeof(Program).Assembly, tx => ProgrammeSeed.Seed(tx, TimeProvider.System.GetUtcNow(), programmes)))
{
    return;
}

// Membership listens to nobody: it is the source that the others trust.
builder.AddServiceDefaults("membership");
builder.Services.AddSingleton<Paging>();
builder.Services.AddProgrammeVerbs().AddPoleVerbs().AddOrganisationVerbs().AddProfessionalVerbs();
builder.Services.AddPlaceVerbs().AddPromotionVerbs();
builder.Services.AddImportVerbs().AddHistoryVerbs();

var app = builder.Build();
app.MapServiceDefaults();
app.MapGrpcService<MembershipGrpcService>().RequireAuthorization();
app.MapPlacesPage();
await app.RunAsync();

/// <summary>For the tests, which host this program in their own process.</summary>
public partial class Program;
