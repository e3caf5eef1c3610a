using System.Reflection;
using Google.Protobuf.Reflection;

namespace Intervision.Membership.Files;

/// <summary>Codes in files: names of the proto's enums without their prefix; an empty field is the zero value.</summary>
internal static class Codes<TEnum>
    where TEnum : struct, Enum
{
    /// <summary>By number: <c>["", "MONTHLY", "EVERY_SIX_WEEKS", …]</c>.</summary>
    public static readonly IReadOnlyList<string> ByNumber = Names();

    private static string[] Names()
    {
        var names = Enum.GetValues<TEnum>()
            .Select(v => typeof(TEnum).GetField(v.ToString())!.GetCustomAttribute<OriginalNameAttribute>()!.Name)
            .ToArray();
        var prefix = names[0].Length - "UNSPECIFIED".Length;
        return ["", .. names[1..].Select(n => n[prefix..])];
    }
}

/// <summary>The letters of TRE_R23.</summary>
internal static class Modes
{
    public static readonly IReadOnlyList<string> ByNumber = ["", "S", "L", "B"];
}
