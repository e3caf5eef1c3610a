using Grpc.Core;
using Intervision.Operations.V1;
using Intervision.Tests.Support;

namespace Intervision.Production.Tests;

/// <summary>The identity provider changes its signing key as they do: the new one beside the old, then alone. Nothing is restarted.</summary>
public sealed class TokenRotationTests(OwnedDatabases databases) : IClassFixture<OwnedDatabases>
{
    [Fact]
    public async Task Tokens_of_both_keys_are_believed_while_the_key_is_changed()
    {
        SigningKey first = new("first"), second = new("second"), stranger = new("stranger");
        await using var provider = await IdentityProvider.Start(first);
        var (code, said) = await databases.Migrate("membership");
        Assert.True(code == 0, said);
        await using var membership = await ServiceProcess.Start("membership", new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ConnectionStrings__database"] = databases.App("membership"),
            ["Authentication__Authority"] = provider.Address,
            ["Authentication__Audience"] = IdentityProvider.Audience,
            ["Messaging__Enabled"] = "false",
            // The certificates that the process trusts.
            ["SSL_CERT_FILE"] = provider.CertificateFile,
        });
        using var channel = SmallRegion.ChannelOf(membership);
        var operations = new OperationsService.OperationsServiceClient(channel);
        var old = provider.Token(first);
        Assert.True(await Believes(old));

        provider.Publish(first, second);
        await Eventually.IsTrue(() => Believes(provider.Token(second)), "a token of the new key is believed");
        Assert.True(await Believes(provider.Token(first)));
        Assert.True(await Believes(old));

        provider.Publish(second);
        Assert.True(await Believes(provider.Token(second)));
        // Nobody else's.
        Assert.False(await Believes(provider.Token(stranger)));

        async Task<bool> Believes(string token)
        {
            try
            {
                await operations.GetMessagingStatusAsync(new GetMessagingStatusRequest(), new Metadata { { "authorization", $"Bearer {token}" } });
                return true;
            }
            catch (RpcException refused) when (refused.StatusCode == StatusCode.Unauthenticated)
            {
                return false;
            }
        }
    }
}
