using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Masterful.Dashboard;

/// <summary>
/// Lets through what the page itself asks for: by a name of this machine (another name means that a foreign site had its address
/// pointed here), below the token, reading. Everything else gets a status and no content.
/// </summary>
/// <param name="token">First segment of every path.</param>
/// <param name="hasQueue">Whether there are pages of a fleet's queue, which ask for their counts with a POST and have a font of their own.</param>
internal sealed class RequestGuard(string token, bool hasQueue)
{
    private const string QueueCounts = "/queue/stats";


    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly byte[] _token = Encoding.UTF8.GetBytes(token);

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.ContentSecurityPolicy = hasQueue ? $"{ContentPolicy}; font-src 'self'" : ContentPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (request.Host.Host is not ("127.0.0.1" or "localhost") || request.Host.Port is not { } port || port != context.Connection.LocalPort)
        {
            response.StatusCode = StatusCodes.Status421MisdirectedRequest;
            return;
        }

        var path = request.Path.Value ?? "/";
        var end = path.IndexOf('/', Math.Min(1, path.Length));
        var isQuestion = hasQueue && end > 0 && HttpMethods.IsPost(request.Method) && path[end..] == QueueCounts;
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !isQuestion)
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        var given = Encoding.UTF8.GetBytes(end < 0 ? path.TrimStart('/') : path[1..end]);
        if (end < 0 || !CryptographicOperations.FixedTimeEquals(given, _token))
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        (request.PathBase, request.Path) = (path[..end], path[end..]);
        await next(context).ConfigureAwait(false);
    }
}
