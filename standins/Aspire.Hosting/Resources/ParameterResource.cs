using System.Security.Cryptography;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.ApplicationModel
{
    /// <summary>A value given from outside: configuration <c>Parameters:name</c>, else its default.</summary>
    public class ParameterResource : Resource, IValueProvider, IManifestExpressionProvider
    {
        private readonly Lazy<string?> _value;

        internal ParameterResource(string name, Func<string?> value, bool secret) : base(name)
        {
            Secret = secret;
            _value = new Lazy<string?>(value);
        }

        public bool Secret { get; }
        public string ValueExpression => $"{{{Name}.value}}";

        public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new(_value.Value);
    }

    public abstract class ParameterDefault
    {
        public abstract string GetDefaultValue();
    }

    /// <summary>A random text.</summary>
    public sealed class GenerateParameterDefault : ParameterDefault
    {
        public int MinLength { get; set; } = 22;
        public bool Lower { get; set; } = true;
        public bool Upper { get; set; } = true;
        public bool Numeric { get; set; } = true;
        public bool Special { get; set; } = true;

        public override string GetDefaultValue()
        {
            var letters = (Lower ? "abcdefghjkmnpqrstuvwxyz" : "") + (Upper ? "ABCDEFGHJKMNPQRSTUVWXYZ" : "")
                + (Numeric ? "0123456789" : "") + (Special ? "-_.{}~()*+!" : "");
            return RandomNumberGenerator.GetString(letters, MinLength);
        }
    }
}

namespace Aspire.Hosting
{
    public static partial class ParameterResourceBuilderExtensions
    {
        /// <summary>A value that must be given.</summary>
        public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, bool secret = false) =>
            Add(builder, name, () => null, secret);

        public static IResourceBuilder<ParameterResource> AddParameter(
            this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false) =>
            publishValueAsDefault && secret
                ? throw new ArgumentException("A secret cannot be published as a default.", nameof(secret))
                : Add(builder, name, () => value, secret);

        /// <summary>With <paramref name="persist"/>, the default is made once and kept in a file of the data folder that only its owner reads.</summary>
        public static IResourceBuilder<ParameterResource> AddParameter(
            this IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret = false, bool persist = false) =>
            Add(builder, name, () => persist ? DataFolder.Of(builder).Secret(name, value.GetDefaultValue) : value.GetDefaultValue(), secret);

        private static IResourceBuilder<ParameterResource> Add(IDistributedApplicationBuilder builder, string name, Func<string?> otherwise, bool secret)
        {
            string? Configured(string key) => builder.Configuration.GetSection("Parameters")[key];
            return builder.AddResource(new ParameterResource(
                name, () => Configured(name) ?? Configured(name.Replace('-', '_')) ?? otherwise(), secret));
        }
    }
}
