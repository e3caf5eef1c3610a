using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Intervision.ServiceDefaults.Persistence;

/// <summary>Registers the service's data source and what stands on it.</summary>
public static class Database
{
    /// <summary>Connection string <c>ConnectionStrings:database</c>, as the <c>{service}_app</c> login.</summary>
    public static void AddDatabase(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton(services => DataSource(ConnectionString(services.GetRequiredService<IConfiguration>())));
        builder.Services.AddSingleton<Db>();
        builder.Services.AddSingleton<PageTokens>();
    }

    /// <summary>As configured.</summary>
    internal static string ConnectionString(IConfiguration configuration) =>
        configuration.GetConnectionString("database") ?? throw new InvalidOperationException("ConnectionStrings:database is missing.");

    /// <summary>Pooled, prepared, and without the reset round trip (DESIGN §7.23).</summary>
    public static NpgsqlDataSource DataSource(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            NoResetOnClose = true,
            MaxAutoPrepare = 100,
            AutoPrepareMinUsages = 2,
            IncludeErrorDetail = false,
        };
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }
}
