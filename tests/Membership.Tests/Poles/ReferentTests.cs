using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Google.Rpc;
using Grpc.Core;
using Intervision.Membership.Poles;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Membership.Tests;

/// <summary>Who is référent of a pôle, when: one at a time.</summary>
public sealed class ReferentTests(PoleScene scene) : IClassFixture<PoleScene>
{
    private static readonly DateOnly Epoch = new(2026, 1, 1);

    [Fact]
    public async Task One_takes_office_another_follows()
    {
        var pole = await scene.Staffed();
        var first = Assert.Single(pole.Referents);
        Assert.Equal(("professionals/PER-1", Sample.Date("2018-09-01"), null), (first.Professional, first.FromDate, first.UntilDate));
        Assert.Equal("professionals/PER-1", pole.Referent);

        var ending = await scene.Directory.EndReferentAsync(Ending(pole, first.Name, "2026-10-01"), PoleScene.As());
        Assert.Equal("POLE_WITHOUT_REFERENT", Assert.Single(ending.Warnings).Reason);
        Assert.Equal("professionals/PER-1", ending.Pole.Referent); // until the day before

        var next = await scene.Directory.AppointReferentAsync(scene.Appointing(ending.Pole, "2026-10-01", professional: "PER-2"), PoleScene.As());
        Assert.Equal(["professionals/PER-1", "professionals/PER-2"], next.Pole.Referents.Select(t => t.Professional));
        Assert.Equal("professionals/PER-1", next.Pole.Referent);
        Assert.Equal("professionals/PER-2", (await scene.Directory.GetPoleAsync(
            new GetPoleRequest { Name = pole.Name }, PoleScene.As(new DateTimeOffset(2026, 10, 1, 0, 0, 0, TimeSpan.FromHours(2))))).Pole.Referent);
        var again = await scene.Directory.EndReferentAsync(Ending(next.Pole, first.Name, "2026-09-15"), PoleScene.As());
        Assert.Equal("POLE_WITHOUT_REFERENT", Assert.Single(again.Warnings).Reason); // a fortnight without
        Assert.Empty((await scene.Directory.EndReferentAsync(Ending(again.Pole, first.Name, "2026-10-01"), PoleScene.As())).Warnings);
    }

    [Theory]
    [InlineData("PER-1", "")]
    [InlineData("PER-2", "REFERENT_NOT_GENERAL_PRACTITIONER")]
    [InlineData("PER-3", "REFERENT_WITHOUT_ACTIVITY")]
    public async Task Who_is_not_a_general_practitioner_in_activity_is_a_warning(string professional, string warning)
    {
        var pole = await scene.Draft();
        var appointed = await scene.Directory.AppointReferentAsync(scene.Appointing(pole, "2026-09-01", professional: professional), PoleScene.As());
        Assert.Equal(warning, string.Join(' ', appointed.Warnings.Select(w => w.Reason)));
        Assert.All(appointed.Warnings, w => Assert.NotEmpty(w.Message));
        Assert.Equal("professionals/" + professional, appointed.Pole.Referent);
    }

    [Theory]
    [InlineData("2026-09-01", null)]
    [InlineData("2010-01-01", null)]
    [InlineData("2010-01-01", "2018-09-02")] // the first day of the other
    [InlineData("2030-01-01", "2031-01-01")]
    public async Task Overlapping_terms_are_refused_and_the_one_in_the_way_is_named(string from, string? until)
    {
        var pole = await scene.Staffed();
        var refused = await Refused.With(StatusCode.FailedPrecondition, "REFERENT_OVERLAP", () => scene.Directory.AppointReferentAsync(
            scene.Appointing(pole, from, until, "PER-2"), PoleScene.As()));
        Assert.Equal(pole.Referents[0].Name, refused.Detail<ErrorInfo>()!.Metadata["name"]);
        Assert.Equal(pole.Referents[0].Name, Assert.Single(refused.Detail<PreconditionFailure>()!.Violations).Subject);
        Assert.Equal(pole, await scene.Read(pole.Name));
    }

    [Fact]
    public async Task A_term_that_ends_the_day_another_begins_is_no_overlap()
    {
        var pole = await scene.Staffed();
        var appointed = await scene.Directory.AppointReferentAsync(scene.Appointing(pole, "2010-01-01", "2018-09-01", "PER-2"), PoleScene.As());
        Assert.Equal(["professionals/PER-2", "professionals/PER-1"], appointed.Pole.Referents.Select(t => t.Professional));
        var refused = await Refused.With(StatusCode.FailedPrecondition, "REFERENT_OVERLAP", () => scene.Directory.EndReferentAsync(
            Ending(appointed.Pole, appointed.Pole.Referents[0].Name, "2018-09-02"), PoleScene.As()));
        Assert.Equal(pole.Referents[0].Name, refused.Detail<ErrorInfo>()!.Metadata["name"]);
    }

    [Theory]
    [InlineData("UNKNOWN_PROFESSIONAL", "professionals/PER-404", "2026-09-01", null)]
    [InlineData("PROFESSIONAL_INVALID", "PER-1", "2026-09-01", null)]
    [InlineData("FROM_DATE_INVALID", "professionals/PER-1", null, null)]
    [InlineData("UNTIL_DATE_INVALID", "professionals/PER-1", "2026-09-01", "2026-09-01")]
    public async Task A_term_has_somebody_and_two_days_in_order(string reason, string professional, string? from, string? until)
    {
        var pole = await scene.Draft();
        var appointing = scene.Appointing(pole, from ?? "2026-09-01", until).With(r => r.Professional = professional);
        appointing.FromDate = from is null ? null : appointing.FromDate;
        await Refused.With(StatusCode.InvalidArgument, reason, () => scene.Directory.AppointReferentAsync(appointing, PoleScene.As()));
        Assert.Equal(pole, await scene.Read(pole.Name));
    }

    [Fact]
    public async Task An_end_is_after_the_first_day_and_of_a_term_of_the_pole()
    {
        var (pole, other) = (await scene.Staffed(), await scene.Staffed());
        var name = pole.Referents[0].Name;
        await Refused.With(StatusCode.InvalidArgument, "UNTIL_DATE_INVALID", () => scene.Directory.EndReferentAsync(Ending(pole, name, "2018-09-01"), PoleScene.As()));
        await Refused.With(StatusCode.InvalidArgument, "UNTIL_DATE_INVALID", () => scene.Directory.EndReferentAsync(
            Ending(pole, name, "2018-09-01").With(r => r.UntilDate = null), PoleScene.As()));
        await Refused.With(StatusCode.InvalidArgument, "NAME_INVALID", () => scene.Directory.EndReferentAsync(Ending(pole, pole.Name, "2026-09-01"), PoleScene.As()));
        var strange = other.Referents[0].Name.Replace(other.Name, pole.Name, StringComparison.Ordinal);
        await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => scene.Directory.EndReferentAsync(Ending(pole, strange, "2026-09-01"), PoleScene.As()));
        Assert.Equal(other, await scene.Read(other.Name));
    }

    [Fact]
    public async Task Imports_and_appointments_of_the_same_pole_take_turns()
    {
        var pole = await scene.Draft();
        var row = Sample.Pole().With(p => (p.Name, p.Referent) = (pole.Name, "professionals/PER-2")).Row();
        var import = scene.Import(row);
        var appointments = Enumerable.Range(0, 6).Select(async _ =>
        {
            try
            {
                var fresh = await scene.Read(pole.Name);
                await scene.Directory.AppointReferentAsync(scene.Appointing(fresh, "2026-09-01"), PoleScene.As());
                return "done";
            }
            catch (RpcException refused)
            {
                return refused.Reason()!;
            }
        }).ToList();
        Assert.NotEqual(ImportDirectoryResponse.Types.Outcome.Rejected, Assert.Single(await import).Outcome);
        Assert.Subset(new HashSet<string>(["done", "ETAG_MISMATCH", "REFERENT_OVERLAP"]), (await Task.WhenAll(appointments)).ToHashSet());
        var terms = (await scene.Read(pole.Name)).Referents;
        Assert.Equal("professionals/PER-2", Assert.Single(terms).Professional); // whoever came first, the import has the last word
    }

    [Fact]
    public void Whatever_is_appointed_ended_and_imported_no_day_has_two() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.ArrayOf(Steps).ToArbitrary(),
        steps => steps.Aggregate(new List<TermRow>(), Step, terms => !SomeDayHasTwo(terms))));

    [Fact]
    public void A_take_over_puts_that_person_in_office() => Check.QuickThrowOnFailure(Prop.ForAll(
        (from steps in Gen.ArrayOf(Steps) from day in Gen.Choose(0, 40) select (steps, day)).ToArbitrary(),
        given =>
        {
            var terms = given.steps.Aggregate(new List<TermRow>(), Step);
            var after = Step(terms, (2, given.day, 0, "P9"));
            return after.Single(t => t.IsOn(Epoch.AddDays(given.day))).Professional == "P9";
        }));

    [Fact]
    public async Task An_appointment_waits_for_the_import_that_is_being_applied()
    {
        var pole = await scene.Draft();
        AsyncUnaryCall<AppointReferentResponse>? appointing = null;
        await scene.Db.InTransaction(
            async tx =>
            {
                await tx.Execute("select pg_advisory_xact_lock(hashtext('directory import'))");
                appointing = scene.Directory.AppointReferentAsync(scene.Appointing(pole, "2026-09-01"), PoleScene.As());
                await Eventually.IsTrue(
                    () => tx.Single<bool>(
                        """
                        select exists (
                          select from pg_locks where locktype = 'advisory' and not granted
                            and database = (select oid from pg_database where datname = current_database()))
                        """),
                    "the appointment waits");
            },
            CancellationToken.None);
        Assert.Equal("professionals/PER-1", (await appointing!).Pole.Referent);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Played_for_real_the_terms_are_those_of_the_rules(int seed)
    {
        var pole = await scene.Draft(p => p.ActiveFromDate = Sample.Date("2026-01-01"));
        var code = pole.Name["poles/".Length..];
        var (model, day) = (new List<TermRow>(), Epoch.DayNumber + 300);
        var random = new Random(seed);
        for (var i = 0; i < 20; i++)
        {
            (int Kind, int Day, int Length, string Who) step = (random.Next(3), random.Next(41), random.Next(16), $"P{random.Next(1, 4)}");
            step.Kind = step.Kind == 1 && model.Count == 0 ? 2 : step.Kind;
            day += step.Day % 5;
            var today = DateOnly.FromDayNumber(day);
            var now = new DateTimeOffset(today, new TimeOnly(9, 0), TimeSpan.Zero).AddMinutes(i);
            var from = today.AddDays(step.Day - 20);
            var who = step.Who.Replace("P", "PER-", StringComparison.Ordinal);
            var before = model;
            model = Step(model, step.Kind switch
            {
                0 => (0, from.DayNumber - Epoch.DayNumber, step.Length, who),
                1 => step,
                _ => (2, day - Epoch.DayNumber, 0, who),
            });
            pole = (await scene.Directory.GetPoleAsync(new GetPoleRequest { Name = pole.Name }, PoleScene.As(now))).Pole;
            await Play(step, pole, before, from, who, i, now);
            var read = (await scene.Directory.GetPoleAsync(new GetPoleRequest { Name = pole.Name }, PoleScene.As(now))).Pole;
            Assert.Equal(
                model.OrderBy(t => t.FromDate).Select(t => $"{t.Professional} {t.FromDate:O} {t.UntilDate:O}"),
                read.Referents.Select(t => $"{t.Professional["professionals/".Length..]} {t.FromDate.ToDate():O} {t.UntilDate.ToDate():O}"));
            Assert.Equal(model.Find(t => t.IsOn(today))?.Professional ?? "", read.Referent.Replace("professionals/", "", StringComparison.Ordinal));
        }

        Assert.True(model.Count > 1);
    }

    private async Task Play((int Kind, int Day, int Length, string Who) step, Pole pole, List<TermRow> terms, DateOnly from, string who, int i, DateTimeOffset now)
    {
        try
        {
            switch (step.Kind)
            {
                case 0:
                    await scene.Directory.AppointReferentAsync(
                        scene.Appointing(pole, Iso(from), step.Length == 0 ? null : Iso(from.AddDays(step.Length)), who), PoleScene.As(now));
                    break;
                case 1:
                    var term = terms[step.Day % terms.Count];
                    var name = pole.Referents.Single(t => t.FromDate.ToDate() == term.FromDate).Name;
                    await scene.Directory.EndReferentAsync(Ending(pole, name, Iso(term.FromDate.AddDays(step.Length))), PoleScene.As(now));
                    break;
                default:
                    var row = Sample.Pole().With(p => (p.Name, p.Referent, p.DisplayName, p.ActiveFromDate) = (pole.Name, "professionals/" + who, $"Pôle {i}", Sample.Date("2026-01-01")));
                    var result = Assert.Single(await scene.Import(PoleScene.NewRequest(), [row.Row()], now: now));
                    Assert.Equal(ImportDirectoryResponse.Types.Outcome.Updated, result.Outcome);
                    break;
            }
        }
        catch (RpcException refused)
        {
            Assert.Contains(refused.Reason(), new[] { "REFERENT_OVERLAP", "UNTIL_DATE_INVALID" });
        }
    }

    [Fact]
    public async Task The_database_refuses_two_on_a_day()
    {
        var pole = await scene.Staffed();
        var refused = await Assert.ThrowsAsync<PostgresException>(() => scene.Db.InTransaction(
            tx => tx.Execute(
                "insert into referent_term (term_id, pole, professional, from_date) values (gen_random_uuid(), @code, 'PER-2', '2030-01-01')",
                new { code = pole.Name["poles/".Length..] }),
            CancellationToken.None));
        Assert.Equal("23P01", refused.SqlState);
    }

    /// <summary>0 appoints, 1 ends the day-th term, 2 imports; a length of 0 is an open end.</summary>
    private static Gen<(int Kind, int Day, int Length, string Who)> Steps =>
        from kind in Gen.Choose(0, 2)
        from day in Gen.Choose(0, 40)
        from length in Gen.Choose(0, 15)
        from who in Gen.Elements("P1", "P2", "P3")
        select (kind, day, length, who);

    /// <summary>What the verbs do to the terms when they are not refused.</summary>
    private static List<TermRow> Step(List<TermRow> terms, (int Kind, int Day, int Length, string Who) step)
    {
        var day = Epoch.AddDays(step.Day);
        var next = new List<TermRow>(terms);
        switch (step.Kind)
        {
            case 0:
                var term = new TermRow { TermId = Guid.CreateVersion7(), Professional = step.Who, FromDate = day, UntilDate = step.Length == 0 ? null : day.AddDays(step.Length) };
                return Allowed(() => AppointReferent.Decide(new Pole(), term, terms)) ? [.. terms, term] : terms;
            case 1 when terms.Count > 0:
                var ended = terms[step.Day % terms.Count];
                var until = ended.FromDate.AddDays(step.Length);
                next.Remove(ended);
                return Allowed(() => EndReferent.Decide(ended, until, next)) ? [.. next, Until(ended, until)] : terms;
            default:
                var (ends, begins) = Referents.TakeOver("P01", step.Who, terms, day, Epoch);
                if (ends is not null)
                {
                    next.Remove(ends);
                    next.AddRange(ends.FromDate < day ? [Until(ends, day)] : []);
                }

                next.AddRange(begins is null ? [] : [begins]);
                return next;
        }
    }

    private static TermRow Until(TermRow term, DateOnly until) =>
        new() { TermId = term.TermId, Professional = term.Professional, FromDate = term.FromDate, UntilDate = until };

    private static bool Allowed(Action decide)
    {
        try
        {
            decide();
            return true;
        }
        catch (RuleBroken)
        {
            return false;
        }
    }

    private static bool SomeDayHasTwo(IReadOnlyList<TermRow> terms) => Enumerable.Range(0, 80).Any(d => terms.Count(t => t.IsOn(Epoch.AddDays(d))) > 1);

    private static string Iso(DateOnly day) => day.ToString("O", CultureInfo.InvariantCulture);

    private static EndReferentRequest Ending(Pole pole, string term, string until) =>
        new() { RequestId = PoleScene.NewRequest(), Name = term, Etag = pole.Etag, UntilDate = Sample.Date(until) };
}
