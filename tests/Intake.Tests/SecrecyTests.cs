using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Grpc.Core;
using Intervision.Intake.Encryption;
using Intervision.Intake.V1;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Intervision.Intake.Tests;

/// <summary>Clinical text is nowhere in clear: not in the database, not in the logs, not in errors.</summary>
public sealed class SecrecyTests(IntakeFixture service)
{
    /// <summary>Words that stand nowhere else; accents so that encodings are tried too.</summary>
    private const string Canary = "Zébrule-Quinquina";

    [Fact]
    public async Task A_canary_is_found_in_no_table_no_log_and_no_error()
    {
        var session = IntakeFixture.NewSession();
        var errors = new StringBuilder();
        var submitted = await service.Submitted(r => r.Question = $"{Canary} question : que faire ensuite ?");
        var accepted = (await service.Intake.AcceptCaseAsync(
            new AcceptCaseRequest { RequestId = IntakeFixture.NewId(), Name = submitted.Name, Etag = submitted.Etag }, IntakeFixture.At(IntakeFixture.Coordinator, 1))).Case;
        var sheet = new Sheet { Treatments = { $"{Canary} 10 mg" }, Question = $"{Canary} : que faire ?", Situation = $"{Canary}, Mme {Canary}." };
        var written = (await service.Intake.WriteSheetAsync(
            new WriteSheetRequest { RequestId = IntakeFixture.NewId(), Name = accepted.Name, Etag = accepted.Etag, Sheet = sheet },
            IntakeFixture.At(IntakeFixture.Requester, 2))).Case;
        await service.Intake.ReadSheetAsync(new ReadSheetRequest { Name = written.Name, Purpose = "PREPARATION" }, IntakeFixture.At(IntakeFixture.Requester, 2));
        var ready = await service.Approved(written);
        await service.Deliver("scheduling", new Scheduling.Events.V1.CaseScheduled { Session = session, Case = ready.Name }, session, IntakeFixture.Start.AddHours(4));
        await service.Deliver("scheduling", new Scheduling.Events.V1.CaseDiscussed { Session = session, Case = ready.Name }, session, IntakeFixture.Start.AddHours(5), 2);
        await service.Intake.RecordDecisionsAsync(
            IntakeFixture.Decisions(await service.Get(ready.Name), session, $"{Canary} : revoir le cadre."), IntakeFixture.At(IntakeFixture.Referent, 6));

        // Refused ones too, in every way a text can be refused.
        await Refuse(service.Intake.SubmitCaseAsync(
            IntakeFixture.Request(r => r.Question = $"{Canary}, 06 12 34 56 78 ?"), IntakeFixture.At(IntakeFixture.Coordinator)));
        await Refuse(service.Intake.SubmitCaseAsync(
            IntakeFixture.Request(r => r.Question = $"{Canary}\0 et la suite ?"), IntakeFixture.At(IntakeFixture.Coordinator)));
        await Refuse(service.Intake.SubmitCaseAsync(
            IntakeFixture.Request(r => r.Question = string.Concat(Enumerable.Repeat(Canary, 50))), IntakeFixture.At(IntakeFixture.Coordinator)));
        await Refuse(service.Intake.SubmitCaseAsync(
            IntakeFixture.Request(r => r.Question = $"{Canary} : que faire ?"), IntakeFixture.At(IntakeFixture.OtherReferent)));
        await Refuse(service.Intake.WriteSheetAsync(
            new WriteSheetRequest { RequestId = IntakeFixture.NewId(), Name = written.Name, Etag = written.Etag, Sheet = sheet }, IntakeFixture.At(IntakeFixture.Requester, 7)));

        Assert.DoesNotContain(Canary, errors.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.NotEmpty(service.AllLogs.Lines);
        Assert.DoesNotContain(service.AllLogs.Lines, line => line.Contains("brule", StringComparison.OrdinalIgnoreCase));
        await InNoTable();

        async Task Refuse<T>(AsyncUnaryCall<T> call)
        {
            var refused = await Assert.ThrowsAsync<RpcException>(async () => await call);
            errors.AppendLine(refused.ToString());
            foreach (var trailer in refused.Trailers)
            {
                errors.AppendLine(trailer.IsBinary ? Encoding.UTF8.GetString(trailer.ValueBytes) : trailer.Value);
            }
        }
    }

    /// <summary>Every row of every table as text, where bytes are hexadecimal: neither the words nor their bytes.</summary>
    private async Task InNoTable()
    {
        await using var owner = new NpgsqlConnection(service.OwnerConnectionString);
        var tables = (await owner.QueryAsync<string>(
            "select quote_ident(relname) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')")).ToList();
        Assert.Contains("clinical_text", tables);
        Assert.Contains("request_log", tables);
        Assert.Contains("outbox", tables);
        foreach (var table in tables)
        {
            var found = await owner.ExecuteScalarAsync<long>(
                $"""
                select count(*) from {table} t
                where t::text ilike '%brule%' or t::text ilike '%quinquina%'
                  or t::text like '%' || encode(convert_to('Quinquina', 'UTF8'), 'hex') || '%'
                  or t::text like '%' || encode(convert_to('brule', 'UTF8'), 'hex') || '%'
                """);
            Assert.True(found == 0, $"Clinical text in clear in {table}");
        }

        Assert.True(await owner.ExecuteScalarAsync<long>("select count(*) from clinical_text where field like 'decision/%'") > 0);
    }

    [Fact]
    public void A_ciphertext_opens_in_its_own_place_only()
    {
        var vault = Vault();
        var (first, second) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var key = RandomNumberGenerator.GetBytes(32);
        var whole = Sealed.Seal(key, "texte"u8, Aad.Of(first, "question"));
        Assert.Equal("texte"u8.ToArray(), Sealed.Open(key, whole, Aad.Of(first, "question")));
        Assert.ThrowsAny<CryptographicException>(() => Sealed.Open(key, whole, Aad.Of(second, "question")));
        Assert.ThrowsAny<CryptographicException>(() => Sealed.Open(key, whole, Aad.Of(first, "sheet")));
        Assert.ThrowsAny<CryptographicException>(() => Sealed.Open(RandomNumberGenerator.GetBytes(32), whole, Aad.Of(first, "question")));
        for (var i = 0; i < whole.Length; i++)
        {
            var tampered = whole.ToArray();
            tampered[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => Sealed.Open(key, tampered, Aad.Of(first, "question")));
        }

        var (again, other) = (vault.SealFirst(first, "question", "texte"u8), vault.SealFirst(first, "question", "texte"u8));
        Assert.NotEqual(again.Key.Bytes, other.Key.Bytes);
        Assert.NotEqual(again.Ciphertext, other.Ciphertext);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not base64")]
    [InlineData("c2hvcnQ=")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g")]
    public void A_wrong_master_key_is_said_at_start(string? said)
    {
        var wrong = Assert.Throws<InvalidOperationException>(() => Master(said));
        Assert.StartsWith("Intake:MasterKey must be the base64 of 32 random bytes", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Case_codes_are_random_and_easy_to_read()
    {
        var codes = Enumerable.Range(0, 10_000).Select(_ => Cases.CaseCodes.Next()).ToHashSet();
        Assert.Equal(10_000, codes.Count);
        Assert.All(codes, c => Assert.Matches("^SIT-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$", c));
        Assert.Equal(32, codes.SelectMany(c => c[4..].Replace("-", "", StringComparison.Ordinal)).Distinct().Count());
    }

    private static Vault Vault() => new(Master(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))));

    private static MasterKey Master(string? said) => new(
        new ConfigurationBuilder().AddInMemoryCollection([new KeyValuePair<string, string?>("Intake:MasterKey", said)]).Build());
}

/// <summary>Every line the service logs, of whatever level, with its scopes and exceptions.</summary>
public sealed class AllLogs : ILoggerProvider
{
    private readonly ConcurrentQueue<string> lines = new();

    public IReadOnlyCollection<string> Lines => lines;

    public ILogger CreateLogger(string categoryName) => new Logger(lines);

    public void Dispose()
    {
    }

    private sealed class Logger(ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            lines.Enqueue($"{state}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{formatter(state, exception)} {exception}");
    }
}
