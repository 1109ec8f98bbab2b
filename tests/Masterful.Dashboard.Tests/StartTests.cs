using System.Diagnostics;
using System.Text.RegularExpressions;
using Masterful.EndToEnd.Tests;
using Xunit;

namespace Masterful.Dashboard.Tests;

/// <summary>The command as a process: what it takes to start, and where it listens.</summary>
public sealed partial class StartTests
{
    [Fact]
    public async Task Two_hundred_runs_cost_little_more_than_two_and_idle_under_150_MB()
    {
        using var few = Runs(2);
        using var many = Runs(200);

        var (least, _) = await StartAsync(few.Path);
        var (work, memory) = await StartAsync(many.Path);

        TestContext.Current.TestOutputHelper?.WriteLine($"to the list of runs: {least.TotalMilliseconds:0} ms of CPU with 2, {work.TotalMilliseconds:0} ms with 200; {memory / 1e6:0} MB");
        Assert.True(work < 2 * least, $"{work} against {least}");
        Assert.True(memory < 150_000_000, $"{memory:N0} bytes");
    }

    [Fact]
    public async Task A_settings_file_that_lies_about_does_not_make_it_listen_elsewhere()
    {
        using var runs = Runs(1);
        await File.WriteAllTextAsync(Path.Combine(runs.Path, "appsettings.json"), """{ "Kestrel": { "Endpoints": { "Http": { "Url": "http://127.0.0.2:0" } } }, "urls": "http://127.0.0.2:0" }""", TestContext.Current.CancellationToken);
        using var process = ToolProcess.StartProgram("dotnet", runs.Path, new() { ["ASPNETCORE_URLS"] = "http://127.0.0.2:0", ["Kestrel__Endpoints__A__Url"] = "http://127.0.0.2:0" }, ToolProcess.Tool, "ui", runs.Path, "--no-browser", "--log-format", "json");
        Assert.SkipWhen(!OperatingSystem.IsLinux(), "Sockets are read from /proc.");
        await Task.Delay(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        var inodes = Directory.EnumerateFiles($"/proc/{process.Id}/fd").Select(f => File.ResolveLinkTarget(f, false)?.Name ?? "").ToHashSet();
        var listening = File.ReadLines($"/proc/{process.Id}/net/tcp").Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[3] == "0A" && inodes.Contains($"socket:[{fields[9]}]")).Select(fields => fields[1]).ToList();
        process.Signal("TERM");
        process.Wait();

        Assert.StartsWith("0100007F:", Assert.Single(listening), StringComparison.Ordinal);
    }

    private static ResultsFolder Runs(int count)
    {
        var folder = new ResultsFolder();
        var result = Reporting.Tests.SampleResults.Fashion();
        for (var i = 0; i < count; i++)
        {
            folder.Add($"run-{i}", result with { Run = result.Run with { Id = $"run-{i}" } });
        }

        return folder;
    }

    /// <summary>Starts, gets the page and the list, and tells the processor time that this took and the memory that it then has.</summary>
    private static async Task<(TimeSpan Work, long Memory)> StartAsync(string folder)
    {
        var start = new ProcessStartInfo("dotnet", [ToolProcess.Tool, "ui", folder, "--no-browser"]) { WorkingDirectory = folder, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        try
        {
            var address = new Uri(Address().Match((await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!).Value);
            using var http = new HttpClient();
            await http.GetStringAsync(address, TestContext.Current.CancellationToken);
            Assert.Contains("run-1", await http.GetStringAsync(new Uri(address, "api/runs"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
            process.Refresh();
            return (process.TotalProcessorTime, process.WorkingSet64);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    [GeneratedRegex(@"http://\S+")]
    private static partial Regex Address();
}
