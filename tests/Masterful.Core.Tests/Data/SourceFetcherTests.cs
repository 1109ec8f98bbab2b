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
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly ImpatientClock _clock = new();

    private SourceSpec Source => new(_server.Url, Convert.ToHexStringLower(SHA256.HashData(Content)), _data.Path("below/file.mat"), _data.Root);

    private string Folder => Path.GetDirectoryName(Source.To)!;

    private string Part => Path.Combine(Folder, $".file.mat.{new string('a', 32)}.part");

    private string[] Parts => Directory.Exists(Folder) ? Directory.GetFiles(Folder, ".*.part") : [];

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
        Assert.Empty(Parts);
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
        WritePart(Content[..200_000]);
        await Fetch(Source);
        Assert.Equal([200_000L], _server.Requests);

        File.Delete(Source.To);
        WritePart(new byte[1000]);
        await Fetch(Source);

        Assert.Equal([200_000L, 1000L, null], _server.Requests);
        Assert.Equal(Content, await File.ReadAllBytesAsync(Source.To, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_part_that_is_whole_is_taken_as_it_is()
    {
        WritePart(Content);

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
        Assert.False(File.Exists(Source.To));
        Assert.Empty(Parts);
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

    [Theory]
    [InlineData("file.mat.part")]
    [InlineData(".file.mat.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.part")]
    [InlineData("file.mat")]
    public async Task A_link_where_the_file_or_a_part_of_it_would_be_is_not_written_through(string name)
    {
        using var outside = new TemporaryFolder();
        var victim = outside["victim"];
        if (name != "file.mat")
        {
            await File.WriteAllTextAsync(victim, "old", TestContext.Current.CancellationToken);
        }

        Directory.CreateDirectory(Folder);
        File.CreateSymbolicLink(Path.Combine(Folder, name), victim);

        await Error(Source with { Sha256 = new string('0', 64) });
        await Fetch(Source);

        Assert.Equal(name == "file.mat" ? null : "old", File.Exists(victim) ? await File.ReadAllTextAsync(victim, TestContext.Current.CancellationToken) : null);
        Assert.Equal(Content, await File.ReadAllBytesAsync(Source.To, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("below")]
    [InlineData("below/deep")]
    public async Task A_folder_that_is_a_link_out_of_the_root_is_refused_and_nothing_is_asked_for(string linked)
    {
        using var outside = new TemporaryFolder();
        Directory.CreateDirectory(Path.GetDirectoryName(_data.Path(linked))!);
        Directory.CreateSymbolicLink(_data.Path(linked), outside.Path);

        var error = await Error(Source with { To = _data.Path($"{linked}/new/file.mat") });

        Assert.Equal(DataDiagnostics.SourceLeavesRoot, error.Code);
        Assert.Contains(outside.Path, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside.Path));
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_part_that_is_another_name_of_a_file_is_not_gone_on_with()
    {
        var victim = _data.Write("victim", Content[..1000]);
        Directory.CreateDirectory(Folder);
        Assert.Equal(0, Masterful.Core.Tests.Runtime.PrivateFolderTests.Shell($"ln '{victim}' '{Part}'"));

        await Fetch(Source);

        Assert.Equal(Content[..1000], await File.ReadAllBytesAsync(victim, TestContext.Current.CancellationToken));
        Assert.Equal([null], _server.Requests);
    }

    [Fact]
    public async Task The_root_itself_may_be_a_link_that_the_user_named()
    {
        using var elsewhere = new TemporaryFolder();
        Directory.CreateSymbolicLink(_data.Path("named"), elsewhere.Path);

        await Fetch(Source with { To = _data.Path("named/file.mat"), Within = _data.Path("named") });

        Assert.Equal(Content, await File.ReadAllBytesAsync(elsewhere["file.mat"], TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1/file")]
    [InlineData("gopher://x/")]
    public async Task A_redirect_to_another_scheme_is_refused(string location)
    {
        _server.Redirects.Enqueue(location);

        var error = await Error(Source);

        Assert.Equal(DataDiagnostics.RedirectRefused, error.Code);
        Assert.Single(_server.Requests);
        Assert.Empty(Parts);
    }

    [Fact]
    public async Task A_redirect_of_the_same_scheme_is_followed_and_a_circle_of_them_is_not()
    {
        _server.Redirects.Enqueue("/elsewhere");
        _server.Redirects.Enqueue(_server.Url.ToString());
        await Fetch(Source);
        Assert.Equal(3, _server.Requests.Count);

        File.Delete(Source.To);
        for (var i = 0; i < 20; i++)
        {
            _server.Redirects.Enqueue("/file");
        }

        Assert.Equal(DataDiagnostics.RedirectRefused, (await Error(Source)).Code);
        Assert.Equal(14, _server.Requests.Count);
    }

    [Fact]
    public async Task A_file_larger_than_the_disk_is_refused_before_it_is_read()
    {
        _server.Claim = 1L << 55;
        var fetcher = new SourceFetcher(_http, _clock) { MaximumLength = long.MaxValue };

        var error = await Assert.ThrowsAsync<DiagnosticException>(() => fetcher.FetchAsync(Source, null, null, CancellationToken.None));

        Assert.Contains("there is room for", error.Message, StringComparison.Ordinal);
        Assert.Empty(Parts);
    }

    [Fact]
    public async Task What_was_left_beside_a_file_that_is_there_is_removed_and_only_that()
    {
        WritePart(Content[..10]);
        _data.Write("below/file.mat", Content);
        _data.Write("below/other.part", "a");
        var spec = _data.Spec(DatasetFormat.Idx, "a") with { Sources = [Source] };
        var loader = new DatasetLoader(_data.Path("cache"), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, new SourceFetcher(_http, _clock));

        await Assert.ThrowsAsync<DiagnosticException>(() => loader.LoadAsync(spec, TestData.Small, null, key => new SourcePosition(key), null, CancellationToken.None));

        Assert.Empty(Parts);
        Assert.True(File.Exists(_data.Path("below/other.part")));
    }

    private void WritePart(byte[] bytes)
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllBytes(Part, bytes);
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

        public Queue<string> Redirects { get; } = new();

        /// <summary>What the answer's head says that its length is, in place of the truth.</summary>
        public long? Claim { get; set; }

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
            if (Redirects.TryDequeue(out var location))
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
                return;
            }

            var start = Ranges ? (int)(from ?? 0) : 0;
            var status = Status.TryDequeue(out var refused) ? refused : start >= _content.Length ? 416 : start > 0 ? 206 : 200;
            var body = status is 200 or 206 ? _content[start..] : [];
            var range = status == 206 ? $"Content-Range: bytes {start}-{_content.Length - 1}/{_content.Length}\r\n" : "";
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} Status\r\nContent-Length: {Claim ?? body.Length}\r\n{range}Connection: close\r\n\r\n"));
            await stream.WriteAsync(body.AsMemory(0, CutAfter.TryDequeue(out var cut) ? Math.Min(cut, body.Length) : body.Length));
        }
    }
}
