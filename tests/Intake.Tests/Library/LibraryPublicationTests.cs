using Intervision.Intake.Library;
using Intervision.Intake.V1;
using Intervision.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Intervision.Intake.Tests.Library;

/// <summary>Outside Development the library publishes by itself: at the start, then every day.</summary>
public sealed class LibraryPublicationTests(LibraryFixture library) : IClassFixture<LibraryFixture>
{
    [Fact]
    public async Task Approved_texts_appear_with_the_quarter_without_anybody_asking()
    {
        var text = LibrarySteps.Text("Un texte qui paraît de lui-même");
        await library.Approved(text);
        var time = new HourGlass { Now = IntakeFixture.Start.AddDays(1) };
        using var job = new LibraryPublication(
            library.Db, library.Services.GetRequiredService<PublishLibraryCases>(), time, NullLogger<LibraryPublication>.Instance);
        await job.StartAsync(CancellationToken.None);
        await Eventually.IsTrue(() => Task.FromResult(time.IsWaitedFor), "it has looked, and waits");
        Assert.Empty((await Found(text)).Hits);

        time.Now = IntakeFixture.Start.AddHours(LibrarySteps.NextQuarter);
        Assert.True(time.Turn(TimeSpan.FromDays(1)));
        await Eventually.IsTrue(async () => (await Found(text)).Hits.Count == 1, "it is published a day's run later");
        await job.StopAsync(CancellationToken.None);
    }

    private async Task<SearchLibraryResponse> Found(LibraryText text) => await library.Search(new SearchLibraryRequest { Query = $"\"{text.Title}\"" });
}
