using System.Net;
using System.Security.Cryptography;
using System.Text;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Fleet.Sharing;
using Xunit;

namespace Masterful.Fleet.Tests;

/// <summary>What a server says is checked before it is believed, and nothing of it gets out of the cache.</summary>
public sealed class HostileShareTests : IDisposable
{
    private const string Content = "version: 1";
    private static readonly Uri Source = new("http://127.0.0.1:1/");
    private readonly ShareFolder _folder = new();

    public static TheoryData<string> Paths =>
    [
        "../outside.txt", "a/../../outside.txt", "/tmp/masterful-outside.txt", "C:/outside.txt", "C:outside.txt", "a\\..\\..\\outside.txt", "//server/outside.txt",
        "./a", "a//b", "a/", "", "a/./b", "nul", "a/CON.txt", "com1", "a/Lpt9.tar.gz", "a.", "a /b", "a\u0000b", "a\nb", "a:stream", new string('a', 256), string.Join('/', Enumerable.Repeat("abc", 300)),
        "MASTERFUL.YAML", "masterful.yaml", "masterful.yaml/below",
    ];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_path_that_could_lead_out_or_that_not_every_machine_can_have_is_refused(string path)
    {
        var before = _folder.OutsideOfCache();
        using var server = new FakeCoordinator(Manifest(File(path)));

        var refused = await Assert.ThrowsAsync<DiagnosticException>(() => FetchAsync(server));

        Assert.Equal(FleetDiagnostics.ShareNotValid, refused.Diagnostics[0].Code);
        Assert.Equal(before, _folder.OutsideOfCache());
        Assert.Empty(_folder.Kept());
        Assert.Equal(1, server.Requests);
        Assert.DoesNotContain(refused.Message, char.IsControl);
    }

    public static TheoryData<string> Manifests =>
    [
        "", "null", "[]", "<html>", "{}", "{\"schema\":1}", $"{{\"schema\":1,\"engine\":\"{EngineVersion.Current}\"}}",
        Manifest("null"), Manifest("{}"), Manifest("{\"path\":null,\"length\":1,\"sha256\":\"\"}"), Manifest(File("a").Replace(Hash, "zz", StringComparison.Ordinal)),
        Manifest(File("a", -1)), Manifest(File("a", 11)), Manifest(File("a")).Replace("\"spec\":\"masterful.yaml\"", "\"spec\":\"other.yaml\"", StringComparison.Ordinal),
        Manifest(File("a"), "\"dataRoot\":\"../..\""), Manifest(File("a"), "\"dataRoot\":\"/\""), Manifest(File("a"), "\"dataRoot\":\".\",\"assembly\":\"../x.dll\""),
        Manifest(File("a"), "\"dataRoot\":\".\",\"dataRoot\":\"a\""), new string('[', 10_000),
    ];

    [Theory]
    [MemberData(nameof(Manifests))]
    public async Task A_manifest_of_another_form_is_refused(string manifest)
    {
        using var server = new FakeCoordinator(manifest);

        var refused = await Assert.ThrowsAsync<DiagnosticException>(() => FetchAsync(server, trustModel: true));

        Assert.Equal(FleetDiagnostics.ShareNotValid, refused.Diagnostics[0].Code);
        Assert.Empty(_folder.Kept());
    }

    [Fact]
    public async Task More_than_the_disk_has_room_for_is_refused_before_it_is_fetched()
    {
        var others = string.Join(',', Enumerable.Range(0, 3).Select(i => File($"big{i}", long.MaxValue).Replace(Hash, HashOf($"{i}"), StringComparison.Ordinal)));
        using var server = new FakeCoordinator(Manifest(others));

        var refused = await Assert.ThrowsAsync<DiagnosticException>(() => FetchAsync(server));

        Assert.Equal(FleetDiagnostics.ShareNotKept, refused.Diagnostics[0].Code);
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public void More_files_than_allowed_are_refused()
    {
        var one = File("a");
        var text = new StringBuilder((one.Length + 1) * (ShareManifest.MaximumFiles + 1)).Append(one);
        for (var i = 0; i < ShareManifest.MaximumFiles; i++)
        {
            text.Append(",{\"path\":\"a\",\"length\":1,\"sha256\":\"\"}");
        }

        var refused = Assert.Throws<DiagnosticException>(() => ShareManifest.Parse(Encoding.UTF8.GetBytes(Manifest(text.ToString()))));

        Assert.Equal(FleetDiagnostics.ShareNotValid, refused.Diagnostics[0].Code);
        Assert.Contains("does not have the form", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("version: 2", false, "SHA-256")]
    [InlineData("version: 1 and more", false, "longer than announced")]
    [InlineData("version: 1 and more", true, "longer than announced")]
    [InlineData("version", true, "ended 3 bytes early")]
    public async Task A_body_that_is_not_the_announced_one_is_refused_and_not_kept(string body, bool chunked, string problem)
    {
        using var server = new FakeCoordinator(Manifest(), body) { Chunked = chunked };

        var refused = await Assert.ThrowsAsync<DiagnosticException>(() => FetchAsync(server));

        Assert.Contains(problem, refused.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.Kept());
    }

    [Fact]
    public async Task What_fails_in_passing_is_tried_again_and_a_redirect_is_not_followed()
    {
        using var passing = new FakeCoordinator(Manifest(), Content) { Failures = 3 };
        using var redirecting = new FakeCoordinator(Manifest(), Content) { Status = HttpStatusCode.Found };
        using var broken = new FakeCoordinator(Manifest(), Content) { Failures = 100 };

        Assert.Equal(1, (await FetchAsync(passing)).Fetched);
        Assert.Contains("redirects are not followed", (await Assert.ThrowsAsync<DiagnosticException>(() => FetchAsync(redirecting))).Message, StringComparison.Ordinal);
        Assert.Contains("5 attempts failed", (await Assert.ThrowsAsync<DiagnosticException>(() => FetchAsync(broken))).Message, StringComparison.Ordinal);
        Assert.Equal((1, 5), (redirecting.Requests, broken.Requests));
    }

    [Theory]
    [InlineData("{\"schema\":1,\"engine\":\"999.0.0\",\"files\":17}", "999.0.0")]
    [InlineData("{\"schema\":2,\"engine\":\"0.0.1\"}", "manifest 2")]
    public async Task Another_version_is_refused_with_the_reason_before_anything_is_fetched(string manifest, string reason)
    {
        using var server = new FakeCoordinator(manifest);

        var refused = await Assert.ThrowsAsync<DiagnosticException>(() => FetchAsync(server));

        Assert.Equal(FleetDiagnostics.EngineDiffers, refused.Diagnostics[0].Code);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task Places_and_sources_that_a_spec_names_are_replaced_by_those_of_the_workspace()
    {
        var spec = $$"""
            version: 1
            dataset:
              format: folder
              root: /etc
              splits: { train: train, test: 20% }
              sources: [{ url: 'http://127.0.0.1:1/x', sha256: {{Hash}}, to: /etc/x }]
            model: { architecture: small-cnn }
            runtime: { cache: /etc }
            """;
        var image = File("it's ${HOME}/train/a/1.txt");
        var manifest = Manifest(image, "\"dataRoot\":\"it's ${HOME}\"")
            .Replace(File("masterful.yaml"), File("masterful.yaml", Encoding.UTF8.GetByteCount(spec)).Replace(Hash, HashOf(spec), StringComparison.Ordinal), StringComparison.Ordinal);
        using var server = new FakeCoordinator(manifest, Content, spec);

        var workspace = await FetchAsync(server);
        var loaded = ShareFolder.Load(workspace.SpecPath, [.. workspace.Overrides]);

        Assert.Equal(Path.Combine(Path.GetDirectoryName(workspace.SpecPath)!, "it's ${HOME}"), loaded.Dataset.Root);
        Assert.Empty(loaded.Dataset.Sources);
        Assert.Equal(_folder.Cache.RunCache, loaded.Runtime.Cache);
    }

    [Theory]
    [InlineData("an object is replaced")]
    [InlineData("a file of the workspace is replaced")]
    [InlineData("both are written to")]
    public async Task Another_content_of_the_same_length_and_time_is_noticed(string change)
    {
        using var server = new FakeCoordinator(Manifest(), Content);
        var workspace = await FetchAsync(server);
        var kept = change.Contains("object", StringComparison.Ordinal) ? Objects().Single() : workspace.SpecPath;
        var time = System.IO.File.GetLastWriteTimeUtc(kept);
        if (change.Contains("replaced", StringComparison.Ordinal))
        {
            System.IO.File.Delete(kept);
        }
        else if (!OperatingSystem.IsWindows())
        {
            System.IO.File.SetUnixFileMode(kept, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        System.IO.File.WriteAllText(kept, "version: 2");
        System.IO.File.SetLastWriteTimeUtc(kept, time);

        var again = await FetchAsync(server);

        Assert.Equal(Content, System.IO.File.ReadAllText(again.SpecPath));
        Assert.Equal(Content, System.IO.File.ReadAllText(Objects().Single()));
        Assert.Equal(change.StartsWith("a file", StringComparison.Ordinal) ? 0 : 1, again.Fetched);
        Assert.Equal(0, (await FetchAsync(server)).Fetched);
    }

    [Theory]
    [InlineData("objects", true)]
    [InlineData("workspaces", true)]
    [InlineData("objects/link", false)]
    public async Task A_folder_of_the_cache_that_is_a_link_is_not_followed(string linked, bool isRefused)
    {
        using var server = new FakeCoordinator(Manifest(), Content);
        var outside = Directory.CreateDirectory(_folder.CachePath + "-outside").FullName;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder.CachePath, linked))!);
        Directory.CreateSymbolicLink(Path.Combine(_folder.CachePath, linked), outside);

        if (isRefused)
        {
            var refused = await Assert.ThrowsAsync<DiagnosticException>(() => FetchAsync(server));
            Assert.Equal(FleetDiagnostics.ShareNotKept, refused.Diagnostics[0].Code);
        }
        else
        {
            await FetchAsync(server);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(outside));
    }

    [Fact]
    public async Task A_folder_of_a_workspace_that_became_a_link_makes_it_anew()
    {
        using var server = new FakeCoordinator(Manifest(File("data/a.txt")), Content);
        var workspace = Path.GetDirectoryName((await FetchAsync(server)).SpecPath)!;
        var outside = _folder.CachePath + "-outside";
        Directory.Move(Path.Combine(workspace, "data"), outside);
        Directory.CreateSymbolicLink(Path.Combine(workspace, "data"), outside);

        await FetchAsync(server);

        Assert.Null(new DirectoryInfo(Path.Combine(workspace, "data")).LinkTarget);
        Assert.Equal(Content, System.IO.File.ReadAllText(Path.Combine(outside, "a.txt")));
    }

    [Fact]
    public async Task What_a_kill_left_in_the_cache_is_removed()
    {
        var left = new[] { "incoming/.abc.1f-0123456789abcdef0123456789abcdef.tmp", "workspaces/.0123456789abcdef0123456789abcdef/a.txt" }
            .Select(name => Path.Combine(_folder.CachePath, name)).ToList();
        foreach (var file in left)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            System.IO.File.WriteAllText(file, "half");
        }

        using var server = new FakeCoordinator(Manifest(), Content);
        await FetchAsync(server);

        Assert.DoesNotContain(left, f => System.IO.File.Exists(f));
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.CachePath, "incoming")));
        Assert.Single(Directory.GetFileSystemEntries(Path.Combine(_folder.CachePath, "workspaces")));
    }

    public void Dispose() => _folder.Dispose();

    private string[] Objects() => Directory.GetFiles(Path.Combine(_folder.CachePath, "objects"), "*", SearchOption.AllDirectories);

    private static string Hash { get; } = HashOf(Content);

    private static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string File(string path, long length = 10) =>
        $$"""{"path":{{System.Text.Json.JsonSerializer.Serialize(path)}},"length":{{length}},"sha256":"{{Hash}}"}""";

    private static string Manifest(string more = "", string places = "\"dataRoot\":\".\"") =>
        $$"""{"schema":1,"engine":"{{EngineVersion.Current}}","spec":"masterful.yaml",{{places}},"files":[{{File("masterful.yaml")}}{{(more.Length > 0 ? "," : "")}}{{more}}]}""";

    private Task<ShareWorkspace> FetchAsync(FakeCoordinator server, bool trustModel = false) => _folder.FetchAsync(Source, trustModel, server);

    /// <summary>Answers what it was made with: the manifest, and for a file the body of that hash, or else the first body.</summary>
    private sealed class FakeCoordinator(string manifest, params string[] bodies) : HttpMessageHandler
    {
        private int _requests;

        public bool Chunked { get; init; }

        public int Failures { get; init; }

        public HttpStatusCode Status { get; init; } = HttpStatusCode.OK;

        public int Requests => _requests;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.AbsolutePath;
            var text = path == "/manifest" ? manifest : bodies.FirstOrDefault(b => path.EndsWith(HashOf(b), StringComparison.Ordinal)) ?? bodies[0];
            HttpContent content = Chunked && path != "/manifest" ? new StreamContent(new Unseekable(Encoding.UTF8.GetBytes(text))) : new ByteArrayContent(Encoding.UTF8.GetBytes(text));
            return Task.FromResult(new HttpResponseMessage(Interlocked.Increment(ref _requests) <= Failures ? HttpStatusCode.ServiceUnavailable : Status) { Content = content });
        }
    }

    /// <summary>A body without a length.</summary>
    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
