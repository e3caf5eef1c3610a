namespace Intervision.AppHost.Tests;

/// <summary>What may be described, before anything runs.</summary>
public sealed class ModelTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("order-api2")]
    [InlineData("A234567890123456789012345678901234567890123456789012345678901234")]
    public void Good_names_are_taken(string name) => Assert.Equal(name, Sample.Builder().AddParameter(name, "x").Resource.Name);

    [Theory]
    [InlineData("")]
    [InlineData("2nd")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("a--b")]
    [InlineData("a_b")]
    [InlineData("été")]
    [InlineData("A2345678901234567890123456789012345678901234567890123456789012345")]
    public void Bad_names_are_refused(string name) => Assert.ThrowsAny<ArgumentException>(() => Sample.Builder().AddParameter(name, "x"));

    [Fact]
    public void Two_resources_of_one_name_are_refused_whatever_the_case()
    {
        var builder = Sample.Builder();
        builder.AddParameter("thing", "1");
        Assert.Throws<DistributedApplicationException>(() => builder.AddParameter("Thing", "2"));
    }

    [Fact]
    public async Task A_parameter_is_taken_from_configuration_before_its_default()
    {
        var builder = Sample.Builder("Parameters:a-b=exact", "Parameters:c_d=underscored");
        Assert.Equal("exact", await builder.AddParameter("a-b", "default").Resource.GetValueAsync());
        Assert.Equal("underscored", await builder.AddParameter("c-d").Resource.GetValueAsync());
        Assert.Equal("default", await builder.AddParameter("e-f", "default").Resource.GetValueAsync());
        Assert.Null(await builder.AddParameter("missing").Resource.GetValueAsync());
    }

    [Fact]
    public async Task A_persisted_default_is_made_once_and_kept_for_its_owner_only()
    {
        var data = Sample.DataFolder();

        var first = await Generated();

        Assert.Equal(22, first!.Length);
        Assert.Equal(first, await Generated());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(data, "secrets", "generated")));

        async Task<string?> Generated() => await Sample.BuilderOn(data)
            .AddParameter("generated", new GenerateParameterDefault { Special = false }, secret: true, persist: true).Resource.GetValueAsync();
    }

    [Fact]
    public void Kestrel_endpoints_of_one_scheme_go_by_their_keys()
    {
        var endpoints = Sample.Builder().AddProject("sample", Sample.Service).Resource.Annotations.OfType<EndpointAnnotation>()
            .ToDictionary(e => e.Name, StringComparer.Ordinal);
        Assert.Equal(["grpc", "http"], endpoints.Keys.Order());
        Assert.Equal((5991, "http", "http2"), (endpoints["grpc"].Port, endpoints["grpc"].UriScheme, endpoints["grpc"].Transport));
        Assert.Equal((5992, "http", "http"), (endpoints["http"].Port, endpoints["http"].UriScheme, endpoints["http"].Transport));
    }

    [Fact]
    public void A_step_can_leave_the_endpoints_out() =>
        Assert.Empty(Sample.Builder().AddMigration("migration").Resource.Annotations.OfType<EndpointAnnotation>());

    [Fact]
    public async Task Resources_that_wait_in_a_circle_are_refused()
    {
        var builder = Sample.Builder();
        var one = builder.AddSample("one");
        var two = builder.AddSample("two").WaitFor(one);
        one.WaitFor(two);
        await using var app = builder.Build();

        var refused = await Assert.ThrowsAsync<DistributedApplicationException>(() => app.StartAsync());

        Assert.Contains("one → two → one", refused.Message, StringComparison.Ordinal);
    }
}
