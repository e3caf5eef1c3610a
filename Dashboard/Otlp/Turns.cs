using Microsoft.AspNetCore.Http;

namespace Intervision.Dashboard.Otlp;

/// <summary>So many requests are read at once and no more: what is being read lies in memory and in no queue yet. The others wait in their sender's connection.</summary>
internal sealed class Turns(int most) : IDisposable
{
    private readonly SemaphoreSlim free = new(most);

    public async Task Take(HttpContext context, RequestDelegate next)
    {
        await free.WaitAsync(context.RequestAborted);
        try
        {
            await next(context);
        }
        finally
        {
            free.Release();
        }
    }

    public void Dispose() => free.Dispose();
}
