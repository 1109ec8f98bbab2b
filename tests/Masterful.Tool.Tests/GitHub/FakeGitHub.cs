using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Masterful.Tool.Tests.GitHub;

/// <summary>As much of GitHub's REST interface as comments and charts touch, on this machine; it remembers what it was asked.</summary>
internal sealed class FakeGitHub : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;
    private int _objects;

    public FakeGitHub()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        }

        _listener.Prefixes.Add(Address + "/");
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Address { get; }

    /// <summary>Method and path of every request, in order.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Authorization headers that were seen.</summary>
    public HashSet<string?> Tokens { get; } = [];

    /// <summary>The comments of pull request 7.</summary>
    public List<JsonObject> Comments { get; } = [];

    /// <summary>Open pull requests by <c>owner:branch</c>.</summary>
    public Dictionary<string, JsonObject> Pulls { get; } = [];

    /// <summary>Workflow runs by number.</summary>
    public Dictionary<long, JsonObject> Runs { get; } = [];

    /// <summary>Branches with their commits.</summary>
    public Dictionary<string, string> Branches { get; } = [];

    /// <summary>Paths that were put into trees.</summary>
    public List<string> TreePaths { get; } = [];

    /// <summary>Files that were uploaded.</summary>
    public List<byte[]> Blobs { get; } = [];

    /// <summary>Answers that come first: a method, a status, and how often.</summary>
    public Queue<(string Method, int Status)> Faults { get; } = [];

    public JsonObject AddComment(string body, string type, string association)
    {
        var comment = new JsonObject
        {
            ["id"] = Comments.Count + 1,
            ["body"] = body,
            ["user"] = new JsonObject { ["type"] = type },
            ["author_association"] = association,
            ["html_url"] = $"https://github.com/o/r/pull/7#issuecomment-{Comments.Count + 1}",
        };
        Comments.Add(comment);
        return comment;
    }

    public void Dispose()
    {
        _listener.Stop();
        _serving.Wait(TimeSpan.FromSeconds(5));
        _listener.Close();
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            var (status, answer) = Answer(context.Request);
            var bytes = Encoding.UTF8.GetBytes(answer.ToJsonString());
            context.Response.StatusCode = status;
            await context.Response.OutputStream.WriteAsync(bytes);
            context.Response.Close();
        }
    }

    private (int Status, JsonNode Answer) Answer(HttpListenerRequest request)
    {
        var path = request.Url!.PathAndQuery;
        Requests.Add($"{request.HttpMethod} {path}");
        Tokens.Add(request.Headers["Authorization"]);
        if (Faults.TryPeek(out var fault) && fault.Method == request.HttpMethod)
        {
            Faults.Dequeue();
            return (fault.Status, new JsonObject { ["message"] = "Resource not accessible by integration" });
        }

        var body = request.HasEntityBody ? JsonNode.Parse(request.InputStream)! : null;
        var parts = request.Url.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries)[3..];
        return (request.HttpMethod, parts) switch
        {
            ("GET", ["issues", "7", "comments"]) => (200, Page(int.Parse(request.QueryString["page"]!, System.Globalization.CultureInfo.InvariantCulture))),
            ("POST", ["issues", "7", "comments"]) => (201, AddComment((string)body!["body"]!, "Bot", "NONE").DeepClone()),
            ("PATCH", ["issues", "comments", var id]) => (200, Update(id, (string)body!["body"]!)),
            ("GET", ["pulls"]) => (200, Pulls.TryGetValue(request.QueryString["head"]!, out var pull) ? new JsonArray(pull.DeepClone()) : new JsonArray()),
            ("GET", ["pulls", var number]) => Pulls.Values.FirstOrDefault(p => p["number"]!.ToString() == number) is { } named ? (200, named.DeepClone()) : (404, new JsonObject()),
            ("GET", ["actions", "runs", var run]) => Runs.TryGetValue(long.Parse(run, System.Globalization.CultureInfo.InvariantCulture), out var described)
                ? (200, described.DeepClone()) : (404, new JsonObject()),
            ("GET", ["git", "ref", "heads", .. var name]) => Branches.TryGetValue(string.Join('/', name), out var tip)
                ? (200, new JsonObject { ["object"] = new JsonObject { ["sha"] = tip } }) : (404, new JsonObject()),
            ("GET", ["git", "commits", _]) => (200, new JsonObject { ["tree"] = NewObject() }),
            ("POST", ["git", "trees"]) => (201, Tree(body!)),
            ("POST", ["git", "blobs"]) => (201, Blob(body!)),
            ("POST", ["git", "commits"]) => (201, NewObject()),
            ("POST", ["git", "refs"]) => (201, Move(((string)body!["ref"]!)["refs/heads/".Length..], body)),
            ("PATCH", ["git", "refs", "heads", .. var name]) => (200, Move(string.Join('/', name), body!)),
            _ => (404, new JsonObject { ["message"] = "Not Found" }),
        };
    }

    private JsonArray Page(int page) => new([.. Comments.Skip((page - 1) * 100).Take(100).Select(c => c.DeepClone())]);

    private JsonNode Update(string id, string body)
    {
        var comment = Comments.Single(c => c["id"]!.ToString() == id);
        comment["body"] = body;
        return comment.DeepClone();
    }

    private JsonObject Tree(JsonNode body)
    {
        TreePaths.AddRange(body["tree"]!.AsArray().Select(e => (string)e!["path"]!));
        return NewObject();
    }

    private JsonObject Move(string branch, JsonNode body)
    {
        Branches[branch] = (string)body["sha"]!;
        return new JsonObject { ["ref"] = branch };
    }

    private JsonObject Blob(JsonNode body)
    {
        Blobs.Add(Convert.FromBase64String((string)body["content"]!));
        return NewObject();
    }

    private JsonObject NewObject() => new() { ["sha"] = (++_objects).ToString("x40", System.Globalization.CultureInfo.InvariantCulture) };
}
