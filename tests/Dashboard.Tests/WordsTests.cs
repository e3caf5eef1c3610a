using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Intervision.Dashboard.Telemetry;
using Intervision.Dashboard.Texts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Intervision.Dashboard.Tests;

/// <summary>Both languages say everything; numbers and times are written as their readers write them.</summary>
public sealed class WordsTests
{
    private static readonly PropertyInfo[] All = [.. typeof(Words).GetProperties().Where(p => p.GetCustomAttribute<RequiredMemberAttribute>() is not null)];

    [Fact]
    public void Both_languages_have_every_text()
    {
        Assert.True(All.Length > 100, $"{All.Length} texts");
        foreach (var words in (Words[])[French.Words, English.Words])
        {
            Assert.All(All, p => Assert.False(p.GetValue(words) is null or string { Length: 0 }, $"{words.Code}: {p.Name}"));
        }
        foreach (var named in All.Where(p => typeof(IDictionary).IsAssignableFrom(p.GetValue(French.Words)!.GetType())))
        {
            Assert.Equal(Keys(named, French.Words), Keys(named, English.Words));
        }
    }

    [Fact]
    public void Kinds_and_statuses_of_telemetry_have_words()
    {
        foreach (var words in (Words[])[French.Words, English.Words])
        {
            Assert.Equal(Enum.GetValues<SpanKind>(), words.SpanKinds.Keys.Order());
            Assert.Equal(Enum.GetValues<SpanStatus>(), words.SpanStatuses.Keys.Order());
            Assert.Equal(Enum.GetValues<InstrumentKind>(), words.InstrumentKinds.Keys.Order());
        }
    }

    /// <summary>A page that could not be made is a page too.</summary>
    [Theory]
    [InlineData("fr-FR", "La recherche a pris trop de temps")]
    [InlineData("en-GB", "The search took too long")]
    public async Task A_query_that_took_too_long_is_told_in_the_readers_language(string language, string told)
    {
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        using var body = new MemoryStream();
        var http = new DefaultHttpContext { RequestServices = services, Request = { Headers = { AcceptLanguage = language } }, Response = { Body = body } };

        await Failures.Tell(http, _ => throw new QueryTooSlowException(), new DashboardOptions());

        Assert.Equal(503, http.Response.StatusCode);
        Assert.Contains(told, Encoding.UTF8.GetString(body.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void Apostrophes_are_typographic_in_French()
    {
        var plain = All.Where(p => p.GetValue(French.Words) is string text && Regex.IsMatch(text, "[a-zA-Z]'[a-zA-Zéêè]", RegexOptions.None, TimeSpan.FromSeconds(1)));
        Assert.Empty(plain.Select(p => p.Name));
    }

    [Theory]
    [InlineData(0.0000005, "0,5 µs", "0.5 µs")]
    [InlineData(0.0123, "12,3 ms", "12.3 ms")]
    [InlineData(90, "90 s", "90 s")]
    [InlineData(150, "2,5 min", "2.5 min")]
    [InlineData(86400 * 12.5, "12,5 j", "12.5 d")]
    public void Durations_take_the_unit_that_suits(double seconds, string french, string english) =>
        Assert.Equal((french, english), (French.Words.Measured(seconds, "s"), English.Words.Measured(seconds, "s")));

    [Theory]
    [InlineData(1234567, "{event}", "1234567")]
    [InlineData(2048, "By", "2,05 ko")]
    [InlineData(0.5, "1", "0,5")]
    public void Units_of_telemetry_are_read(double value, string unit, string french) =>
        Assert.Equal(french, Regex.Replace(French.Words.Measured(value, unit), "[\u202f\u00a0](?=\\d)", "", RegexOptions.None, TimeSpan.FromSeconds(1)).Replace('\u00a0', ' '));

    private static IEnumerable<string> Keys(PropertyInfo property, Words words) =>
        ((IDictionary)property.GetValue(words)!).Keys.Cast<object>().Select(k => Convert.ToString(k, CultureInfo.InvariantCulture)!);
}
