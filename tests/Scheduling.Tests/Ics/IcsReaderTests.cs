using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Intervision.Scheduling.Ics;

namespace Intervision.Scheduling.Tests.Ics;

/// <summary>Whatever comes in is read or refused with a reason; what we write is read as it was meant.</summary>
public sealed class IcsReaderTests
{
    private const string Least = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n";

    [Theory]
    [InlineData("", "CALENDAR_EMPTY", 0)]
    [InlineData("\r\n\n\r", "CALENDAR_EMPTY", 0)]
    [InlineData("hello", "CALENDAR_LINE_INVALID", 1)]
    [InlineData("<html><body a=1>:</body></html>", "CALENDAR_LINE_INVALID", 1)]
    [InlineData("BEGIN:VCARD\r\nEND:VCARD", "NOT_A_CALENDAR", 1)]
    [InlineData("END:VCALENDAR", "NOT_A_CALENDAR", 1)]
    [InlineData("BEGIN:VCALENDAR", "CALENDAR_BLOCK_UNBALANCED", 1)]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR", "CALENDAR_BLOCK_UNBALANCED", 3)]
    [InlineData(Least + Least, "CALENDAR_FOLLOWED_BY_MORE", 3)]
    [InlineData("BEGIN:VCALENDAR\nX\nEND:VCALENDAR", "CALENDAR_LINE_INVALID", 2)]
    [InlineData("BEGIN:VCALENDAR\nX;:a\nEND:VCALENDAR", "CALENDAR_LINE_INVALID", 2)]
    [InlineData("BEGIN:VCALENDAR\nX;P:a\nEND:VCALENDAR", "CALENDAR_LINE_INVALID", 2)]
    [InlineData("BEGIN:VCALENDAR\nX;P=\"a:b\nEND:VCALENDAR", "CALENDAR_LINE_INVALID", 2)]
    [InlineData("BEGIN:VCALENDAR\nX;P=\"a\"b:c\nEND:VCALENDAR", "CALENDAR_LINE_INVALID", 2)]
    [InlineData("BEGIN:VCALENDAR\nX:a\u0000b\nEND:VCALENDAR", "CALENDAR_LINE_INVALID", 2)]
    [InlineData("BEGIN:VCALENDAR\n:a\nEND:VCALENDAR", "CALENDAR_LINE_INVALID", 2)]
    public void What_is_no_calendar_is_refused_with_its_reason_and_line(string text, string problem, int line)
    {
        var read = Read(text);
        Assert.Equal((null, problem, line), (read.Calendar, read.Problem, read.Line));
    }

    [Fact]
    public void Every_bound_is_held()
    {
        Assert.Equal("CALENDAR_TOO_LARGE", Read(new string('x', IcsReader.MostBytes + 1)).Problem);
        Assert.Equal("CALENDAR_TOO_MANY_LINES", Read("BEGIN:VCALENDAR\n" + string.Concat(Enumerable.Repeat("X:\n", IcsReader.MostLines))).Problem);
        Assert.Equal("CALENDAR_TOO_DEEP", Read(string.Concat(Enumerable.Repeat("BEGIN:VCALENDAR\n", IcsReader.Deepest + 1))).Problem);
        Assert.Equal("CALENDAR_LINE_INVALID", Read("BEGIN:VCALENDAR\nX" + string.Concat(Enumerable.Repeat(";P=1", 33)) + ":\nEND:VCALENDAR").Problem);
        Assert.Equal("CALENDAR_LINE_INVALID", Read("BEGIN:VCALENDAR\nX;P=" + string.Join(',', Enumerable.Repeat("1", 33)) + ":\nEND:VCALENDAR").Problem);
        Assert.NotNull(Read("BEGIN:VCALENDAR\nX" + string.Concat(Enumerable.Repeat(";P=1", 32)) + ":\nEND:VCALENDAR").Calendar);
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\n")]
    [InlineData("\r")]
    public void Any_line_ending_and_fold_is_understood(string ending)
    {
        var read = Read($"\uFEFFbegin:vcalendar{ending}x-weird-thing;Value=text,\"a;b:c,^^^'^n\";EMPTY=:one two{ending}\t three{ending} {ending}{ending}End:vCalendar{ending}{ending}");
        Assert.Equal("", read.Problem);
        var property = Assert.Single(read.Calendar!.Properties);
        Assert.Equal(("VCALENDAR", "X-WEIRD-THING", "one two three"), (read.Calendar.Name, property.Name, property.Value));
        Assert.Equal(["text", "a;b:c,^\"\n"], property.Parameters[0].Values);
        Assert.Equal("", property.Parameter("EMPTY"));
    }

    [Fact]
    public void A_fold_inside_a_character_leaves_no_trace()
    {
        byte[] folded = [.. "BEGIN:VCALENDAR\r\nSUMMARY:p\u00f4le"u8[..^3], .. "\r\n "u8, .. "BEGIN:VCALENDAR\r\nSUMMARY:p\u00f4le"u8[^3..], .. "\r\nEND:VCALENDAR"u8];
        Assert.Equal("p\u00f4le", IcsReader.Read(folded).Calendar!.First("SUMMARY")!.Value);
    }

    [Fact]
    public void What_is_written_is_read_as_it_was() => Prop.ForAll(Calendars().ToArbitrary(), calendar =>
    {
        var read = IcsReader.Read(Encoding.UTF8.GetBytes(IcsWriter.Write(calendar)));
        Assert.Equal("", read.Problem);
        Assert.Equal(Shape(calendar), Shape(read.Calendar!));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_text_survives_a_line_but_for_its_controls() => Prop.ForAll(Texts().ToArbitrary(), text =>
        Assert.Equal(text.ReplaceLineEndings("\n"), IcsText.Unescape(IcsText.Escape(text)))).QuickCheckThrowOnFailure();

    [Fact]
    public void No_bytes_whatever_throw() => Prop.ForAll(Mangled().ToArbitrary(), bytes =>
    {
        var read = IcsReader.Read(bytes);
        Assert.Equal(read.Calendar is null, read.Problem.Length > 0);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    private static IcsReading Read(string text) => IcsReader.Read(Encoding.UTF8.GetBytes(text));

    private static string Shape(IcsComponent c) =>
        $"{c.Name}({string.Join('|', c.Properties.Select(p => $"{p.Name}[{string.Join('&', p.Parameters.Select(q => $"{q.Name}={string.Join('+', q.Values)}"))}]{p.Value}"))})<{string.Join(' ', c.Parts.Select(Shape))}>";

    private static Gen<string> Names() => Gen.Elements("X-A", "SUMMARY", "ATTENDEE", "VEVENT", "DTSTART", "A1", "X");

    private static Gen<string> Texts() =>
        from pieces in Gen.Elements("a", "é", "€", "🩺", " ", "\t", ",", ";", ":", "\\", "\"", "^", "'", "\n", "n", "N", "pôle", "BEGIN:VEVENT", "x".PadLeft(40)).ArrayOf()
        select string.Concat(pieces);

    private static Gen<IcsProperty> Properties() =>
        from name in Names()
        from value in Texts()
        from parameters in (from n in Names() from values in Texts().NonEmptyListOf() select new IcsParameter(n, [.. values.Take(5)])).ArrayOf()
        select new IcsProperty(name, IcsText.Escape(value), [.. parameters.Take(5)]);

    private static Gen<IcsComponent> Calendars() =>
        from lines in Properties().ArrayOf()
        from parts in (from name in Names() from inner in Properties().ArrayOf() select new IcsComponent(name, inner)).ArrayOf()
        select new IcsComponent("VCALENDAR", lines, parts);

    /// <summary>Something written by us, with bytes changed, cut, doubled; or noise.</summary>
    private static Gen<byte[]> Mangled() => Gen.OneOf(
        Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(),
        from calendar in Calendars()
        let bytes = Encoding.UTF8.GetBytes(IcsWriter.Write(calendar))
        from at in Gen.Choose(0, bytes.Length)
        from kind in Gen.Choose(0, 3)
        from noise in Gen.Elements<byte>(0, 10, 13, 32, 34, 58, 59, 61, 94, 195, 255)
        select kind switch
        {
            0 => bytes[..at],
            1 => [.. bytes[..at], noise, .. bytes[Math.Min(at + 1, bytes.Length)..]],
            2 => [.. bytes[..at], noise, .. bytes[at..]],
            _ => [.. bytes[at..], .. bytes[..at]],
        });
}
