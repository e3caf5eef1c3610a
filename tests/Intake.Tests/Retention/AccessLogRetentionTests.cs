using Intervision.Intake.AccessLog;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake.Tests.Retention;

/// <summary>The job drops whole months of the access log, by the real clock, and the rest still verifies.</summary>
public sealed class AccessLogRetentionTests(RetentionFixture service) : IClassFixture<RetentionFixture>
{
    [Fact]
    public async Task Months_older_than_a_year_go_and_the_chain_holds()
    {
        var now = TimeProvider.System.GetUtcNow();
        await Note(now.AddMonths(-15), 16);
        await Note(now.AddMonths(-14), 8);
        await Note(now.AddMonths(-11), 24);
        Assert.Equal(48, await Verified());
        // Whatever instant the call brings.
        Assert.Equal(24, (await service.Erase(0)).AccessEntriesDropped);
        Assert.Equal(24, await Verified());
        Assert.Equal(0, (await service.Erase(RetentionFixture.Months(48))).AccessEntriesDropped);
        Assert.Equal(24, await Verified());
    }

    private Task<long> Verified() => service.Db.InTransaction(tx => ChainVerifier.Verify(ChainReader.Lines(tx, null), null, null), CancellationToken.None);

    private async Task Note(DateTimeOffset time, int readings)
    {
        var caller = new Caller(IntakeFixture.Doctor, new HashSet<string> { Roles.Professional }, null, new HashSet<string>(), null, null);
        for (var i = 0; i < readings; i++)
        {
            var id = new Guid(i, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)i);
            await service.Db.InTransaction(
                tx => AccessTrace.Append(tx, new Call(caller, time, "", CancellationToken.None), id, AccessTrace.ReadSheet, "SESSION", AccessTrace.Given), CancellationToken.None);
        }
    }
}
