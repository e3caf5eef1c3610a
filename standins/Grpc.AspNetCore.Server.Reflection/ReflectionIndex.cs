using System.Reflection;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Grpc.AspNetCore.Reflection;

/// <summary>The files that describe the mapped services, and everything these files name.</summary>
internal sealed class ReflectionIndex
{
    private readonly Lazy<Content> _content;

    // Read when first asked: by then every service is mapped.
    public ReflectionIndex(EndpointDataSource endpoints) => _content = new(() => new Content(endpoints));

    public IReadOnlyCollection<string> Services => _content.Value.Services;
    public FileDescriptor? FileNamed(string name) => _content.Value.Files.GetValueOrDefault(name);
    public FileDescriptor? FileOf(string symbol) => _content.Value.Symbols.GetValueOrDefault(symbol);

    private sealed class Content
    {
        public Content(EndpointDataSource endpoints)
        {
            var descriptors = endpoints.Endpoints
                .Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.ServiceType)
                .OfType<Type>().Distinct().Select(DescriptorOf).OfType<ServiceDescriptor>().ToList();
            Services = [.. descriptors.Select(service => service.FullName).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            foreach (var file in descriptors.Select(service => service.File))
                Add(file);
        }

        public IReadOnlyCollection<string> Services { get; }
        public Dictionary<string, FileDescriptor> Files { get; } = new(StringComparer.Ordinal);
        public Dictionary<string, FileDescriptor> Symbols { get; } = new(StringComparer.Ordinal);

        private void Add(FileDescriptor file)
        {
            if (!Files.TryAdd(file.Name, file))
                return;
            foreach (var imported in file.Dependencies)
                Add(imported);
            foreach (var service in file.Services)
            {
                Symbols[service.FullName] = file;
                foreach (var method in service.Methods)
                    Symbols[method.FullName] = file;
            }
            foreach (var message in file.MessageTypes)
                Add(message, file);
            foreach (var type in file.EnumTypes)
                Symbols[type.FullName] = file;
        }

        private void Add(MessageDescriptor message, FileDescriptor file)
        {
            Symbols[message.FullName] = file;
            foreach (var field in message.Fields.InDeclarationOrder())
                Symbols[field.FullName] = file;
            foreach (var type in message.EnumTypes)
                Symbols[type.FullName] = file;
            foreach (var nested in message.NestedTypes)
                Add(nested, file);
        }
    }

    /// <summary>The generated container of the service, named by the attribute on its base class, has the descriptor.</summary>
    private static ServiceDescriptor? DescriptorOf(Type serviceType) =>
        serviceType.GetCustomAttribute<BindServiceMethodAttribute>(inherit: true)?.BindType
            .GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as ServiceDescriptor;
}
