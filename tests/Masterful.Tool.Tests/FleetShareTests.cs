using Masterful.Fleet.Sharing;
using Xunit;

namespace Masterful.Tool.Tests;

/// <summary>What can be wrong with <c>fleet serve</c> and <c>worker --fleet --from</c> is told before anything is read, opened or fetched.</summary>
public sealed class FleetShareTests
{
    private readonly RecordingHost _host = new();

    [Fact]
    public async Task A_worker_without_a_token_or_with_a_short_one_is_exit_code_3_with_the_remedy()
    {
        Assert.Equal(ExitCode.InputWrong, await _host.RunAsync("worker", "--fleet", "--from", "https://coordinator:8437"));
        _host.Environment[ShareToken.Variable] = "short-secret";
        Assert.Equal(ExitCode.InputWrong, await _host.RunAsync("worker", "--fleet", "--from", "https://coordinator:8437"));

        Assert.Equal(2, Lines(_host.Error).Count(l => l.Contains("error MST0805: MASTERFUL_FLEET_TOKEN", StringComparison.Ordinal)));
        Assert.DoesNotContain("short-secret", _host.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("error MST0901", "worker", "--from", "https://coordinator:8437")]
    [InlineData("error MST0901", "worker", "--fleet", "--trust-model")]
    [InlineData("error MST0809", "worker", "--fleet", "--from", "coordinator:8437")]
    [InlineData("error MST0809", "worker", "--fleet", "--from", "https://user:pass@coordinator:8437")]
    [InlineData("error MST0801", "worker", "--fleet", "--from", "https://coordinator:8437")]
    [InlineData("error MST0901", "fleet", "serve", "--port", "70000")]
    [InlineData("error MST0807", "fleet", "serve", "--listen", "coordinator")]
    [InlineData("error MST0807", "fleet", "serve", "--certificate", "nowhere.pfx")]
    public async Task An_argument_that_is_wrong_is_exit_code_3(string told, params string[] arguments)
    {
        _host.Environment[ShareToken.Variable] = "0123456789-abcdef";

        Assert.Equal(ExitCode.InputWrong, await _host.RunAsync(arguments));
        Assert.Contains(told, _host.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_needs_the_token_and_a_port_that_is_free()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = $"{((System.Net.IPEndPoint)taken.LocalEndpoint).Port}";
        using var spec = new SpecFolder();

        Assert.Equal(ExitCode.InputWrong, await _host.RunAsync("fleet", "serve", "--spec", spec.Path, "--port", port));
        _host.Environment[ShareToken.Variable] = "0123456789-abcdef";
        Assert.Equal(ExitCode.InputWrong, await _host.RunAsync("fleet", "serve", "--spec", spec.Path, "--port", port));

        Assert.Contains("error MST0805", _host.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains($"error MST0807: 127.0.0.1 port {port}", _host.Error.ToString(), StringComparison.Ordinal);
    }

    private static string[] Lines(StringWriter writer) => writer.ToString().Split('\n');
}
