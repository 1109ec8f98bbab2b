using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Masterful.Core.Data;
using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Data;

public sealed class SourceFetcherTests : IDisposable
{
    private static readonly byte[] Content = Images.Noise(new ImageShape(300, 300, 3), 1);
    private readonly TestData _data = new();
    private readonly FileServer _server = new(Content);
    private readonly HttpClient _http = new();
    private readonly ImpatientClock _clock = new();

    private SourceSpec Source => new(_server.Url, Convert.ToHexStringLower(SHA256.HashData(Content)), _data.Path("below/file.mat"));

    private string Part => Source.To + ".part";

    public void Dispose()
    {
        _http.Dispose();
        _server.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task A_missing_file_is_fetched_once()
    {
        var reports = new List<DataProgress>();
        await Fetch(Source, progress: new Recorder(reports));
        await Fetch(Source);

        Assert.Equal(Content, await File.ReadAllBytesAsync(Source.To, TestContext.Current.CancellationToken));
        Assert.False(File.Exists(Part));
        Assert.Single(_server.Requests);
        Assert.Equal(new DataProgress("download", "file.mat", Content.Length, Content.Length), reports[^1]);
    }

    [Fact]
    public async Task A_connection_that_is_cut_goes_on_where_it_stopped()
    {
        _server.CutAfter.Enqueue(100_000);
        _server.CutAfter.Enqueue(50_000);

        await Fetch(Source);

        Assert.Equal(Content, await File.ReadAllBytesAsync(Source.To, TestContext.Current.CancellationToken));
        Assert.Equal(3, _server.Requests.Count);
        Assert.Null(_server.Requests[0]);
        // What the system had buffered when the line went may be lost, but never more than was sent.
        Assert.InRange(_server.Requests[1]!.Value, 1, 100_000);
        Assert.InRange(_server.Requests[2]!.Value, _server.Requests[1]!.Value, 150_000);
        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)], _clock.Pauses);
    }

    [Fact]
    public async Task What_an_earlier_run_left_is_used_and_a_wrong_rest_is_fetched_anew()
    {
        _data.Write("below/file.mat.part", Content[..200_000]);
        await Fetch(Source);
        Assert.Equal([200_000L], _server.Requests);

        File.Delete(Source.To);
        _data.Write("below/file.mat.part", new byte[1000]);
        await Fetch(Source);

        Assert.Equal([200_000L, 1000L, null], _server.Requests);
        Assert.Equal(Content, await File.ReadAllBytesAsync(Source.To, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_part_that_is_whole_is_taken_as_it_is()
    {
        _data.Write("below/file.mat.part", Content);

        await Fetch(Source);

        Assert.Equal(Content, await File.ReadAllBytesAsync(Source.To, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_server_without_ranges_sends_it_all_again()
    {
        _server.Ranges = false;
        _server.CutAfter.Enqueue(100_000);

        await Fetch(Source);

        Assert.Equal(Content, await File.ReadAllBytesAsync(Source.To, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Another_hash_is_an_error_that_tells_both_and_leaves_nothing()
    {
        var error = await Error(Source with { Sha256 = new string('0', 64) });

        Assert.Equal(DataDiagnostics.DownloadChanged, error.Code);
        Assert.Contains(Source.Sha256, error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Source.To) || File.Exists(Part));
    }

    [Fact]
    public async Task A_404_is_an_error_at_once_without_the_secrets_of_the_url()
    {
        _server.Status.Enqueue(404);

        var error = await Error(Source with { Url = new Uri(_server.Url + "?token=secret") });

        Assert.Equal(DataDiagnostics.DownloadFailed, error.Code);
        Assert.Contains("404", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
        Assert.Empty(_clock.Pauses);
    }

    [Fact]
    public async Task A_busy_server_is_asked_again_with_growing_pauses()
    {
        _server.Status.Enqueue(503);
        _server.Status.Enqueue(429);

        await Fetch(Source);

        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)], _clock.Pauses);
    }

    [Fact]
    public async Task Offline_ends_after_five_attempts_with_what_to_do()
    {
        _server.Dispose();

        var error = await Error(Source);

        Assert.Equal(DataDiagnostics.DownloadFailed, error.Code);
        Assert.Contains(Source.To, error.Message, StringComparison.Ordinal);
        Assert.Equal(4, _clock.Pauses.Count);
    }

    [Fact]
    public async Task A_file_over_the_limit_is_refused()
    {
        var fetcher = new SourceFetcher(_http, _clock) { MaximumLength = 1000 };

        var error = await Assert.ThrowsAsync<DiagnosticException>(() => fetcher.FetchAsync(Source, null, null, CancellationToken.None));

        Assert.Contains("1,000", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_loader_fetches_what_is_missing_and_tells_every_failure()
    {
        _server.Status.Enqueue(404);
        _server.Status.Enqueue(410);
        var spec = _data.Spec(DatasetFormat.Idx, "a") with { Sources = [Source, Source with { To = _data.Path("other") }] };
        var loader = new DatasetLoader(_data.Path("cache"), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, new SourceFetcher(_http, _clock));

        var error = await Assert.ThrowsAsync<DiagnosticException>(() =>
            loader.LoadAsync(spec, TestData.Small, null, key => new SourcePosition(key), null, CancellationToken.None));

        Assert.Equal(["dataset.sources.0", "dataset.sources.1"], error.Diagnostics.Select(d => d.Position!.Value.File));
    }

    private Task Fetch(SourceSpec source, IProgress<DataProgress>? progress = null) =>
        new SourceFetcher(_http, _clock).FetchAsync(source, new SourcePosition("masterful.yaml", 9, 3), progress, TestContext.Current.CancellationToken);

    private async Task<Diagnostic> Error(SourceSpec source)
    {
        var diagnostic = Assert.Single((await Assert.ThrowsAsync<DiagnosticException>(() => Fetch(source))).Diagnostics);
        Assert.Equal(9, diagnostic.Position!.Value.Line);
        return diagnostic;
    }

    private sealed class Recorder(List<DataProgress> reports) : IProgress<DataProgress>
    {
        public void Report(DataProgress value) => reports.Add(value);
    }

    /// <summary>A clock whose pauses are over at once, and that remembers them.</summary>
    private sealed class ImpatientClock : TimeProvider
    {
        public List<TimeSpan> Pauses { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Pauses.Add(dueTime);
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }

    /// <summary>Serves one content on the loopback, bare, so that it can cut a connection in the middle of a body.</summary>
    private sealed class FileServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly byte[] _content;

        public FileServer(byte[] content)
        {
            _content = content;
            _listener.Start();
            Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/file");
            _ = ServeAsync();
        }

        public Uri Url { get; }

        public bool Ranges { get; set; } = true;

        public Queue<int> CutAfter { get; } = new();

        public Queue<int> Status { get; } = new();

        /// <summary>Where each request asked to begin, null for the beginning.</summary>
        public List<long?> Requests { get; } = [];

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync()
        {
            while (true)
            {
                TcpClient client;
                try
                {
                    client = await _listener.AcceptTcpClientAsync();
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    return;
                }

                using (client)
                {
                    await AnswerAsync(client.GetStream());
                }
            }
        }

        private async Task AnswerAsync(NetworkStream stream)
        {
            var reader = new StreamReader(stream, Encoding.ASCII);
            long? from = null;
            while (await reader.ReadLineAsync() is { Length: > 0 } line)
            {
                from = line.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase) ? long.Parse(line.AsSpan(13).TrimEnd('-')) : from;
            }

            Requests.Add(from);
            var start = Ranges ? (int)(from ?? 0) : 0;
            var status = Status.TryDequeue(out var refused) ? refused : start >= _content.Length ? 416 : start > 0 ? 206 : 200;
            var body = status is 200 or 206 ? _content[start..] : [];
            var range = status == 206 ? $"Content-Range: bytes {start}-{_content.Length - 1}/{_content.Length}\r\n" : "";
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} Status\r\nContent-Length: {body.Length}\r\n{range}Connection: close\r\n\r\n"));
            await stream.WriteAsync(body.AsMemory(0, CutAfter.TryDequeue(out var cut) ? Math.Min(cut, body.Length) : body.Length));
        }
    }
}
