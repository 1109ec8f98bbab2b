using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Masterful.Fleet.Tests;
using Xunit;

namespace Masterful.EndToEnd.Tests;

/// <summary>What a collector gets of a run, and that a run gets on without one.</summary>
public sealed class TelemetryTests
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    [Fact]
    public async Task A_collector_gets_metrics_and_spans_of_a_run_and_nothing_of_where_it_ran()
    {
        using var project = new SmallProject(epochs: 1);
        using var collector = new HttpListener();
        var address = $"http://127.0.0.1:{PostgresServer.FreePort()}/";
        collector.Prefixes.Add(address);
        collector.Start();
        var got = new ConcurrentQueue<(string Path, string Body)>();
        var serving = ServeAsync(collector, got);

        var run = ToolProcess.Run(project.Folder, new Dictionary<string, string> { [Endpoint] = address, ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf" }, "run");

        Assert.True(run.ExitCode == 0, run.ToString());
        collector.Stop();
        await serving;
        var (traces, metrics) = (Text("/v1/traces"), Text("/v1/metrics"));
        Assert.All(["run", "search", "final", "trial", "masterful.trial.policy", "masterful.run.status"], name => Assert.Contains(name, traces, StringComparison.Ordinal));
        Assert.All(["masterful.trials", "masterful.image_passes", "masterful.trial.duration", "service.name"], name => Assert.Contains(name, metrics, StringComparison.Ordinal));
        Assert.DoesNotContain(project.Folder, traces + metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("OpenTelemetry", run.Output, StringComparison.Ordinal);

        string Text(string path) => string.Concat(got.Where(g => g.Path == path).Select(g => g.Body));
    }

    [Fact]
    public void A_collector_that_is_away_or_an_address_that_is_none_changes_nothing_but_a_line()
    {
        using var project = new SmallProject(epochs: 1);

        var away = ToolProcess.Run(project.Folder, new Dictionary<string, string> { [Endpoint] = $"http://127.0.0.1:{PostgresServer.FreePort()}", ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf" }, "run");
        var malformed = ToolProcess.Run(project.Folder, new Dictionary<string, string> { [Endpoint] = "collector:4317" }, "run");
        var empty = ToolProcess.Run(project.Folder, new Dictionary<string, string> { [Endpoint] = "" }, "run");

        Assert.Equal((0, 0, 0), (away.ExitCode, malformed.ExitCode, empty.ExitCode));
        Assert.Contains($"warning MST0905: {Endpoint}", malformed.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("elemetry", empty.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", away.Error, StringComparison.Ordinal);
    }

    private static async Task ServeAsync(HttpListener collector, ConcurrentQueue<(string Path, string Body)> got)
    {
        try
        {
            while (true)
            {
                var context = await collector.GetContextAsync();
                using var reader = new StreamReader(context.Request.InputStream, Encoding.Latin1);
                got.Enqueue((context.Request.Url!.AbsolutePath, await reader.ReadToEndAsync()));
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // Stopped.
        }
    }
}
