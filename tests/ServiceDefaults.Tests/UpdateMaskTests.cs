using Google.Protobuf.WellKnownTypes;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.ServiceDefaults.Tests;

public sealed class UpdateMaskTests
{
    private static readonly string[] Changeable = ["display_name", "communes", "start_time", "rhythm", "duration_minutes"];

    private static Pole Current => new()
    {
        Name = "poles/P1",
        DisplayName = "Avant",
        Communes = { "59350", "59009" },
        StartTime = new() { Hours = 12, Minutes = 15 },
        Rhythm = Rhythm.Monthly,
        DurationMinutes = 60,
    };

    [Fact]
    public void A_named_field_is_taken_even_when_it_is_empty_and_no_other()
    {
        var said = new Pole { DisplayName = "Après", DurationMinutes = 90 };
        var next = UpdateMask.Apply(Current, said, new FieldMask { Paths = { "display_name", "communes", "start_time", "rhythm" } }, Changeable);
        Assert.Equal(("Après", 0, null, Rhythm.Unspecified, 60), (next.DisplayName, next.Communes.Count, next.StartTime, next.Rhythm, next.DurationMinutes));
    }

    [Fact]
    public void Without_a_mask_populated_fields_are_taken_and_replaced_whole()
    {
        var said = new Pole { Name = "poles/P2", Referent = "professionals/x", Communes = { "59512" }, StartTime = new() { Hours = 13 } };
        var next = UpdateMask.Apply(Current, said, mask: null, Changeable);
        Assert.Equal(["59512"], next.Communes);
        Assert.Equal((13, 0), (next.StartTime.Hours, next.StartTime.Minutes));
        Assert.Equal(("poles/P1", "", "Avant", 60), (next.Name, next.Referent, next.DisplayName, next.DurationMinutes));
    }

    [Theory]
    [InlineData("name")]
    [InlineData("referent")]
    [InlineData("start_time.hours")]
    [InlineData("nonsense")]
    public void Other_paths_are_refused(string path)
    {
        var broken = Assert.Throws<RuleBroken>(() => UpdateMask.Apply(Current, new Pole(), new FieldMask { Paths = { path } }, Changeable));
        Assert.Equal("UPDATE_MASK_INVALID", broken.Reason);
        Assert.Contains(path, broken.French, StringComparison.Ordinal);
    }
}
