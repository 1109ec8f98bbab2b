using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Tool.GitHub;

/// <summary>GitHub's REST interface, as far as comments and charts need it. The token goes into a header and nowhere else.</summary>
internal sealed class GitHubApi : IDisposable
{
    private const int Attempts = 4;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);
    private readonly HttpClient _client;
    private readonly TimeProvider _clock;

    /// <param name="context">Whose address and repository are used.</param>
    /// <param name="token">Sent with every request.</param>
    /// <param name="version">Of this tool, told to the server.</param>
    /// <param name="clock">Waits between attempts.</param>
    public GitHubApi(GitHubContext context, SecretText token, string version, TimeProvider clock)
    {
        _clock = clock;
        _client = new HttpClient
        {
            BaseAddress = new Uri($"{context.Api.AbsoluteUri.TrimEnd('/')}/repos/{context.Repository}/"),
            Timeout = TimeSpan.FromSeconds(30),
            MaxResponseContentBufferSize = 32 << 20,
        };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Reveal());
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("dotnet-masterful", version));
        _client.DefaultRequestHeaders.Accept.ParseAdd("application/vnd.github+json");
        _client.DefaultRequestHeaders.Add("X-GitHub-Api-Version", "2022-11-28");
    }

    public Task<JsonElement> GetAsync(string path, CancellationToken cancellation) => SendAsync(HttpMethod.Get, path, null, cancellation);

    public Task<JsonElement> PostAsync(string path, object body, CancellationToken cancellation) => SendAsync(HttpMethod.Post, path, body, cancellation);

    public Task<JsonElement> PatchAsync(string path, object body, CancellationToken cancellation) => SendAsync(HttpMethod.Patch, path, body, cancellation);

    public void Dispose() => _client.Dispose();

    /// <summary>
    /// Sends, and again after a pause where the server asks for one. What failed on the way is sent again only where a second time does
    /// no more than the first: a POST could have arrived.
    /// </summary>
    private async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var wait = TimeSpan.FromSeconds(0.25 * (1 << attempt));
            try
            {
                using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
                using var response = await _client.SendAsync(request, cancellation).ConfigureAwait(false);
                if (response.IsSuccessStatusCode)
                {
                    return await response.Content.ReadFromJsonAsync<JsonElement>(cancellation).ConfigureAwait(false);
                }

                var limited = response.StatusCode == HttpStatusCode.TooManyRequests || response.Headers.RetryAfter is not null;
                if (attempt == Attempts || !(limited || (method != HttpMethod.Post && (int)response.StatusCode >= 500)))
                {
                    throw new GitHubException(response.StatusCode, await ReasonAsync(response, cancellation).ConfigureAwait(false));
                }

                wait = response.Headers.RetryAfter?.Delta is { } asked ? asked < LongestWait ? asked : LongestWait : wait;
            }
            catch (HttpRequestException e)
            {
                if (attempt == Attempts || method == HttpMethod.Post)
                {
                    throw new GitHubException(null, Cause.Of(e));
                }
            }
            catch (TaskCanceledException e) when (!cancellation.IsCancellationRequested)
            {
                throw new GitHubException(null, Cause.Of(e));
            }
            catch (JsonException e)
            {
                throw new GitHubException(null, $"the answer is not JSON: {Cause.Of(e)}");
            }

            await Task.Delay(wait, _clock, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<string> ReasonAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var text = await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
        try
        {
            using var document = JsonDocument.Parse(text);
            text = document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("message", out var message) ? message.ToString() : "";
        }
        catch (JsonException)
        {
            text = ""; // A proxy's page, perhaps: the status says enough.
        }

        var line = text.ReplaceLineEndings(" ");
        return string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode} {response.StatusCode}{(line.Length > 0 ? $", {(line.Length > 300 ? line[..300] : line)}" : "")}");
    }
}

/// <summary>GitHub said no, or could not be reached.</summary>
/// <param name="status">Its answer, or null when there was none.</param>
/// <param name="message">In a few words.</param>
internal sealed class GitHubException(HttpStatusCode? status, string message) : Exception(message)
{
    public HttpStatusCode? Status => status;
}
