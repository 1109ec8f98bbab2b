using System.Net.Sockets;
using Masterful.Core.Runtime;
using Masterful.Results;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Masterful.Fleet.Sharing;

/// <summary>
/// Serves a share to who has the token: <c>manifest</c>, and <c>files/SHA-256</c> for what is in it. A request names no path, and nothing is
/// written.
/// </summary>
public sealed class ShareServer : IAsyncDisposable
{
    private const string FilesPath = "/files/";
    private readonly WebApplication _app;
    private readonly Share _share;
    private readonly ShareToken _token;

    private ShareServer(WebApplication app, Share share, ShareToken token) => (_app, _share, _token) = (app, share, token);

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Starts to listen.</summary>
    /// <exception cref="Core.Spec.DiagnosticException">The address can't be listened on.</exception>
    public static async Task<ShareServer> StartAsync(Share share, ShareAddress address, ShareToken token, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(address);
        // Nothing is taken from the environment or from a settings file that lies about: either could make it listen elsewhere too.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxConcurrentConnections = 1024;
            kestrel.Listen(address.Listen, address.Port, listen =>
            {
                if (address.Certificate is { } certificate)
                {
                    listen.UseHttps(certificate);
                }
            });
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        // The tool's own handling of Ctrl-C stops the server.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        var app = builder.Build();
        var server = new ShareServer(app, share, token);
        app.Run(server.AnswerAsync);
        try
        {
            await app.StartAsync(cancellation).ConfigureAwait(false);
            return server;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw ShareAddress.NotListening($"{address.Listen} port {address.Port}: {Cause.Of(e).TrimEnd('.')}");
        }
    }

    /// <summary>Stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    private Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (!_token.Matches(request.Headers.Authorization.ToString()))
        {
            response.Headers.WWWAuthenticate = "Bearer";
            response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        }

        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            response.Headers.Allow = "GET, HEAD";
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return Task.CompletedTask;
        }

        var path = request.Path.Value ?? "";
        if (path == "/manifest")
        {
            response.ContentType = "application/json";
            return SendAsync(context, new MemoryStream(_share.Bytes, writable: false));
        }

        if (path.StartsWith(FilesPath, StringComparison.Ordinal) && _share.Files.TryGetValue(path[FilesPath.Length..], out var file))
        {
            return SendFileAsync(context, file);
        }

        response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static Task SendFileAsync(HttpContext context, HashedFile file)
    {
        try
        {
            var stream = new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
            if (FileFacts.Of(stream.SafeFileHandle).IsSame(file.Facts))
            {
                context.Response.ContentType = "application/octet-stream";
                return SendAsync(context, stream);
            }

            stream.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As one that has changed.
        }

        context.Response.StatusCode = StatusCodes.Status409Conflict;
        return Task.CompletedTask;
    }

    private static async Task SendAsync(HttpContext context, Stream content)
    {
        await using (content.ConfigureAwait(false))
        {
            context.Response.ContentLength = content.Length;
            if (HttpMethods.IsGet(context.Request.Method))
            {
                await content.CopyToAsync(context.Response.Body, context.RequestAborted).ConfigureAwait(false);
            }
        }
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
