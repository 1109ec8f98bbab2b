using System.Net;
using System.Net.Http.Headers;
using Masterful.Core.Data;
using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Fleet.Sharing;

/// <summary>
/// Fetches a share: the manifest, then what of its files is not in the cache yet. Whatever comes is checked, and has its final name only
/// when it is right.
/// </summary>
public sealed class ShareClient : IDisposable
{
    private const int Attempts = 5;
    private const int AtOnce = 8;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http;
    private readonly Uri _source;
    private readonly ContentCache _cache;
    private readonly TimeProvider _clock;

    /// <summary>Prepares to fetch.</summary>
    /// <param name="source">The coordinator's address (<see cref="ShareAddress.ReadSource"/>).</param>
    /// <param name="token">What lets this machine in.</param>
    /// <param name="cache">Keeps what is fetched.</param>
    /// <param name="clock">The clock of the pauses between attempts.</param>
    public ShareClient(Uri source, ShareToken token, ContentCache cache, TimeProvider clock)
        : this(source, token, cache, clock, null)
    {
    }

    internal ShareClient(Uri source, ShareToken token, ContentCache cache, TimeProvider clock, HttpMessageHandler? handler)
    {
        ArgumentNullException.ThrowIfNull(token);
        (_source, _cache, _clock) = (source, cache, clock);
        _http = new HttpClient(handler ?? new SocketsHttpHandler
        {
            // Another address was not named by the user, and would be sent the token.
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            MaxConnectionsPerServer = AtOnce,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Text.Reveal());
    }

    /// <summary>How long an answer may stand still before the attempt counts as failed.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Fetches what is missing and lays out the workspace.</summary>
    /// <param name="trustModel">Whether a model that is code may be fetched.</param>
    /// <param name="progress">Told the bytes, or null.</param>
    /// <param name="cancellation">Stops; what has arrived is kept.</param>
    /// <exception cref="DiagnosticException">It can't be had, or is not as it must be.</exception>
    public async Task<ShareWorkspace> FetchAsync(bool trustModel, IProgress<DataProgress>? progress, CancellationToken cancellation)
    {
        var bytes = await RequestAsync("manifest", ReadManifestAsync, cancellation).ConfigureAwait(false);
        var manifest = ShareManifest.Parse(bytes);
        if (!trustModel && (manifest.Assembly ?? manifest.TorchScript) is { } model)
        {
            throw ShareWorkspace.NotTrusted(model);
        }

        var missing = manifest.Files.DistinctBy(f => f.Sha256).Where(f => !_cache.Has(f)).ToList();
        _cache.CheckRoom(missing);
        await FetchAsync(missing, progress, cancellation).ConfigureAwait(false);
        var folder = await Task.Run(() => _cache.LayOut(manifest, ShareManifest.NameOf(bytes)), cancellation).ConfigureAwait(false);
        return new ShareWorkspace(manifest, folder, _cache.RunCache, missing.Count);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private Task FetchAsync(List<SharedFile> missing, IProgress<DataProgress>? progress, CancellationToken cancellation)
    {
        var (arrived, total) = (0L, missing.Sum(f => f.Length));
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation };
        return Parallel.ForEachAsync(missing, options, async (file, stop) => await RequestAsync(
            $"files/{file.Sha256}",
            async (response, stall) =>
            {
                if (response.Content.Headers.ContentLength is { } length && length > file.Length)
                {
                    throw NotValid($"'{SharePath.Shown(file.Path)}' is longer than announced");
                }

                var body = await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
                await _cache.TakeAsync(file, body, Arrived, stall.Token).ConfigureAwait(false);
                return true;

                void Arrived(int read)
                {
                    stall.CancelAfter(StallTimeout);
                    progress?.Report(new DataProgress("download", _source.Host, Interlocked.Add(ref arrived, read), total));
                }
            },
            stop).ConfigureAwait(false));
    }

    private async Task<byte[]> ReadManifestAsync(HttpResponseMessage response, CancellationTokenSource stall)
    {
        var body = await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
        using var manifest = new MemoryStream();
        var buffer = new byte[1 << 16];
        while (await SourceFetcher.ReadAsync(body, buffer, stall.Token).ConfigureAwait(false) is var read and > 0)
        {
            stall.CancelAfter(StallTimeout);
            manifest.Write(buffer, 0, read);
            if (manifest.Length > ShareManifest.MaximumBytes)
            {
                throw NotValid($"The manifest has more than {ShareManifest.MaximumBytes:N0} bytes");
            }
        }

        return manifest.ToArray();
    }

    private async Task<T> RequestAsync<T>(string path, Func<HttpResponseMessage, CancellationTokenSource, Task<T>> read, CancellationToken cancellation)
    {
        var pause = FirstPause;
        for (var attempt = 1; ; attempt++)
        {
            string problem;
            using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            stall.CancelAfter(StallTimeout);
            try
            {
                using var response = await _http.GetAsync(new Uri(_source, path), HttpCompletionOption.ResponseHeadersRead, stall.Token).ConfigureAwait(false);
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    return await read(response, stall).ConfigureAwait(false);
                }

                problem = Refused(response);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                problem = $"nothing came for {StallTimeout.TotalSeconds:0} seconds";
            }
            catch (HttpRequestException e)
            {
                problem = Cause.Of(e).TrimEnd('.');
                if (e.HttpRequestError == HttpRequestError.SecureConnectionError)
                {
                    throw NotReached($"{problem} (this machine must trust the certificate of {_source.Host})");
                }
            }

            if (attempt == Attempts)
            {
                throw NotReached($"{problem}; {Attempts} attempts failed");
            }

            await Task.Delay(pause, _clock, cancellation).ConfigureAwait(false);
            pause *= 2;
        }
    }

    /// <summary>What is wrong, where another attempt may help.</summary>
    private string Refused(HttpResponseMessage response) => response.StatusCode switch
    {
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError => $"it answers {(int)response.StatusCode}",
        HttpStatusCode.Unauthorized => throw NotReached($"it does not accept the token in {ShareToken.Variable}"),
        HttpStatusCode.Conflict => throw NotReached("a file has changed there since it was hashed: start `dotnet masterful fleet serve` again"),
        >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest => throw NotReached($"it answers {(int)response.StatusCode}, and redirects are not followed: name the address that it redirects to"),
        _ => throw NotReached($"it answers {(int)response.StatusCode}: is it the address that `dotnet masterful fleet serve` told?"),
    };

    private DiagnosticException NotReached(string problem) =>
        new(FleetDiagnostics.ShareNotReached, $"{_source}: {problem}. {FleetDiagnostics.ShareNotReached.Remedy}");

    private static DiagnosticException NotValid(string problem) => new(FleetDiagnostics.ShareNotValid, $"{problem}. {FleetDiagnostics.ShareNotValid.Remedy}");
}
