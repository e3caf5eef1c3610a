using Intervision.Indemnisation.Funding;

namespace Intervision.Indemnisation.Tests;

/// <summary>What the dashboard's first page is told of the money: shares, no amount.</summary>
public sealed class EnvelopeMetersTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    [Fact]
    public async Task Each_envelope_is_told_by_programme_and_year()
    {
        var scene = await fixture.NewScene();
        var envelope = await scene.Envelope();

        var shares = await EnvelopeMeters.Look(fixture.Db, CancellationToken.None);

        var share = Assert.Single(shares, s => s.Programme == envelope.Programme && s.FiscalYear == envelope.FiscalYear);
        Assert.Equal((0d, 0d), (share.Engaged, share.Consumed));
    }
}
