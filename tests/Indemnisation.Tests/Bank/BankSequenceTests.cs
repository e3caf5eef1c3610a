using FsCheck;
using FsCheck.Fluent;
using Grpc.Core;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Indemnisation.Tests.Bank;

/// <summary>
/// The real service against a model in memory: files of the bank in any order, any of them again, saying anything of any
/// payment. Nothing is paid twice, nothing is lost, debits equal credits after every file.
/// </summary>
public sealed class BankSequenceTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    private const int Payments = 3;
    private const int Sequences = 25;

    /// <summary>Says nothing of the account: the next run pays it again.</summary>
    private const string Passing = "MS03";

    public enum Thing
    {
        ReportPaid,
        ReportNoted,
        ReportRejected,
        NoticeDebited,
        NoticeReturned,
    }

    /// <summary>One file: all of one message, about some payments, some perhaps twice.</summary>
    public sealed record File(bool Report, (int Payment, Thing Thing)[] Says)
    {
        public override string ToString() => string.Join(' ', Says);
    }

    public sealed record Sequence(File[] Files, int Shuffle)
    {
        public override string ToString() => $"shuffle {Shuffle}: {string.Join(" | ", Files.AsEnumerable())}";
    }

    [Fact]
    public void Any_files_in_any_order_leave_the_books_right_and_nothing_paid_twice() =>
        Prop.ForAll(Any.ToArbitrary(), Play).Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences).WithParallelRunConfig(null));

    [Fact]
    public void What_the_bank_really_says_ends_the_same_in_any_order() =>
        Prop.ForAll(Real.ToArbitrary(), PlayTwice).Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences).WithParallelRunConfig(null));

    private static Gen<File> AnyFile =>
        from report in ArbMap.Default.GeneratorFor<bool>()
        from says in Gen.NonEmptyListOf(
            from payment in Gen.Choose(0, Payments - 1)
            from thing in report ? Gen.Elements(Thing.ReportPaid, Thing.ReportNoted, Thing.ReportRejected) : Gen.Elements(Thing.NoticeDebited, Thing.NoticeReturned)
            select (payment, thing)).Resize(4)
        select new File(report, [.. says]);

    private static Gen<Sequence> Any =>
        from files in Gen.ListOf(AnyFile).Resize(6)
        from shuffle in Gen.Choose(0, int.MaxValue - 1)
        select new Sequence([.. files], shuffle);

    /// <summary>A bank that does not contradict itself: each payment noted, then rejected, or paid and perhaps returned.</summary>
    private static Gen<Sequence> Real =>
        from lives in Gen.ArrayOf(Gen.Elements<Thing[]>(
            [Thing.ReportNoted, Thing.ReportRejected], [Thing.ReportNoted, Thing.ReportPaid, Thing.NoticeDebited], [Thing.ReportPaid, Thing.NoticeDebited, Thing.NoticeReturned]), Payments)
        from shuffle in Gen.Choose(0, int.MaxValue - 1)
        select new Sequence(
            [.. lives.SelectMany((life, payment) => life.Select(thing => new File(thing <= Thing.ReportRejected, [(payment, thing)])))], shuffle);

    private void Play(Sequence sequence) => PlayAsync(sequence).GetAwaiter().GetResult();

    private async Task PlayAsync(Sequence sequence)
    {
        var desk = await BankDesk.Open(fixture, Payments);
        var model = new Model[Payments];
        foreach (var file in sequence.Files.SelectMany(f => new[] { f, f }))
        {
            var after = Model.After(model, file);
            try
            {
                await desk.Import(TextOf(desk, file));
                Assert.NotNull(after);
                model = after;
            }
            catch (RpcException refused) when (refused.Reason() == "BANK_CONTRADICTION")
            {
                Assert.Null(after);
            }

            Assert.Equal(model.Select(m => m.State), await desk.States());
            await desk.BooksAreRight();
        }

        await PaysTheRest(desk, model);
    }

    private void PlayTwice(Sequence sequence)
    {
        var random = new Random(sequence.Shuffle);
        File[] shuffled = [.. sequence.Files.Concat(sequence.Files.Where(_ => random.Next(2) == 0))];
        random.Shuffle(shuffled);
        var (told, mixed) = (LastStates(sequence.Files).GetAwaiter().GetResult(), LastStates(shuffled).GetAwaiter().GetResult());
        Assert.Equal(told, mixed);
    }

    private async Task<IReadOnlyList<LineState>> LastStates(IReadOnlyList<File> files)
    {
        var desk = await BankDesk.Open(fixture, Payments);
        foreach (var file in files)
        {
            await desk.Import(TextOf(desk, file));
        }

        await desk.BooksAreRight();
        return await desk.States();
    }

    /// <summary>The next run takes what failed, all of it and nothing else; the envelope has consumed what did not.</summary>
    private static async Task PaysTheRest(BankDesk desk, Model[] model)
    {
        var failed = desk.Run.Payments.Where((_, i) => model[i].State == LineState.Rejected).ToList();
        Assert.Equal(desk.Run.Total.ToCents() - failed.Sum(p => p.Amount.ToCents()), (await desk.Scene.Envelope()).Consumed.ToCents());
        if (failed.Count > 0)
        {
            var next = await desk.Scene.Propose(BankDesk.Morning);
            Assert.Equal(failed.SelectMany(p => p.Lines).Order(StringComparer.Ordinal), next.Payments.SelectMany(p => p.Lines).Order(StringComparer.Ordinal));
            await desk.BooksAreRight();
        }
    }

    private static string TextOf(BankDesk desk, File file) => file.Report
        ? desk.Report(string.Concat(file.Says.Select(s => s.Thing switch
        {
            Thing.ReportPaid => desk.Tells(s.Payment, "ACSC"),
            Thing.ReportNoted => desk.Tells(s.Payment, "ACSP"),
            _ => desk.Tells(s.Payment, "RJCT", Passing),
        })))
        : BankSamples.Notice(
            "camt.054.001.02",
            string.Concat(file.Says.Select(s => s.Thing == Thing.NoticeDebited ? desk.Debits(s.Payment, "camt.054.001.02") : desk.Returns(s.Payment, Passing, "camt.054.001.02"))));

    /// <summary>A payment as the rules would have it, written here a second time on purpose.</summary>
    private readonly record struct Model(bool Paid, bool Rejected, bool Returned)
    {
        public LineState State => Rejected || Returned ? LineState.Rejected : Paid ? LineState.Paid : LineState.Issued;

        /// <summary>Null when the file contradicts what is known or itself.</summary>
        public static Model[]? After(Model[] before, File file)
        {
            Model[] after = [.. before];
            foreach (var (payment, thing) in file.Says)
            {
                var m = after[payment];
                switch (thing)
                {
                    case Thing.ReportPaid or Thing.NoticeDebited when m.Rejected:
                    case Thing.ReportRejected when m is { Paid: true, Returned: false }:
                        return null;
                    case Thing.ReportPaid or Thing.NoticeDebited when !m.Returned:
                        after[payment] = m with { Paid = true };
                        break;
                    case Thing.ReportRejected when !m.Returned:
                        after[payment] = m with { Rejected = true };
                        break;
                    case Thing.NoticeReturned when !m.Rejected:
                        after[payment] = m with { Returned = true };
                        break;
                    default:
                        break;
                }
            }

            return after;
        }
    }
}
