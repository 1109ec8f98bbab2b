using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Masterful.Results;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Masterful.Dashboard.Tests;

/// <summary>Whom the server answers, and with what.</summary>
public sealed class ServerTests : IAsyncLifetime
{
    private readonly ResultsFolder _folder = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private DashboardServer? _server;

    private Uri Address => _server!.Address;

    public async ValueTask InitializeAsync()
    {
        var result = Reporting.Tests.SampleResults.Fashion();
        _folder.Add("one", result);
        _folder.Add("two", result with { Run = result.Run with { Id = "../../etc/passwd" } });
        _server = await DashboardServer.StartAsync(new DashboardOptions { Folders = [_folder.Path] }, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        _http.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("evil.example", 421)]
    [InlineData("127.0.0.1.evil.example", 421)]
    [InlineData("127.0.0.1", 421)]
    [InlineData("localhost:PORT", 200)]
    [InlineData("127.0.0.1:PORT", 200)]
    public async Task Only_names_of_this_machine_are_answered(string host, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Address) { Headers = { Host = host.Replace("PORT", $"{Address.Port}", StringComparison.Ordinal) } };

        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(status == 200, (await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length > 0);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/runs")]
    [InlineData("/00000000000000000000000000000000/api/runs")]
    [InlineData("/index.html")]
    public async Task Nothing_is_answered_without_the_token(string path) =>
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(new Uri(Address, path), TestContext.Current.CancellationToken)).StatusCode);

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public async Task Nothing_can_be_written(string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Address, "api/runs"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await _http.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task A_fleets_queue_is_below_the_token_too_and_may_be_asked_for_its_counts_and_for_nothing_to_be_done()
    {
        await using var server = await DashboardServer.StartAsync(
            new DashboardOptions { Folders = [_folder.Path], Queue = queue => queue.Run(context => context.Response.WriteAsync($"{context.Request.PathBase} {context.Request.Path}")) },
            CancellationToken.None);

        Assert.Equal("true", await _http.GetStringAsync(new Uri(server.Address, "api/queue"), TestContext.Current.CancellationToken));
        Assert.Equal("false", await _http.GetStringAsync(new Uri(Address, "api/queue"), TestContext.Current.CancellationToken));
        Assert.Equal($"{server.Address.AbsolutePath}queue /jobs", await _http.GetStringAsync(new Uri(server.Address, "queue/jobs"), TestContext.Current.CancellationToken));
        foreach (var (address, status) in new[]
        {
            (new Uri(server.Address, "queue/stats"), HttpStatusCode.OK),
            (new Uri(server.Address, "queue/jobs/enqueued/delete"), HttpStatusCode.MethodNotAllowed),
            (new Uri(server.Address, "api/runs"), HttpStatusCode.MethodNotAllowed),
            (new Uri(server.Address, "/00000000000000000000000000000000/queue/stats"), HttpStatusCode.NotFound),
            (new Uri(Address, "queue/stats"), HttpStatusCode.MethodNotAllowed),
        })
        {
            using var response = await _http.PostAsync(address, null, TestContext.Current.CancellationToken);
            Assert.True(status == response.StatusCode, $"{address.AbsolutePath}: {response.StatusCode}");
        }
    }

    [Theory]
    [InlineData("api/runs/..%2f..%2fetc%2fpasswd/result")]
    [InlineData("api/runs/../../../etc/passwd/result")]
    [InlineData("api/runs/one/result")]
    [InlineData("..%2f..%2f..%2f..%2fetc%2fpasswd")]
    [InlineData("%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("app/../../secret")]
    [InlineData("api/docs/..%2fREADME")]
    [InlineData("api/docs/pictures/..%2f..%2fREADME.md")]
    [InlineData("api/data/images/..%2ftrain/0")]
    [InlineData("api/data/images/test/-1")]
    public async Task A_path_outside_the_run_folders_is_never_served(string path)
    {
        using var response = await _http.GetAsync(new Uri(Address.AbsoluteUri + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }), TestContext.Current.CancellationToken);

        Assert.Contains(response.StatusCode, new[] { HttpStatusCode.NotFound, HttpStatusCode.BadRequest });
        Assert.DoesNotContain("root:", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_to_elsewhere_is_not_a_run_and_ids_are_never_paths()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights on Windows.");
        using var elsewhere = new ResultsFolder();
        var result = Reporting.Tests.SampleResults.Fashion();
        var secret = elsewhere.Add("secret", result with { Run = result.Run with { Id = "secret" } });
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "linked"), secret);
        Directory.CreateDirectory(Path.Combine(_folder.Path, "with-link"));
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "with-link", ResultFiles.ResultName), Path.Combine(secret, ResultFiles.ResultName));

        var ids = (await _http.GetFromJsonAsync<JsonElement>(new Uri(Address, "api/runs"), TestContext.Current.CancellationToken)).EnumerateArray().Select(r => r.GetProperty("id").GetString()!).ToList();

        Assert.Equal(2, ids.Count);
        Assert.All(ids, id => Assert.Matches("^[A-Za-z0-9_-]+$", id));
        Assert.DoesNotContain("secret", ids);
        foreach (var id in ids)
        {
            using var response = await _http.GetAsync(new Uri(Address, $"api/runs/{id}/result"), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task A_file_that_is_no_result_is_left_out_and_a_new_run_appears()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "broken"));
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "broken", ResultFiles.ResultName), "{ \"run\": [", TestContext.Current.CancellationToken);
        Assert.Equal(2, await CountAsync());

        var result = Reporting.Tests.SampleResults.Fashion();
        _folder.Add("three", result with { Run = result.Run with { Id = "third" } });

        Assert.Equal(3, await CountAsync());
    }

    [Fact]
    public async Task Every_answer_forbids_what_the_page_does_not_need()
    {
        using var response = await _http.GetAsync(Address, TestContext.Current.CancellationToken);

        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        Assert.False(response.Headers.Contains("Server"));
    }

    private async Task<int> CountAsync() =>
        (await _http.GetFromJsonAsync<JsonElement>(new Uri(Address, "api/runs"), TestContext.Current.CancellationToken)).GetArrayLength();
}
