using System.Globalization;
using System.Reflection;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Intervision.StandIns.Tests.Surface;

/// <summary>The public and protected members of an assembly as sorted text, one line each.</summary>
public static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().Where(type => !IsDetailOfProtobuf(type)).OrderBy(type => Name(type), StringComparer.Ordinal))
        {
            text.Append(Header(type)).Append('\n');
            foreach (var member in Members(type).Order(StringComparer.Ordinal))
                text.Append("    ").Append(member).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>The .proto says what is in a message; its line here is enough.</summary>
    private static bool IsDetailOfProtobuf(Type type) =>
        (type.DeclaringType is { } outer && (typeof(IMessage).IsAssignableFrom(outer) || IsDetailOfProtobuf(outer)))
        || type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.PropertyType == typeof(FileDescriptor);

    private static string Header(Type type)
    {
        if (typeof(IMessage).IsAssignableFrom(type))
            return $"message {Name(type)}";
        var kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct"
            : typeof(Delegate).IsAssignableFrom(type) ? "delegate"
            : type.IsAbstract && type.IsSealed ? "static class" : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";
        var bases = type.IsEnum || typeof(Delegate).IsAssignableFrom(type) ? []
            : new[] { type.BaseType }.Where(one => one is not null && one != typeof(object) && one != typeof(ValueType))
                .Select(one => Name(one!))
                .Concat(type.GetInterfaces().Where(one => one.IsVisible).Select(Name).Order(StringComparer.Ordinal)).ToArray();
        return $"{kind} {Name(type)}{(bases.Length == 0 ? "" : " : " + string.Join(", ", bases))}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (typeof(IMessage).IsAssignableFrom(type))
            return [];
        if (type.IsEnum)
            return Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture)}");
        if (typeof(Delegate).IsAssignableFrom(type))
            return [Method(type.GetMethod("Invoke")!)];
        return type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly)
            .Select(field => $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{Name(field.FieldType)} {field.Name}")
            .Concat(type.GetConstructors(Declared).Where(IsVisible).Select(one => $"{Access(one)}new({Parameters(one)})"))
            .Concat(type.GetProperties(Declared).Select(Property).OfType<string>())
            .Concat(type.GetEvents(Declared).Where(one => IsVisible(one.AddMethod!)).Select(one => $"event {Name(one.EventHandlerType!)} {one.Name}"))
            .Concat(type.GetMethods(Declared).Where(one => IsVisible(one) && (!one.IsSpecialName || one.Name.StartsWith("op_", StringComparison.Ordinal))).Select(Method));
    }

    private static string? Property(PropertyInfo property)
    {
        var accessors = property.GetAccessors(nonPublic: true).Where(IsVisible).ToList();
        if (accessors.Count == 0)
            return null;
        var index = property.GetIndexParameters() is { Length: > 0 } parameters ? $"[{Parameters(parameters)}]" : "";
        var body = string.Join(" ", accessors.Select(one => one == property.GetMethod ? "get;" : "set;"));
        return $"{Access(accessors[0])}{Modifier(accessors[0])}{Name(property.PropertyType)} {property.Name}{index} {{ {body} }}";
    }

    private static string Method(MethodInfo method) =>
        $"{Access(method)}{Modifier(method)}{Name(method.ReturnType)} {method.Name}"
        + (method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "")
        + $"({(method.IsDefined(typeof(System.Runtime.CompilerServices.ExtensionAttribute)) ? "this " : "")}{Parameters(method)})";

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Modifier(MethodInfo method) =>
        method.DeclaringType!.IsInterface ? "" : method.IsStatic ? "static " : method.IsAbstract ? "abstract "
        : method.GetBaseDefinition() != method ? "override " : method.IsVirtual && !method.IsFinal ? "virtual " : "";

    private static string Parameters(MethodBase method) => Parameters(method.GetParameters());

    private static string Parameters(ParameterInfo[] parameters) => string.Join(", ", parameters.Select(one =>
        (one.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "") + $"{Name(one.ParameterType)} {one.Name}" + Default(one)));

    private static string Default(ParameterInfo parameter) =>
        !parameter.HasDefaultValue ? "" : $" = {parameter.DefaultValue switch
        {
            null => parameter.ParameterType.IsValueType ? "default" : "null",
            string text => $"\"{text}\"",
            bool yes => yes ? "true" : "false",
            var value => Convert.ToString(value, CultureInfo.InvariantCulture),
        }}";

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return $"ref {Name(type.GetElementType()!)}";
        if (type.IsArray)
            return $"{Name(type.GetElementType()!)}[]";
        if (type.IsGenericParameter)
            return type.Name;
        var outer = type.DeclaringType is { } declaring ? $"{Name(declaring)}." : type.Namespace is "System" ? "" : $"{type.Namespace}.";
        var name = type.Name.Split('`')[0];
        var inherited = type.DeclaringType?.GetGenericArguments().Length ?? 0;
        var arguments = type.GetGenericArguments().Skip(inherited).Select(Name).ToList();
        return outer + name + (arguments.Count == 0 ? "" : $"<{string.Join(", ", arguments)}>");
    }
}
