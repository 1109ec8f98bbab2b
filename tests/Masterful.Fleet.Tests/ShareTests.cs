using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Masterful.Core.Spec;
using Masterful.Fleet.Sharing;
using Xunit;

namespace Masterful.Fleet.Tests;

/// <summary>A coordinator's files come to a worker as they are, once, and only with the token.</summary>
public sealed class ShareTests
{
    [Theory]
    [InlineData("data")]
    [InlineData("../data of all")]
    [InlineData("..")]
    public async Task A_worker_has_the_same_splits_and_fetches_nothing_twice(string root)
    {
        using var folder = new ShareFolder(root);
        await using var server = await folder.ServeAsync();

        var first = await folder.FetchAsync(server.Address);
        var second = await folder.FetchAsync(server.Address);
        var spec = ShareFolder.Load(first.SpecPath, [.. first.Overrides]);

        Assert.Equal(await ShareFolder.FingerprintAsync(ShareFolder.Load(folder.SpecPath)), await ShareFolder.FingerprintAsync(spec));
        Assert.Equal((25, 25, 0), (first.Count, first.Fetched, second.Fetched));
        Assert.Equal(first.SpecPath, second.SpecPath);
        Assert.Equal(folder.Cache.RunCache, spec.Runtime.Cache);
        Assert.StartsWith(folder.CachePath, spec.Dataset.Root, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_changed_is_refused_until_it_is_hashed_again_and_then_alone_is_fetched()
    {
        using var folder = new ShareFolder();
        await using (var server = await folder.ServeAsync())
        {
            await folder.FetchAsync(server.Address);
        }

        folder.WriteImage("train/cats/0.png", 7000);
        await using var changed = await folder.ServeAsync();
        Assert.Equal(1, (await folder.FetchAsync(changed.Address)).Fetched);

        await using var stale = await folder.ServeAsync();
        folder.WriteImage("train/cats/0.png", 7001);
        Directory.Delete(folder.CachePath, recursive: true);
        var refused = await Assert.ThrowsAsync<DiagnosticException>(() => folder.FetchAsync(stale.Address));
        Assert.Contains("has changed there", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_workspace_is_laid_out_again()
    {
        using var folder = new ShareFolder();
        await using var server = await folder.ServeAsync();
        var workspace = await folder.FetchAsync(server.Address);
        File.Delete(workspace.SpecPath);

        Assert.Equal(0, (await folder.FetchAsync(server.Address)).Fetched);
        Assert.True(File.Exists(workspace.SpecPath));
    }

    [Fact]
    public async Task A_CSV_with_the_images_that_it_names_is_shared()
    {
        using var folder = new ShareFolder();
        foreach (var split in new[] { "train", "test" })
        {
            var images = Directory.EnumerateFiles(Path.Combine(folder.Data, split), "*", SearchOption.AllDirectories).Order().Skip(1);
            File.WriteAllLines(Path.Combine(folder.Data, $"{split}.csv"), images.Select(i => $"{Path.GetRelativePath(folder.Data, i)},{Path.GetFileName(Path.GetDirectoryName(i))}"));
        }

        File.WriteAllText(folder.SpecPath, File.ReadAllText(folder.SpecPath)
            .Replace("format: folder", "format: csv", StringComparison.Ordinal)
            .Replace("train: train, test: test", "train: train.csv, test: test.csv", StringComparison.Ordinal));
        await using var server = await folder.ServeAsync();

        var workspace = await folder.FetchAsync(server.Address);

        Assert.Equal(3 + 22, workspace.Count);
        Assert.Equal(
            await ShareFolder.FingerprintAsync(ShareFolder.Load(folder.SpecPath)),
            await ShareFolder.FingerprintAsync(ShareFolder.Load(workspace.SpecPath, [.. workspace.Overrides])));
    }

    [Fact]
    public async Task Without_the_token_there_is_nothing_but_401_and_with_it_nothing_but_reading()
    {
        using var folder = new ShareFolder();
        await using var server = await folder.ServeAsync();
        using var http = new HttpClient { BaseAddress = server.Address };
        async Task<(HttpStatusCode, int)> AskAsync(HttpMethod method, string path, string? authorization)
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.Authorization = authorization is null ? null : AuthenticationHeaderValue.Parse(authorization);
            using var response = await http.SendAsync(request);
            Assert.False(response.Headers.Contains("Server"));
            return (response.StatusCode, (await response.Content.ReadAsByteArrayAsync()).Length);
        }

        string?[] wrong = [null, "Bearer 0123456789-abcdeg", $"Basic {ShareFolder.Secret}", "Bearer x"];
        foreach (var authorization in wrong)
        {
            Assert.Equal((HttpStatusCode.Unauthorized, 0), await AskAsync(HttpMethod.Get, "manifest", authorization));
            Assert.Equal((HttpStatusCode.Unauthorized, 0), await AskAsync(HttpMethod.Post, "manifest", authorization));
        }

        var right = $"Bearer {ShareFolder.Secret}";
        Assert.Equal((HttpStatusCode.MethodNotAllowed, 0), await AskAsync(HttpMethod.Post, "manifest", right));
        Assert.Equal((HttpStatusCode.MethodNotAllowed, 0), await AskAsync(HttpMethod.Delete, "manifest", right));
        Assert.Equal((HttpStatusCode.OK, 0), await AskAsync(HttpMethod.Head, "manifest", right));
        foreach (var path in new[] { "", "files", "files/", "files/../masterful.yaml", "files/masterful.yaml", $"files/{new string('a', 64)}", "%2e%2e/masterful.yaml" })
        {
            Assert.Equal((HttpStatusCode.NotFound, 0), await AskAsync(HttpMethod.Get, path, right));
        }

        var refused = await Assert.ThrowsAsync<DiagnosticException>(() => folder.FetchAsync(server.Address, token: ShareToken.Read(_ => "another-token-of-16")));
        Assert.Equal(FleetDiagnostics.ShareNotReached, refused.Diagnostics[0].Code);
        Assert.Contains("does not accept the token", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("another-token", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "is not set")]
    [InlineData("too-short", "fewer than 16")]
    [InlineData("sixteen characters", "a character that is not")]
    [InlineData("s3cret,with,commas", "a character that is not")]
    [InlineData("s3cret\"with\"quotes", "a character that is not")]
    [InlineData("s3cret;with;semicolons", "a character that is not")]
    public void A_token_that_can_not_be_used_is_told_with_the_remedy(string? token, string problem)
    {
        var told = Assert.Throws<DiagnosticException>(() => ShareToken.Read(_ => token));

        Assert.Equal(FleetDiagnostics.TokenMissing, told.Diagnostics[0].Code);
        Assert.Contains(problem, told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(token ?? "-", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_is_code_comes_with_its_dependencies_and_only_to_who_trusts_it()
    {
        using var folder = new ShareFolder();
        var built = typeof(ShareTests).Assembly.Location;
        folder.WriteSpec($"model: {{ assembly: '{built}', type: A.Factory, input_shape: [16, 16, 3] }}");
        await using var server = await folder.ServeAsync();

        var refused = await Assert.ThrowsAsync<DiagnosticException>(() => folder.FetchAsync(server.Address));
        Assert.Equal(FleetDiagnostics.ModelNotTrusted, refused.Diagnostics[0].Code);
        Assert.Empty(folder.Kept());

        var workspace = await folder.FetchAsync(server.Address, trustModel: true);
        var spec = ShareFolder.Load(workspace.SpecPath, [.. workspace.Overrides]);
        var beside = Directory.EnumerateFiles(Path.GetDirectoryName(spec.Model.Assembly)!).Select(f => Path.GetFileName(f)).ToList();
        Assert.StartsWith(folder.CachePath, spec.Model.Assembly, StringComparison.Ordinal);
        Assert.Contains("Masterful.Fleet.Tests.deps.json", beside);
        Assert.Contains("Npgsql.dll", beside);
        Assert.DoesNotContain("TorchSharp.dll", beside);
        Assert.Throws<DiagnosticException>(() => ShareWorkspace.CheckTrust(spec, trustModel: false));
    }

    [Fact]
    public async Task Over_TLS_a_certificate_that_is_not_trusted_is_refused_at_once()
    {
        using var folder = new ShareFolder();
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var file = Path.Combine(folder.Data, "own.pfx");
        File.WriteAllBytes(file, certificate.Export(X509ContentType.Pfx, "pass"));
        var address = ShareAddress.Read("127.0.0.1", 0, file, name => name == ShareAddress.PasswordVariable ? "pass" : null);
        await using var server = await ShareServer.StartAsync(await folder.ShareAsync(), address, ShareFolder.Token, TestContext.Current.CancellationToken);

        var refused = await Assert.ThrowsAsync<DiagnosticException>(() => folder.FetchAsync(server.Address));
        using var trusting = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, given, _, _) => given!.Equals(certificate) } };
        Assert.Contains("must trust the certificate", refused.Message, StringComparison.Ordinal);
        Assert.Equal(25, (await folder.FetchAsync(server.Address, handler: trusting)).Fetched);
        var wrong = Assert.Throws<DiagnosticException>(() => ShareAddress.Read("127.0.0.1", 0, file, _ => "wrong-pass"));
        Assert.Equal(FleetDiagnostics.NotListening, wrong.Diagnostics[0].Code);
        Assert.DoesNotContain("wrong-pass", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Clear_text_on_a_network_is_warned_of_on_both_sides()
    {
        Assert.NotNull(ShareAddress.Read("0.0.0.0", 1, null, _ => null).Warning);
        Assert.Null(ShareAddress.Read("127.0.0.1", 1, null, _ => null).Warning);
        Assert.Null(ShareAddress.Read("::1", 1, null, _ => null).Warning);
        Assert.NotNull(ShareAddress.WarningOf(ShareAddress.ReadSource("http://coordinator:8437")));
        Assert.Null(ShareAddress.WarningOf(ShareAddress.ReadSource("http://localhost:8437")));
        Assert.Null(ShareAddress.WarningOf(ShareAddress.ReadSource("https://coordinator/prefix")));
        Assert.All(["coordinator", "ftp://coordinator", "https://user:secret@coordinator", "/etc"], text =>
            Assert.DoesNotContain("secret", Assert.Throws<DiagnosticException>(() => ShareAddress.ReadSource(text)).Message, StringComparison.Ordinal));
    }
}
