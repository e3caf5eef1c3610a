using Grpc.AspNetCore.Reflection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection
{
    public static class GrpcReflectionServiceExtensions
    {
        public static IServiceCollection AddGrpcReflection(this IServiceCollection services)
        {
            ArgumentNullException.ThrowIfNull(services);
            services.TryAddSingleton<ReflectionIndex>();
            return services;
        }
    }
}

namespace Microsoft.AspNetCore.Builder
{
    public static class GrpcReflectionEndpointRouteBuilderExtensions
    {
        /// <summary>Lets tools such as grpcurl ask what this server offers, under the names v1 and v1alpha.</summary>
        public static IEndpointConventionBuilder MapGrpcReflectionService(this IEndpointRouteBuilder builder)
        {
            ArgumentNullException.ThrowIfNull(builder);
            return new Both(builder.MapGrpcService<ReflectionService>(), builder.MapGrpcService<AlphaReflectionService>());
        }

        private sealed class Both(IEndpointConventionBuilder first, IEndpointConventionBuilder second) : IEndpointConventionBuilder
        {
            public void Add(Action<EndpointBuilder> convention)
            {
                first.Add(convention);
                second.Add(convention);
            }

            public void Finally(Action<EndpointBuilder> finallyConvention)
            {
                first.Finally(finallyConvention);
                second.Finally(finallyConvention);
            }
        }
    }
}
