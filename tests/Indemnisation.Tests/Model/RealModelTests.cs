using FsCheck;
using FsCheck.Fluent;
using Intervision.Indemnisation.V1;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests.Model;

/// <summary>A few of the stories of <see cref="ModelTests"/> through the real service: what SQL adds to the decisions.</summary>
public sealed class RealModelTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    private const int Stories = 15;

    [Fact]
    public void The_service_pays_what_the_model_says_is_due()
    {
        // Who is at two tables at once waits for a correction (OverlapTests); the model pays each session for itself.
        var stories = Story.Any.Where(s => !s.Capped && s.Sessions.Where(one => !one.Cancelled).CountBy(one => one.Date).All(day => day.Value == 1)).ToArbitrary();
        Prop.ForAll(stories, story => Play(story)).Check(Config.QuickThrowOnFailure.WithMaxTest(Stories));
    }

    private async Task Play(Story story)
    {
        var scene = await fixture.NewScene(new SceneSettings { WithGrid = false, EnvelopeCents = 1_000_000_00 });
        await scene.Service.PutEnvelopeAsync(
            new PutEnvelopeRequest
            {
                RequestId = Scene.NewId(),
                Envelope = new Envelope(scene.EnvelopeOf(1_000_000_00)) { FiscalYear = 2027, Name = scene.EnvelopeName.Replace("2026", "2027", StringComparison.Ordinal) },
            },
            Tokens.As(Finance.Approver, Scene.Start));
        await scene.Service.PublishRateGridAsync(new PublishRateGridRequest { RequestId = Scene.NewId(), RateGrid = Grid(scene, 2026, 2_250) }, Tokens.As(Finance.Officer, Scene.Start));
        await scene.Service.PublishRateGridAsync(new PublishRateGridRequest { RequestId = Scene.NewId(), RateGrid = Grid(scene, 2027, 2_295) }, Tokens.As(Finance.Officer, Scene.Start));
        var tag = scene.Programme["programmes/".Length..];
        for (var person = 0; person < SessionStory.People; person++)
        {
            var name = $"professionals/{tag}-P{person}";
            await fixture.Deliver("membership", new ProfessionalChanged { Professional = new Professional { Name = name, FamilyName = "Hochart" } }, name, Scene.Start);
        }

        await new RealWorld(scene, story).Play();
    }

    private static RateGrid Grid(Scene scene, int year, long quarter)
    {
        var grid = Scene.Grid($"{scene.GridName}-{year}", scene.Programme);
        (grid.ValidFromDate, grid.ValidUntilDate) = (new DateOnly(year, 1, 1).ToProto(), new DateOnly(year + 1, 1, 1).ToProto());
        grid.Rates[0].AmountCents = quarter;
        grid.Rates.Add(new Rate(grid.Rates[0]) { Role = RateRole.Expert, AmountCents = 3_000 });
        return grid;
    }
}
