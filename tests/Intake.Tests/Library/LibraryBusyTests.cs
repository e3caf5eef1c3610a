using System.Net;
using Grpc.Core;
using Intervision.Intake.Library;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Intervision.Intake.Tests.Library;

/// <summary>When the reading room is full, the public is asked to come again, and people at work go on.</summary>
public sealed class LibraryBusyTests(LibraryFixture library) : IClassFixture<LibraryFixture>
{
    [Fact]
    public async Task A_full_reading_room_sends_away_and_has_room_again_when_somebody_leaves()
    {
        var room = library.Services.GetRequiredService<ReadingRoom>();
        var leaving = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var readers = Enumerable.Range(0, 8).Select(_ => room.Enter(() => leaving.Task, CancellationToken.None)).ToList();
        try
        {
            using var browser = ((TestServer)library.Services.GetRequiredService<IServer>()).CreateClient();
            var page = browser.GetAsync(new Uri("/bibliotheque", UriKind.Relative));
            var search = Refused.With(StatusCode.ResourceExhausted, "LIBRARY_BUSY", () => library.Search(new SearchLibraryRequest()));
            var whole = Refused.With(
                StatusCode.ResourceExhausted, "LIBRARY_BUSY",
                () => library.Intake.GetLibraryCaseAsync(new GetLibraryCaseRequest { Name = $"libraryCases/{IntakeFixture.NewId()}" }, []));
            Assert.Equal(5, (await search).Detail<Google.Rpc.RetryInfo>()!.RetryDelay.Seconds);
            await whole;
            using var answer = await page;
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Contains("réessayez dans un instant", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            // Not theirs to wait for.
            await library.Submitted();
        }
        finally
        {
            leaving.SetResult(0);
            await Task.WhenAll(readers);
        }

        Assert.Empty((await library.Search(new SearchLibraryRequest { Query = "introuvable" })).Hits);
    }

    [Fact]
    public async Task Whoever_fails_or_gives_up_leaves_the_seat()
    {
        using var room = new ReadingRoom();
        for (var i = 0; i < 20; i++)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => room.Enter<int>(() => throw new InvalidOperationException(), CancellationToken.None));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => room.Enter(() => Task.FromResult(1), new CancellationToken(canceled: true)));
        }

        Assert.Equal(1, await room.Enter(() => Task.FromResult(1), CancellationToken.None));
    }
}
