using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Intervision.ServiceDefaults.Health;

/// <summary><c>dotnet {Service}.dll healthy</c>: the health check of a container whose image has neither shell nor curl.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <returns>0 when the service of the same configuration answers <c>/health</c> on this machine, else 1.</returns>
    public static async Task<int> Run(IConfiguration configuration)
    {
        var address = configuration["Kestrel:Endpoints:http:Url"]
            ?? throw new InvalidOperationException("Kestrel:Endpoints:http:Url is missing: where does the service answer?");
        using var client = new HttpClient { Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(new Uri($"http://localhost:{BindingAddress.Parse(address).Port}/health"));
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return 1;
        }
    }
}
