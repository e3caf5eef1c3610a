using System.Security.Cryptography;
using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Hosting;

namespace Intervision.Intake.Tests;

/// <summary>Intake knowing the whole sample region.</summary>
public class RegionFixture() : ServiceFixture<Program>("intake")
{
    protected string MasterKey { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    public IntakeService.IntakeServiceClient Intake => Client<IntakeService.IntakeServiceClient>();

    protected override void Configure(IWebHostBuilder builder) =>
        builder.UseSetting("Intake:MasterKey", MasterKey);

    protected override async Task Prepare()
    {
        foreach (var message in Region.Directory())
        {
            await Deliver("membership", message, "test", IntakeFixture.Start);
        }

        foreach (var list in Region.Lists())
        {
            await Intake.PutReferenceListAsync(list, Tokens.As(Tokens.Coordinator()));
        }
    }
}

/// <summary>Every row of the sample region, as its depositor would send it.</summary>
public sealed class RegionTests(RegionFixture service) : IClassFixture<RegionFixture>
{
    [Fact]
    public async Task Every_row_of_requests_is_accepted()
    {
        var rows = Region.Rows("requests.csv");
        Assert.Equal(276, rows.Count);
        var settled = 0;
        foreach (var row in rows)
        {
            var response = await service.Intake.SubmitCaseAsync(Region.Request(row), Region.Deposit(row));
            Assert.Equal(row["consent_status"] == "REFUSED" ? CaseState.ConsentRefused : CaseState.Submitted, response.Case.State);
            Assert.Matches("^cases/SIT-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$", response.Case.Name);
            Assert.Empty(response.Warnings);
            settled += response.Case.Pole.Length > 0 ? 1 : 0;
            if (row["pole_code"].Length > 0)
            {
                Assert.Equal($"poles/{row["pole_code"]}", response.Case.Pole);
            }

            if (row["urgent"] == "1")
            {
                Assert.StartsWith("L'intervision n'est pas un dispositif d'urgence", response.Notice, StringComparison.Ordinal);
            }
        }

        // Nine communes have two pôles and five have none: left to triage.
        Assert.Equal(276 - 9 - 5, settled);
    }

    [Fact]
    public async Task Every_row_of_requests_invalid_is_refused_for_its_reason()
    {
        var rows = Region.Rows("requests_invalid.csv");
        Assert.Equal(12, rows.Count);
        foreach (var row in rows)
        {
            var refused = await Assert.ThrowsAsync<RpcException>(
                async () => await service.Intake.SubmitCaseAsync(Region.Request(row), Region.Deposit(row)));
            Assert.Equal((row["external_id"], StatusCode.InvalidArgument, row["expected_reason"]), (row["external_id"], refused.StatusCode, refused.Reason()));
            Assert.DoesNotContain(row["question"], refused.ToString(), StringComparison.Ordinal);
        }
    }
}
