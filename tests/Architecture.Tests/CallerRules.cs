using System.Reflection;
using Grpc.Core;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Architecture.Tests;

/// <summary>Every RPC of every service names who may call it (DESIGN §2.9).</summary>
public sealed class CallerRules
{
    private static readonly string[] Assemblies =
        ["Intervision.Membership", "Intervision.Intake", "Intervision.Scheduling", "Intervision.Indemnisation", "Intervision.ServiceDefaults"];

    private static IReadOnlyList<Type> Implementations { get; } =
        [.. Assemblies.Select(Assembly.Load).SelectMany(a => a.GetTypes()).Where(t => t.BaseType?.GetCustomAttribute<BindServiceMethodAttribute>() is not null)];

    [Fact]
    public void Every_service_of_the_protos_is_implemented_once() =>
        Assert.Equal(
            ProtoRules.Services.Select(s => s.Name).Order(StringComparer.Ordinal),
            Implementations.Select(t => t.BaseType!.DeclaringType!.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_rpc_names_its_callers()
    {
        var silent = from type in Implementations
                     from rpc in type.BaseType!.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                     let method = type.GetMethod(rpc.Name)!
                     where method.DeclaringType != type
                         || (!method.IsDefined(typeof(CalledByAttribute)) && !method.IsDefined(typeof(CalledByAnyoneAttribute)))
                     select $"{type.Name}.{rpc.Name}";
        Assert.Empty(silent);
    }
}
