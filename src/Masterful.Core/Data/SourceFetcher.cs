using System.Net;
using System.Net.Http.Headers;
using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Core.Data;

/// <summary>
/// Downloads the files of <c>dataset.sources</c> that are missing. What has arrived stands in a <see cref="PartialFile"/> until it is
/// whole and its hash is right; a broken download goes on from there, in this run or the next.
/// </summary>
/// <param name="http">The client, which need not follow redirects; its own timeout covers the answer's head only.</param>
/// <param name="time">The clock of the pauses between attempts.</param>
public sealed class SourceFetcher(HttpClient http, TimeProvider time)
{
    private const int Attempts = 5;
    private const int MostRedirects = 10;
    private const int BufferLength = 1 << 17;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    /// <summary>The largest file that is fetched, in bytes.</summary>
    public long MaximumLength { get; init; } = 64L << 30;

    /// <summary>How long a download may stand still before the attempt counts as failed.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Fetches one file; does nothing when it is there.</summary>
    /// <param name="source">What to fetch, its SHA-256, and where it goes.</param>
    /// <param name="position">Where it stands in the spec.</param>
    /// <param name="progress">Told the bytes now and then, or null.</param>
    /// <param name="cancellation">Stops; what has arrived is kept.</param>
    /// <exception cref="DiagnosticException">It can't be had, its hash is not the one in the spec, or a link leads its place elsewhere.</exception>
    public async Task FetchAsync(SourceSpec source, SourcePosition? position, IProgress<DataProgress>? progress, CancellationToken cancellation)
    {
        if (IsThere(source))
        {
            return;
        }

        try
        {
            using var part = PartialFile.Open(new RootFolder(source.Within).Place(source.To));
            await FetchAsync(new Download(source, part, position, progress), cancellation).ConfigureAwait(false);
        }
        catch (LeavesRootException e)
        {
            throw new DiagnosticException(
                DataDiagnostics.SourceLeavesRoot, $"Nothing was fetched to {source.To}: {Cause.Of(e)} {DataDiagnostics.SourceLeavesRoot.Remedy}", position);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(DataDiagnostics.DownloadFailed, $"{source.To} can't be written: {Cause.Of(e)}", position);
        }
    }

    /// <summary>Whether the file is there; a link that leads nowhere is not.</summary>
    public static bool IsThere(SourceSpec source) => FileFacts.Of(source.To, follow: true) is { Kind: FileKind.File };

    private async Task FetchAsync(Download download, CancellationToken cancellation)
    {
        var part = download.Part;
        var resumed = part.Length > 0;
        await ReceiveAsync(download, cancellation).ConfigureAwait(false);
        var found = await part.HashAsync(cancellation).ConfigureAwait(false);
        if (!download.IsRight(found) && resumed)
        {
            // The file may have changed between the two halves: once more, from the beginning.
            part.Clear();
            await ReceiveAsync(download, cancellation).ConfigureAwait(false);
            found = await part.HashAsync(cancellation).ConfigureAwait(false);
        }

        if (!download.IsRight(found))
        {
            part.Clear();
            throw download.Error(
                DataDiagnostics.DownloadChanged, $"{download.Url} has the SHA-256 {found}, but dataset.sources says {download.Source.Sha256}. If the file changed at its source, check it and put the new hash into the spec.");
        }

        part.Take();
    }

    private async Task ReceiveAsync(Download download, CancellationToken cancellation)
    {
        var pause = FirstPause;
        for (var failures = 0; ;)
        {
            var before = download.Received;
            var problem = await AttemptAsync(download, cancellation).ConfigureAwait(false);
            if (problem is null)
            {
                return;
            }

            // An attempt that brought bytes was worth it: only those in vain, one after the other, end the patience.
            (failures, pause) = download.Received > before ? (1, FirstPause) : (failures + 1, pause);
            if (failures >= Attempts)
            {
                throw download.Error(DataDiagnostics.DownloadFailed, $"{download.Url} can't be fetched: {problem} {Attempts} attempts failed in a row; check the network and the URL. The next run goes on from {download.Received:N0} bytes. Or put the file at {download.Source.To} yourself.");
            }

            await Task.Delay(pause, time, cancellation).ConfigureAwait(false);
            pause *= 2;
        }
    }

    /// <summary>One request. Returns what went wrong when another attempt may help.</summary>
    private async Task<string?> AttemptAsync(Download download, CancellationToken cancellation)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stall.CancelAfter(StallTimeout);
        var have = download.Received;
        try
        {
            using var response = await SendAsync(download, have, stall.Token).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                // Nothing comes after what is here: it is whole, which its hash tells.
                return null;
            }

            if (!response.IsSuccessStatusCode)
            {
                return Refused(response, download);
            }

            var resumes = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == have;
            return await CopyAsync(response, download, resumes ? have : 0, stall).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"Nothing came for {StallTimeout.TotalSeconds:0} seconds.";
        }
        catch (HttpRequestException e)
        {
            return Cause.Of(e).TrimEnd('.') + ".";
        }
    }

    /// <summary>Asks, and follows where it is sent, but not to what is less safe than what the spec names.</summary>
    private async Task<HttpResponseMessage> SendAsync(Download download, long have, CancellationToken cancellation)
    {
        var address = download.Source.Url;
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Range = have > 0 ? new RangeHeaderValue(have, null) : null;
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
            {
                return response;
            }

            response.Dispose();
            if (!Uri.TryCreate(address, location, out var next) || (next.Scheme != address.Scheme && next.Scheme != Uri.UriSchemeHttps))
            {
                throw download.Error(
                    DataDiagnostics.RedirectRefused, $"{download.Url} redirects from {address.Scheme} to '{next?.Scheme ?? "nowhere"}', which is not followed. {DataDiagnostics.RedirectRefused.Remedy}");
            }

            if (redirects == MostRedirects)
            {
                throw download.Error(DataDiagnostics.RedirectRefused, $"{download.Url} redirects more than {MostRedirects} times. {DataDiagnostics.RedirectRefused.Remedy}");
            }

            address = next;
        }
    }

    private static string Refused(HttpResponseMessage response, Download download)
    {
        var status = $"The server answers {(int)response.StatusCode} ({response.ReasonPhrase}).";
        var passing = response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500;
        return passing
            ? status
            : throw download.Error(DataDiagnostics.DownloadFailed, $"{download.Url} can't be fetched: {status} Correct the URL in dataset.sources, or put the file at {download.Source.To} yourself.");
    }

    private async Task<string?> CopyAsync(HttpResponseMessage response, Download download, long start, CancellationTokenSource stall)
    {
        var total = response.Content.Headers.ContentLength + start;
        if (total > MaximumLength)
        {
            throw download.TooLarge(MaximumLength);
        }

        if (total - start > download.Part.Room)
        {
            throw download.Error(DataDiagnostics.DownloadFailed, $"{download.Url} has {total:N0} bytes, and there is room for {download.Part.Room:N0} where it goes. Free space, or name another folder.");
        }

        var body = await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
        var part = download.Part.From(start);
        var buffer = new byte[BufferLength];
        while (await ReadAsync(body, buffer, stall.Token).ConfigureAwait(false) is var read and > 0)
        {
            stall.CancelAfter(StallTimeout);
            await part.WriteAsync(buffer.AsMemory(0, read), stall.Token).ConfigureAwait(false);
            download.Report(part.Position, total);
            if (part.Position > MaximumLength)
            {
                download.Part.Clear();
                throw download.TooLarge(MaximumLength);
            }
        }

        return total is null || part.Position == total ? null : $"The connection ended after {part.Position:N0} of {total:N0} bytes.";
    }

    /// <summary>Reads what arrives, and makes trouble with the connection tell itself apart from trouble with the disk.</summary>
    /// <returns>Bytes; 0 at the end.</returns>
    /// <exception cref="HttpRequestException">The connection broke.</exception>
    public static async Task<int> ReadAsync(Stream body, byte[] buffer, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(body);
        try
        {
            return await body.ReadAsync(buffer, cancellation).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new HttpRequestException(Cause.Of(e), e);
        }
    }

    private sealed class Download(SourceSpec source, PartialFile part, SourcePosition? position, IProgress<DataProgress>? progress)
    {
        public SourceSpec Source => source;

        public PartialFile Part => part;

        /// <summary>Without user name, password and query, which may hold secrets.</summary>
        public string Url { get; } = source.Url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

        public long Received => part.Length;

        public bool IsRight(string sha256) => sha256.Equals(source.Sha256, StringComparison.OrdinalIgnoreCase);

        public void Report(long bytes, long? total) => progress?.Report(new DataProgress("download", Path.GetFileName(source.To), bytes, total));

        public DiagnosticException TooLarge(long maximum) =>
            Error(DataDiagnostics.DownloadFailed, $"{Url} is larger than {maximum:N0} bytes, the most that is fetched.");

        public DiagnosticException Error(DiagnosticCode code, string message) => new(code, message, position);
    }
}
