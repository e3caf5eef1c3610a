using Google.Protobuf;
using Grpc.Core;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests.Model;

/// <summary>
/// The same stories through the real service and its database, by gRPC and by its event handlers; what the bank says is left
/// out, and the close of a year, which is one for all who share the database. Names are made the scene's own, so that stories share a database.
/// </summary>
internal sealed class RealWorld(Scene scene, Story story)
{
    private readonly string tag = scene.Programme["programmes/".Length..];
    private readonly List<(string Name, IReadOnlyList<IMessage> Events)> streams = [.. story.Sessions.Select((s, i) => ($"sessions/{i}", s.Events($"sessions/{i}")))];
    private readonly int[] applied = new int[story.Sessions.Length];
    private readonly HashSet<(int Session, int No)> parked = [];
    private readonly HashSet<string> told = new(StringComparer.Ordinal);
    private readonly List<PaymentRun> open = [];
    private readonly Dictionary<string, long> paid = new(StringComparer.Ordinal);

    public async Task Play()
    {
        if (story.Ready)
        {
            await TellPayees();
        }

        foreach (var step in story.Steps)
        {
            await Do(step);
        }

        await Finish();
        await MustBeSettled();
    }

    private static string Own(string payee) => payee["payees/".Length..];

    private async Task Do(Step step)
    {
        switch (step.Act)
        {
            case Act.Deliver:
                var session = step.A % streams.Count;
                await Deliver(session, Story.Arriving(step, applied[session], streams[session].Events.Count));
                break;
            case Act.TellPayee: await TellPayee(Expected.PayeeOf(step.A % SessionStory.People)); break;
            case Act.Approve: await Approve(i => ((step.A >> (i % 10)) & 1) == 1); break;
            case Act.Propose: await Propose(); break;
            case Act.Release: await Release(); break;
            case Act.Withdraw: await Withdraw(); break;
        }
    }

    private async Task Deliver(int session, int no)
    {
        if (no > applied[session])
        {
            parked.Add((session, no));
        }

        while (parked.Remove((session, applied[session] + 1)))
        {
            var said = streams[session].Events[applied[session]++];
            await scene.Fixture.Deliver("scheduling", Renamed(said), $"sessions/{tag}-{session}", MemoryService.Now);
            await MustBalance();
        }
    }

    /// <summary>The names of the story as names of the scene.</summary>
    private IMessage Renamed(IMessage said) => said.Descriptor.Parser.ParseJson(JsonFormatter.Default.Format(said)
        .Replace("professionals/P", $"professionals/{tag}-P", StringComparison.Ordinal)
        .Replace("sessions/", $"sessions/{tag}-", StringComparison.Ordinal)
        .Replace("programmes/A", scene.Programme, StringComparison.Ordinal));

    private async Task TellPayee(string payee)
    {
        if (!told.Add(payee))
        {
            return;
        }

        var people = Enumerable.Range(0, SessionStory.People).Where(p => Expected.PayeeOf(p) == payee).Select(p => SessionStory.PersonName(p).Replace("professionals/P", $"professionals/{tag}-P", StringComparison.Ordinal));
        var request = new CreatePayeeRequest
        {
            RequestId = Scene.NewId(),
            Payee = new Payee
            {
                Name = $"payees/{tag}-{Own(payee)}", Kind = Payee.Types.Kind.Person, HolderName = "Docteur Hochart", Iban = SampleIban.Of(42), Professionals = { people },
            },
        };
        await scene.Service.CreatePayeeAsync(request, Tokens.As(Finance.Officer, MemoryService.Now));
    }

    private async Task TellPayees()
    {
        foreach (var person in Enumerable.Range(0, SessionStory.People))
        {
            await TellPayee(Expected.PayeeOf(person));
        }
    }

    private async Task Approve(Func<int, bool> which)
    {
        var lines = (await Lines()).Where(l => l.State == LineState.Calculated).Where((_, i) => which(i)).ToList();
        if (lines.Count > 0)
        {
            await scene.Service.ApproveLinesAsync(
                new ApproveLinesRequest { RequestId = Scene.NewId(), Names = { lines.Select(l => l.Name) } }, Tokens.As(Finance.Officer, MemoryService.Now));
            await MustBalance();
        }
    }

    private async Task<bool> Propose()
    {
        var request = new ProposePaymentRunRequest(scene.ProposeOf()) { UpToDate = new Google.Type.Date { Year = 2027, Month = 12, Day = 31 }, ExecutionDate = new Google.Type.Date { Year = 2027, Month = 11, Day = 8 } };
        try
        {
            open.Add((await scene.Service.ProposePaymentRunAsync(request, Tokens.As(Finance.Officer, MemoryService.Now))).PaymentRun);
            return true;
        }
        catch (RpcException nothing) when (nothing.StatusCode == StatusCode.FailedPrecondition)
        {
            return false;
        }
    }

    private async Task Withdraw()
    {
        if (open.Count > 0)
        {
            await scene.Service.WithdrawPaymentRunAsync(
                new WithdrawPaymentRunRequest { RequestId = Scene.NewId(), Name = open[0].Name, Etag = open[0].Etag }, Tokens.As(Finance.Officer, MemoryService.Now));
            open.RemoveAt(0);
        }
    }

    private async Task Release()
    {
        if (open.Count == 0)
        {
            return;
        }

        var run = (await scene.Service.ApprovePaymentRunAsync(
            new ApprovePaymentRunRequest { RequestId = Scene.NewId(), Name = open[0].Name, Etag = open[0].Etag }, Tokens.As(Finance.Approver, MemoryService.Now))).PaymentRun;
        run = (await scene.Service.ReleasePaymentRunAsync(
            new ReleasePaymentRunRequest { RequestId = Scene.NewId(), Name = run.Name, Etag = run.Etag }, Tokens.As(Finance.Releaser, MemoryService.Now))).PaymentRun;
        foreach (var payment in run.Payments)
        {
            paid[payment.Payee] = paid.GetValueOrDefault(payment.Payee) + payment.Amount.ToCents()!.Value;
        }

        open.RemoveAt(0);
        await MustBalance();
    }

    private async Task Finish()
    {
        for (var session = 0; session < streams.Count; session++)
        {
            for (var no = streams[session].Events.Count; no > 0; no--)
            {
                await Deliver(session, no);
            }
        }

        await TellPayees();
        do
        {
            await Approve(_ => true);
            while (open.Count > 0)
            {
                await Release();
            }
        }
        while (await Propose());
    }

    private async Task<IReadOnlyList<IndemnityLine>> Lines()
    {
        var lines = new List<IndemnityLine>();
        for (var session = 0; session < streams.Count; session++)
        {
            lines.AddRange(await scene.LinesOf(new SessionAt($"sessions/{tag}-{session}", default, "poles/P12")));
        }

        return lines;
    }

    private async Task MustBalance()
    {
        var books = await scene.Reconcile();
        Assert.True(books.Balanced && books.Reconciled && books.DebitCents == books.CreditCents, string.Join('\n', books.Differences));
    }

    /// <summary>Nothing lost, nothing twice: what was paid, less what counter-lines still take back, is what is due.</summary>
    private async Task MustBeSettled()
    {
        var lines = await Lines();
        Assert.All(lines.Where(l => l.State == LineState.Recorded), l => Assert.Equal("DECLARATION_MISSING", l.Reason));
        var unpaid = lines.Where(l => l.State == LineState.Approved).GroupBy(l => l.Payee, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(l => l.Amount.ToCents()!.Value), StringComparer.Ordinal);
        Assert.All(unpaid.Values, net => Assert.True(net <= 0));
        foreach (var (payee, due) in Expected.Of(story))
        {
            var name = $"payees/{tag}-{Own(payee)}";
            Assert.Equal(due, paid.GetValueOrDefault(name) + unpaid.GetValueOrDefault(name));
        }
    }
}
