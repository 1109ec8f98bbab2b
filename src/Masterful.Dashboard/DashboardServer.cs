using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Masterful.Dashboard;

/// <summary>
/// The front-end's server: on the loopback address alone, below a path that only who was told it knows, for requests that read. It writes
/// nothing but the decoded images that a run would cache too.
/// </summary>
public sealed class DashboardServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DataView _data;
    private readonly AugmentationPreview _preview;

    private DashboardServer(WebApplication app, DataView data, AugmentationPreview preview, Uri address) =>
        (_app, _data, _preview, Address) = (app, data, preview, address);

    /// <summary>Where the page is, its token included.</summary>
    public Uri Address { get; }

    /// <summary>Starts to listen.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<DashboardServer> StartAsync(DashboardOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        var runs = new RunCatalog(options.Folders);
        // The summaries are read while server and browser start.
        _ = Task.Run(runs.List, cancellation);
        // Nothing is taken from the environment or from a settings file that lies about: either could make it listen elsewhere too.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Listen(System.Net.IPAddress.Loopback, options.Port);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        // The tool's own handling of Ctrl-C stops the server.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        var app = builder.Build();
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var data = new DataView(options.Spec, options.IdleRelease, options.Clock);
        app.Use(new RequestGuard(token, options.Queue is not null).InvokeAsync);
        if (options.Queue is { } queue)
        {
            app.Map("/queue", queue);
        }

        app.UseRouting();
        var preview = new AugmentationPreview(options, data);
        Endpoints.Map(app, options, runs, data, preview);
        await app.StartAsync(cancellation).ConfigureAwait(false);
        var listening = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return new DashboardServer(app, data, preview, new Uri($"http://127.0.0.1:{listening.Port}/{token}/"));
    }

    /// <summary>Stops listening and lets go of the data.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        await _preview.DisposeAsync().ConfigureAwait(false);
        await _data.DisposeAsync().ConfigureAwait(false);
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
