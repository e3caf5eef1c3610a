using Grpc.Core;

namespace Intervision.StandIns.Tests.Grpc;

public sealed class MetadataTests
{
    [Fact]
    public void Names_are_lower_case_and_the_last_entry_counts()
    {
        var metadata = new Metadata { { "X-Trace", "1" }, { "x-trace", "2" }, { "key-BIN", [1] } };
        Assert.Equal("2", metadata.GetValue("X-TRACE"));
        Assert.Equal(["1", "2"], metadata.GetAll("x-trace").Select(entry => entry.Value));
        Assert.Equal("key-bin", metadata.Get("key-bin")!.Key);
        Assert.Null(metadata.GetValue("absent"));
    }

    [Theory]
    [InlineData("clé")]
    [InlineData("a b")]
    [InlineData(":path")]
    [InlineData("")]
    public void A_name_that_HTTP_refuses_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => new Metadata.Entry(name, "x"));

    [Fact]
    public void Text_and_bytes_keep_to_their_names()
    {
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("a-bin", "x"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("a", [1]));
        Assert.Throws<InvalidOperationException>(() => new Metadata.Entry("a-bin", [1]).Value);
        Assert.Equal("x"u8.ToArray(), new Metadata.Entry("a", "x").ValueBytes);
    }

    [Fact]
    public void Bytes_are_copied_in_and_out()
    {
        byte[] bytes = [1, 2];
        var entry = new Metadata.Entry("a-bin", bytes);
        bytes[0] = 9;
        entry.ValueBytes[1] = 9;
        Assert.Equal([1, 2], entry.ValueBytes);
    }

    [Fact]
    public void The_shared_empty_one_cannot_be_filled()
    {
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("a", "x"));
        Assert.True(Metadata.Empty.IsReadOnly);
        Assert.Empty(Metadata.Empty);
    }
}
