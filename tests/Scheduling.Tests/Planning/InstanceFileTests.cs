using System.Text;
using System.Text.Json.Nodes;
using Intervision.Benchmarks.Planner;

namespace Intervision.Scheduling.Tests.Planning;

public sealed class InstanceFileTests
{
    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"days": []}""")]
    public void What_is_no_instance_is_refused_in_one_sentence(string json) =>
        Assert.DoesNotContain('\n', Assert.Throws<InstanceException>(() => InstanceFile.Parse(Encoding.UTF8.GetBytes(json))).Message);

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.Contains("nowhere.json", Assert.Throws<InstanceException>(() => InstanceFile.Read("nowhere.json")).Message);

    [Theory]
    [InlineData("poles", "situation 0 has pôle 0")]
    [InlineData("month", "0 months")]
    [InlineData("experts", "situation 0 wishes for an expert")]
    [InlineData("coord", "has coordinator")]
    public void An_empty_list_is_missed_by_those_who_refer_to_it(string list, string said) =>
        Refused(said, i => i[list] = new JsonArray());

    [Fact]
    public void A_priority_without_a_window_is_named() => Refused("priority 9", i => i["situations"]![0]!["prio"] = 9);

    [Fact]
    public void A_professional_the_pole_has_not_is_missed() => Refused("situation 0 has a référent", i => i["situations"]![0]!["pros"] = new JsonArray(99));

    [Fact]
    public void Two_situations_with_one_id_are_told_apart() => Refused("have the id 1", i => i["situations"]![0]!["id"] = 1);

    [Fact]
    public void A_day_that_is_not_among_the_days_is_refused() => Refused("not among its days", i => i["coord"]![0] = new JsonArray(-1));

    [Fact]
    public void Numbers_out_of_bounds_are_refused()
    {
        Refused("a session takes", i => i["capmax"] = 0);
        Refused("prices are", i => i["weights"]!["session"] = 1e9);
        Refused("waiting its whole window", i => i["window"]!["1"] = -1);
    }

    [Fact]
    public void A_field_of_the_wrong_kind_or_missing_is_refused()
    {
        Refused("not an instance", i => i["situations"]![0]!["ready"] = "soon");
        Refused("not an instance", i => i["situations"]![0]!["experts"] = null);
        Refused("not an instance", i => i.AsObject().Remove("weights"));
    }

    private static void Refused(string said, Action<JsonNode> spoil)
    {
        var path = Path.GetTempFileName();
        try
        {
            InstanceFamily.Make(seed: 1, poles: 1, situationsPerPole: 3).Write(path);
            var node = JsonNode.Parse(File.ReadAllText(path))!;
            spoil(node);
            Assert.Contains(said, Assert.Throws<InstanceException>(() => InstanceFile.Parse(Encoding.UTF8.GetBytes(node.ToJsonString()))).Message);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
