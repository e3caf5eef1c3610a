using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Intervision.ServiceDefaults.Grpc;
using Intervision.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Intervision.ServiceDefaults.Tests;

/// <summary>What a caller sees of a failure, and what it never sees.</summary>
public sealed class ErrorInterceptorTests
{
    private readonly ErrorLog log = new();

    [Fact]
    public async Task A_broken_rule_keeps_its_reason_its_fields_and_speaks_French()
    {
        var refused = await Fail(RuleBroken.Invalid(
        [
            new FieldViolation("case.question", "QUESTION_TOO_LONG", "La question est trop longue."),
            new FieldViolation("case.pole", "POLE_UNKNOWN", "Ce pôle n'existe pas."),
        ]));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Equal(("QUESTION_TOO_LONG", "intervision.intake"), (refused.Reason(), refused.Detail<ErrorInfo>()!.Domain));
        Assert.Equal(["case.question", "case.pole"], refused.Detail<BadRequest>()!.FieldViolations.Select(v => v.Field));
        Assert.Equal("La question est trop longue.", refused.FrenchMessage());
        Assert.Equal("fr-FR", refused.Detail<LocalizedMessage>()!.Locale);
        Assert.Empty(log.Errors);
    }

    [Fact]
    public async Task A_precondition_names_its_type_and_its_facts()
    {
        var refused = await Fail(RuleBroken.NotNow("CONSENT_MISSING", "L'accord manque.", "CONSENT", "cases/SIT-1", ("case", "cases/SIT-1")));
        Assert.Equal((StatusCode.FailedPrecondition, "CONSENT_MISSING"), (refused.StatusCode, refused.Reason()));
        Assert.Equal("CONSENT", refused.Detail<PreconditionFailure>()!.Violations.Single().Type);
        Assert.Equal("cases/SIT-1", refused.Detail<ErrorInfo>()!.Metadata["case"]);
    }

    [Fact]
    public async Task Several_preconditions_are_all_in_the_details_and_the_first_is_the_reason()
    {
        var refused = await Fail(RuleBroken.NotNow("ACTIVATION", "poles/P1", [("NO_REFERENT", "Pas de référent."), ("NO_RHYTHM", "Pas de rythme.")]));
        Assert.Equal((StatusCode.FailedPrecondition, "NO_REFERENT"), (refused.StatusCode, refused.Reason()));
        Assert.Equal(
            [("ACTIVATION", "poles/P1", "NO_REFERENT"), ("ACTIVATION", "poles/P1", "NO_RHYTHM")],
            refused.Detail<PreconditionFailure>()!.Violations.Select(v => (v.Type, v.Subject, v.Description)));
        Assert.Equal("Pas de référent. Pas de rythme.", refused.FrenchMessage());
        Assert.Single(refused.Details()!.Details, d => d.Is(PreconditionFailure.Descriptor));
        Assert.Equal("poles/P1", refused.Detail<ErrorInfo>()!.Metadata["name"]);
    }

    [Fact]
    public async Task Whatever_was_sent_the_answer_fits_a_header()
    {
        var longName = await Fail(RuleBroken.NotFound($"cases/{new string('e', 100_000)}"));
        Assert.InRange(longName.Details()!.CalculateSize(), 1, 6_000);
        Assert.InRange(longName.Status.Detail.Length, 1, 700);
        var many = await Fail(RuleBroken.Invalid([.. Enumerable.Range(0, 5_000).Select(i => new FieldViolation($"actors[{i}]", "UNKNOWN_PERSON", "Inconnu."))]));
        Assert.InRange(many.Details()!.CalculateSize(), 3_000, 6_000);
        var told = many.Detail<BadRequest>()!.FieldViolations;
        Assert.Equal(Enumerable.Range(0, told.Count).Select(i => $"actors[{i}]"), told.Select(v => v.Field));
    }

    [Theory]
    [InlineData("libraryCases/Mme Hochart")]
    [InlineData("06 12 34 56 78")]
    [InlineData("0612345678")]
    [InlineData("cases/élodie@exemple.fr")]
    [InlineData("")]
    public async Task What_has_not_the_form_of_a_name_is_not_quoted(string pasted)
    {
        var refused = await Fail(RuleBroken.NotFound(pasted));
        Assert.Equal((StatusCode.NotFound, "NOT_FOUND: Cette ressource n'existe pas."), (refused.StatusCode, refused.Status.Detail));
        Assert.Empty(refused.Detail<ErrorInfo>()!.Metadata);
        Assert.Contains("poles/P1", (await Fail(RuleBroken.NotFound("poles/P1"))).FrenchMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unavailable_says_when_to_try_again()
    {
        var refused = await Fail(RuleBroken.Unavailable("INTAKE_UNREACHABLE", "Réessayez.", TimeSpan.FromSeconds(3)));
        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        Assert.Equal(3, refused.Detail<RetryInfo>()!.RetryDelay.Seconds);
    }

    /// <summary>Until its pod is replaced: docs/operations.md, "Changing keys".</summary>
    [Fact]
    public async Task A_password_that_was_changed_is_a_database_that_does_not_answer()
    {
        var refused = await Fail(new Npgsql.PostgresException("password authentication failed", "FATAL", "FATAL", Npgsql.PostgresErrorCodes.InvalidPassword));
        Assert.Equal((StatusCode.Unavailable, "DATABASE_UNAVAILABLE"), (refused.StatusCode, refused.Reason()));
    }

    [Fact]
    public async Task The_unexpected_is_internal_with_an_opaque_id_that_the_log_has()
    {
        var refused = await Fail(new InvalidOperationException("Patient's question, or a password"));
        Assert.Equal((StatusCode.Internal, "INTERNAL"), (refused.StatusCode, refused.Reason()));
        var id = refused.Detail<ErrorInfo>()!.Metadata["errorId"];
        Assert.DoesNotContain("password", refused.ToString() + refused.Details(), StringComparison.Ordinal);
        Assert.Contains(id, Assert.Single(log.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_that_cannot_be_stored_is_the_callers_to_mend()
    {
        var postgres = await TestPostgres.Shared();
        await using var connection = new Npgsql.NpgsqlConnection(postgres.Owner("postgres"));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new Npgsql.NpgsqlCommand("select @text", connection);
        command.Parameters.AddWithValue("text", "a\0b");
        var failure = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => command.ExecuteScalarAsync(TestContext.Current.CancellationToken));

        var refused = await Fail(failure);
        Assert.Equal((StatusCode.InvalidArgument, "CHARACTER_NOT_ALLOWED"), (refused.StatusCode, refused.Reason()));
        Assert.Empty(log.Errors);
    }

    [Fact]
    public async Task A_caller_who_gave_up_is_not_an_error()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var refused = await Fail(new OperationCanceledException(), cancelled.Token);
        Assert.Equal(StatusCode.Cancelled, refused.StatusCode);
        Assert.Empty(log.Errors);
    }

    [Theory]
    [InlineData(true, StatusCode.Cancelled, 0)]
    [InlineData(false, StatusCode.Internal, 1)]
    public async Task A_message_to_a_caller_who_has_gone_is_not_an_error(bool gone, StatusCode expected, int errors)
    {
        using var logging = LoggerFactory.Create(b => b.AddProvider(log));
        var refused = await Assert.ThrowsAsync<RpcException>(() => Interceptor(logging).ServerStreamingServerHandler<Empty, Empty>(
            new Empty(), null!, new FakeCall(new CancellationToken(gone)),
            (_, _, _) => Task.FromException(new InvalidOperationException("Can't write the message because the request is complete."))));
        Assert.Equal((expected, errors), (refused.StatusCode, log.Errors.Count));
    }

    private static ErrorInterceptor Interceptor(ILoggerFactory logging) => new(new ServiceName("intake"), logging.CreateLogger<ErrorInterceptor>());

    private async Task<RpcException> Fail(Exception failure, CancellationToken cancellation = default)
    {
        using var logging = LoggerFactory.Create(b => b.AddProvider(log));
        var interceptor = Interceptor(logging);
        return await Assert.ThrowsAsync<RpcException>(
            () => interceptor.UnaryServerHandler<Empty, Empty>(new Empty(), new FakeCall(cancellation), (_, _) => Task.FromException<Empty>(failure)));
    }

    private sealed class FakeCall(CancellationToken cancellation) : ServerCallContext
    {
        protected override string MethodCore => "/intervision.intake.v1.IntakeService/SubmitCase";

        protected override string HostCore => "localhost";

        protected override string PeerCore => "";

        protected override DateTime DeadlineCore => DateTime.MaxValue;

        protected override Metadata RequestHeadersCore => [];

        protected override CancellationToken CancellationTokenCore => cancellation;

        protected override Metadata ResponseTrailersCore => [];

        protected override global::Grpc.Core.Status StatusCore { get; set; }

        protected override WriteOptions? WriteOptionsCore { get; set; }

        protected override AuthContext AuthContextCore => new("", []);

        protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException();

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
    }
}
