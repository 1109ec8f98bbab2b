using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Masterful.Tool.Tests;

public partial class CommandLineTests
{
    private readonly RecordingHost _host = new();

    [Fact]
    public async Task A_valid_spec_is_told_on_stdout_with_exit_code_0()
    {
        using var spec = new SpecFolder();

        Assert.Equal(ExitCode.Ok, await _host.RunAsync("validate", "--spec", spec.Path));
        Assert.Contains("is valid", _host.Output.ToString(), StringComparison.Ordinal);
        Assert.Empty(_host.Error.ToString());
    }

    [Fact]
    public async Task A_wrong_override_is_exit_code_3_with_the_nearest_key_on_stderr()
    {
        using var spec = new SpecFolder();

        Assert.Equal(ExitCode.InputWrong, await _host.RunAsync("validate", "--spec", spec.Path, "--set", "training.epoch=5"));
        Assert.Matches(@"error MST\d{4}: .*epochs", _host.Error.ToString());
        Assert.Empty(_host.Output.ToString());
    }

    [Fact]
    public async Task In_json_every_line_of_stdout_is_an_event_and_stderr_is_silent()
    {
        using var spec = new SpecFolder();

        await _host.RunAsync("validate", "--spec", spec.Path, "--log-format", "json", "--set", "training.epochs=-1");
        var events = _host.Output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToList();

        Assert.Equal("diagnostic", Assert.Single(events).GetProperty("type").GetString());
        Assert.StartsWith("MST", events[0].GetProperty("data").GetProperty("code").GetString(), StringComparison.Ordinal);
        Assert.Empty(_host.Error.ToString());
    }

    [Fact]
    public async Task For_GitHub_diagnostics_are_workflow_commands_with_their_place()
    {
        using var spec = new SpecFolder();
        File.WriteAllText(spec.Path, File.ReadAllText(spec.Path).Replace("epochs: 3", "epochs: none at all", StringComparison.Ordinal));

        Assert.Equal(ExitCode.InputWrong, await _host.RunAsync("validate", "--spec", spec.Path, "--log-format", "github"));
        Assert.Matches(@"^::error file=[^,]*masterful\.yaml,line=8,col=21,title=MST\d{4}::", _host.Output.ToString());
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_with_what_to_do()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;

        Assert.Equal(ExitCode.InputWrong, await _host.RunAsync("ui", AppContext.BaseDirectory, "--no-browser", "--port", $"{port}"));
        Assert.Contains($"Port {port} of 127.0.0.1 is taken", _host.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_command_is_exit_code_3_with_the_way_to_help()
    {
        Assert.Equal(ExitCode.InputWrong, await _host.RunAsync("trian"));
        Assert.Contains("--help", _host.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Init_does_not_overwrite_a_spec_unless_told_to()
    {
        using var spec = new SpecFolder();
        var before = File.ReadAllText(spec.Path);

        Assert.Equal(ExitCode.InputWrong, await _host.RunAsync("init", spec.Folder, "--spec", spec.Path));
        Assert.Contains("--force", _host.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(spec.Path));
    }

    [Theory]
    [InlineData("report")]
    [InlineData("gate")]
    [InlineData("runs")]
    public async Task Without_a_result_a_command_says_how_to_get_one(string command)
    {
        using var spec = new SpecFolder();

        Assert.Equal(ExitCode.InputWrong, await _host.RunAsync(command, "--spec", spec.Path));
        Assert.Contains("masterful run", _host.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_README_lists_exactly_the_commands_that_there_are()
    {
        await _host.RunAsync("--help");
        var help = _host.Output.ToString();
        var commands = HelpLine().Matches(help[help.IndexOf("Commands:", StringComparison.Ordinal)..]).Select(m => m.Groups[1].Value);
        var readme = File.ReadAllText(Path.Combine(Root(AppContext.BaseDirectory), "README.md"));
        var listed = ReadmeLine().Matches(readme[readme.IndexOf("## Commands", StringComparison.Ordinal)..readme.IndexOf("## Using the model", StringComparison.Ordinal)])
            .Select(m => m.Groups[1].Value);

        Assert.Equal(commands.Order(), listed.Order());
    }

    private static string Root(string folder) =>
        File.Exists(Path.Combine(folder, "Masterful.Tool.sln")) ? folder : Root(Path.GetDirectoryName(folder)!);

    [GeneratedRegex(@"^  ([a-z]+) ", RegexOptions.Multiline)]
    private static partial Regex HelpLine();

    [GeneratedRegex(@"^\| `([a-z]+)` \|", RegexOptions.Multiline)]
    private static partial Regex ReadmeLine();
}
