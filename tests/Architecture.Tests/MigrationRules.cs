using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Intervision.Architecture.Tests;

/// <summary>
/// During an upgrade the version before goes on working on the new tables (docs/operations.md, "A new version without a lost
/// request"): a migration that was published stays as it is, and one that was not yet only adds. What nobody reads any more is
/// taken away by a migration that says so: <c>-- contracts: what was written since which version</c>.
/// </summary>
public sealed partial class MigrationRules
{
    private const string Published = "tests/Architecture.Tests/published-migrations.txt";

    [Fact]
    public void A_migration_that_was_published_stays_as_it_is()
    {
        // The migrator refuses, in every database that has it.
        foreach (var (path, checksum) in Baseline())
        {
            Assert.True(File.Exists(Path.Combine(Repository.Root, path)), $"{path} was published and is gone");
            Assert.True(checksum == Checksum(Repository.Read(path)), $"{path} was published and is changed: add another migration");
        }
    }

    [Fact]
    public void A_new_migration_suits_the_version_before()
    {
        var published = Baseline().Keys.ToList();
        foreach (var folder in published.GroupBy(path => Path.GetDirectoryName(path)!, StringComparer.Ordinal))
        {
            var before = folder.Select(Repository.Read).SelectMany(Tables).ToHashSet(StringComparer.Ordinal);
            var added = Repository.Files("*.sql").Where(path => Path.GetDirectoryName(path) == folder.Key && !published.Contains(path)).Order(StringComparer.Ordinal);
            foreach (var path in added)
            {
                Assert.True(string.CompareOrdinal(path, folder.Max(StringComparer.Ordinal)) > 0, $"{path} would run before what was published");
                Assert.Empty(Narrower(Repository.Read(path), before).Select(statement => $"{path}: {statement}"));
            }
        }
    }

    [Fact]
    public void What_no_transaction_allows_is_a_script_of_its_own() =>
        Assert.All(Repository.Files("*.sql").Where(path => path.Contains("/Migrations/", StringComparison.Ordinal)), path => Assert.True(IsAloneOrNeedNotBe(Repository.Read(path)), path));

    [Theory]
    [InlineData("-- no transaction\n-- why\ncreate index concurrently if not exists a on cases (title);", true)]
    [InlineData("-- no transaction\ndrop index concurrently if exists a;", true)]
    [InlineData("-- no transaction\nreindex index concurrently a", true)]
    [InlineData("create index a on cases (title)", true)]
    [InlineData("-- concurrently would do\ncreate index a on cases (title)", true)]
    [InlineData("create index concurrently if not exists a on cases (title)", false)]
    [InlineData("-- why\n-- no transaction\ncreate index concurrently if not exists a on cases (title)", false)]
    [InlineData("-- no transaction\ncreate index concurrently a on cases (title)", false)]
    [InlineData("-- no transaction\ndrop index concurrently if exists a; create index concurrently if not exists a on cases (title)", false)]
    public void What_the_migrator_could_not_run_or_not_run_again_is_found(string sql, bool good) => Assert.Equal(good, IsAloneOrNeedNotBe(sql));

    [Theory]
    [InlineData("alter table cases drop column title", true)]
    [InlineData("drop table if exists cases cascade", true)]
    [InlineData("drop view waiting", true)]
    [InlineData("alter table cases rename column title to name", true)]
    [InlineData("alter table cases rename to requests", true)]
    [InlineData("alter table only cases alter column title type int", true)]
    [InlineData("alter table cases alter title set not null", true)]
    [InlineData("alter table cases add column title text not null", true)]
    [InlineData("alter table cases add column a int, add column b text not null check (b <> '')", true)]
    [InlineData("alter table cases add constraint short check (length(title) < 10)", true)]
    [InlineData("create unique index on cases (title)", true)]
    [InlineData("create unique index concurrently if not exists once on cases (title)", true)]
    [InlineData("alter table cases add column title text", false)]
    [InlineData("alter table cases add column title text not null default ''", false)]
    [InlineData("alter table cases drop constraint short", false)]
    [InlineData("create index concurrently if not exists by_title on cases (title)", false)]
    [InlineData("create table other (id int not null check (id > 0)); create unique index on other (id); alter table other rename to others", false)]
    [InlineData("create function f() returns trigger language plpgsql as $$ begin drop table cases; end $$", false)]
    [InlineData("-- alter table cases drop column title\nselect 1", false)]
    [InlineData("-- contracts: nobody reads it since 1.2\nalter table cases drop column title", false)]
    public void What_the_version_before_could_not_live_with_is_found(string sql, bool found) =>
        Assert.Equal(found, Narrower(sql, new HashSet<string>(["cases", "waiting"], StringComparer.Ordinal)).Any());

    /// <summary>Outside a transaction (ADR 58) one statement, which does no harm a second time; inside, none that is refused there.</summary>
    private static bool IsAloneOrNeedNotBe(string sql) =>
        sql.StartsWith("-- no transaction\n", StringComparison.Ordinal)
            ? Statements(sql).ToList() is [var only] && (!Making().IsMatch(only) || Once().IsMatch(only))
            : !Statements(sql).Any(statement => statement.Contains(" concurrently ", StringComparison.Ordinal));

    private static Dictionary<string, string> Baseline() =>
        Repository.Read(Published).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split("  ")).ToDictionary(line => line[1], line => line[0], StringComparer.Ordinal);

    /// <summary>As <c>sha256sum</c> says.</summary>
    private static string Checksum(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Statements about tables of before that take something away, or refuse what was good until then.</summary>
    private static IEnumerable<string> Narrower(string sql, IReadOnlySet<string> before) =>
        Contracts().IsMatch(sql) ? [] : Statements(sql).Where(statement => About().Match(statement) is { Success: true } about && before.Contains(about.Groups["name"].Value) && Takes(statement));

    private static bool Takes(string statement) =>
        Taking().IsMatch(statement) || AddedColumn().Matches(statement).Any(column => NotNull().IsMatch(column.Value) && !Default().IsMatch(column.Value));

    private static IEnumerable<string> Tables(string sql) => Statements(sql).Select(s => Created().Match(s)).Where(m => m.Success).Select(m => m.Groups["name"].Value);

    /// <summary>Without comments and without the bodies of functions, which run later.</summary>
    private static IEnumerable<string> Statements(string sql) =>
        Body().Replace(Comment().Replace(sql, ""), "").Split(';').Select(s => Space().Replace(s, " ").Trim().ToLowerInvariant()).Where(s => s.Length > 0);

    [GeneratedRegex(@"^-- contracts: \S", RegexOptions.Multiline, 1000)]
    private static partial Regex Contracts();

    [GeneratedRegex("^(create|drop) ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Making();

    [GeneratedRegex(" if (not )?exists ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Once();

    [GeneratedRegex("--[^\n]*", RegexOptions.None, 1000)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\$\$.*?\$\$", RegexOptions.Singleline, 1000)]
    private static partial Regex Body();

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Space();

    [GeneratedRegex("^create (table|view|or replace view|materialized view)( if not exists)? (?<name>[a-z_]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Created();

    [GeneratedRegex("^(alter table( if exists)?( only)?|alter view|drop (table|view|materialized view)( if exists)?|create unique index( concurrently)?( if not exists)?( [a-z_]+)? on) (?<name>[a-z_]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex About();

    [GeneratedRegex("^drop |^create unique index| drop (column )?(?!constraint|default|not null|expression|identity)[a-z_]+| rename | type | set not null| add (constraint [a-z_]+ )?(check|unique|exclude|primary key|foreign key)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Taking();

    [GeneratedRegex(" add (column )?(if not exists )?(?!constraint|check|unique|exclude|primary|foreign)[a-z_]+ .*?(?=, add |, alter |$)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AddedColumn();

    [GeneratedRegex("not null|primary key", RegexOptions.None, 1000)]
    private static partial Regex NotNull();

    [GeneratedRegex(" default | generated ", RegexOptions.None, 1000)]
    private static partial Regex Default();
}
