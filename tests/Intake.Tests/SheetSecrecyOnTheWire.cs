using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Intake.Tests;

/// <summary>The same promise as <see cref="SheetSecrecyProperty"/>, through the service: seeded plays, every call really made.</summary>
public sealed class SheetSecrecyOnTheWire(IntakeFixture service) : CaseSteps(service)
{
    private static readonly DevelopmentClaims[] Everybody =
    [
        IntakeFixture.Requester, IntakeFixture.Referent, IntakeFixture.OtherReferent, IntakeFixture.Host, IntakeFixture.Coordinator,
        Tokens.Professional(IntakeFixture.Pharmacist, "99700000047"), Tokens.Professional(IntakeFixture.SocialWorker), Tokens.Professional("professionals/PER-8"),
        IntakeFixture.Cpts, Tokens.Of(Roles.Auditor, "ars"), Tokens.Of(Roles.FinanceOfficer, "finance"), IntakeFixture.Scheduling,
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Whatever_is_called_nothing_is_read_without_a_consent_in_force(int seed)
    {
        var random = new Random(seed);
        var session = IntakeFixture.NewSession();
        // Asked for later, attested with the deposit, or declared by somebody who may not attest it.
        var name = (await Service.Submitted((seed % 3) switch
        {
            0 => NotCollected,
            1 => null,
            _ => r => r.Requester = IntakeFixture.SocialWorker,
        })).Name;
        var (inForce, excluded, given) = (seed % 3 == 1, false, 0);
        for (var i = 1; i <= 40; i++)
        {
            var hours = i / 10.0;
            // Every other step leads on, so that plays get somewhere.
            var step = random.Next(2) == 0 ? await Onward(name, random) : random.Next(10);
            var who = random.Next(2) == 0 ? Everybody[random.Next(2)] : Everybody[random.Next(Everybody.Length)];
            if (await Do(step, name, session, who, hours, i))
            {
                inForce = step switch { Granting => true, Withdrawing or Ending or Refusing => false, _ => inForce };
                excluded = step switch { Granting => false, Excluding => true, _ => excluded };
            }

            foreach (var reader in Enumerable.Range(0, 3).Select(_ => Everybody[random.Next(Everybody.Length)]).Append(Everybody[random.Next(2)]))
            {
                if (await Reads(name, reader, hours))
                {
                    given++;
                    Assert.True(inForce, $"seed {seed}, step {i}: read by {reader.Subject}");
                    Assert.False(excluded && reader.Subject == IntakeFixture.Pharmacist);
                    Assert.Contains(reader, Everybody.Where(e => e.Roles.Contains(Roles.Professional)));
                }
            }
        }

        Assert.True(given > 0, $"seed {seed}: nothing was ever read");
    }

    private const int Accepting = 0;
    private const int Writing = 1;
    private const int Approving = 2;
    private const int Scheduled = 3;
    private const int Granting = 4;
    private const int Withdrawing = 5;
    private const int Ending = 6;
    private const int Excluding = 7;
    private const int Unscheduled = 8;
    private const int Refusing = 9;

    private async Task<int> Onward(string name, Random random) => (await Service.Get(name)).State switch
    {
        CaseState.Submitted => Accepting,
        CaseState.AwaitingConsent or CaseState.ConsentWithdrawn => Granting,
        CaseState.InPreparation => random.Next(2) == 0 ? Writing : Approving,
        _ => Scheduled,
    };

    /// <returns>Whether it was done.</returns>
    private async Task<bool> Do(int step, string name, string session, DevelopmentClaims who, double hours, int i)
    {
        var found = await Service.Get(name);
        var headers = IntakeFixture.At(who, hours);
        try
        {
            switch (step)
            {
                case Accepting: await Intake.AcceptCaseAsync(new AcceptCaseRequest { RequestId = IntakeFixture.NewId(), Name = name, Etag = found.Etag }, headers); break;
                case Writing: await Intake.WriteSheetAsync(new WriteSheetRequest { RequestId = IntakeFixture.NewId(), Name = name, Etag = found.Etag, Sheet = IntakeFixture.Sheet() }, headers); break;
                case Approving:
                    await Service.SecondReading(found, hours, who);
                    await Intake.ApproveSheetAsync(new ApproveSheetRequest { RequestId = IntakeFixture.NewId(), Name = name, Etag = found.Etag }, headers);
                    break;
                case Scheduled: await Service.Deliver("scheduling", new CaseScheduled { Session = session, Case = name }, session, IntakeFixture.Start.AddHours(hours), i); break;
                case Unscheduled: await Service.Deliver("scheduling", new CaseUnscheduled { Session = session, Case = name }, session, IntakeFixture.Start.AddHours(hours), i); break;
                case Granting: await Intake.RecordConsentAsync(ConsentRequest(found, ConsentStatus.Granted), headers); break;
                case Withdrawing: await Intake.RecordConsentAsync(ConsentRequest(found, ConsentStatus.Withdrawn), headers); break;
                case Refusing when i > 35: await Intake.RecordConsentAsync(ConsentRequest(found, ConsentStatus.Refused), headers); break;
                case Excluding:
                    await Intake.AmendConsentAsync(
                        new AmendConsentRequest { RequestId = IntakeFixture.NewId(), Name = name, Etag = found.Etag, Scope = new ConsentScope { ExcludedPeople = { IntakeFixture.Pharmacist } } }, headers);
                    break;
                case Ending:
                    var ending = ConsentRequest(found, ConsentStatus.Expired);
                    ending.Reason = "FIN_DE_PRISE_EN_CHARGE";
                    await Intake.RecordConsentAsync(ending, headers);
                    break;
                default: return false;
            }

            return true;
        }
        catch (RpcException refused) when (refused.StatusCode is StatusCode.PermissionDenied or StatusCode.FailedPrecondition)
        {
            return false;
        }
    }

    private async Task<bool> Reads(string name, DevelopmentClaims reader, double hours)
    {
        try
        {
            await Intake.ReadSheetAsync(new ReadSheetRequest { Name = name, Purpose = "SESSION" }, IntakeFixture.At(reader, hours));
            return true;
        }
        catch (RpcException refused) when (refused.StatusCode is StatusCode.PermissionDenied or StatusCode.FailedPrecondition)
        {
            return false;
        }
    }
}
