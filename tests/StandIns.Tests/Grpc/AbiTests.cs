using System.Reflection;

namespace Intervision.StandIns.Tests.Grpc;

/// <summary>The shipped assemblies find in the stand-ins every type and member they refer to, with the same shape.</summary>
public sealed class AbiTests
{
    [Theory]
    [InlineData("Grpc.AspNetCore.Server")]
    [InlineData("Grpc.Net.Client")]
    public void Every_reference_of_a_genuine_assembly_resolves(string name)
    {
        var assembly = Assembly.Load(name);
        // GetTypes throws when a type lacks or leaves something abstract; an override that overrides nothing only shows here.
        var missing = assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(method => method.IsVirtual && !method.Attributes.HasFlag(MethodAttributes.NewSlot) && method.GetBaseDefinition() == method)
            .Select(method => $"{method.DeclaringType}.{method.Name} overrides nothing").ToList();
        var objects = Enumerable.Repeat(typeof(object), 8).ToArray();
        var resolved = 0;
        for (var row = 1; ; row++)
        {
            try
            {
                assembly.ManifestModule.ResolveMember(0x0A000000 | row, objects, objects);
                resolved++;
            }
            catch (ArgumentOutOfRangeException)
            {
                break; // past the last row
            }
            catch (TypeLoadException e) when (e.Message.StartsWith("GenericArguments[", StringComparison.Ordinal))
            {
                // object does not satisfy a constraint: our choice of arguments, not a missing member
            }
            catch (Exception e) when (e is MissingMemberException or TypeLoadException)
            {
                missing.Add(e.Message);
            }
        }
        Assert.Empty(missing);
        Assert.True(resolved > 500, $"only {resolved} references were looked at");
    }
}
