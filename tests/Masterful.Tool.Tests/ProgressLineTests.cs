using Masterful.Tool.Output;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Masterful.Tool.Tests;

public class ProgressLineTests
{
    private readonly RecordingHost _host = new();

    [Fact]
    public void Elsewhere_than_on_a_terminal_a_line_is_told_each_ten_seconds()
    {
        var host = _host.Host();
        using var line = new ProgressLine(host, new ToolLog(host, LogFormat.Text, LogLevel.Information));

        for (var second = 0; second < 25; second++)
        {
            line.Tell($"second {second}", new { second });
            _host.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(["second 0", "second 10", "second 20"], Lines());
    }

    [Fact]
    public void On_a_terminal_one_line_redraws_itself_and_goes_away_before_anything_else_is_said()
    {
        var host = _host.Host(terminal: true);
        var log = new ToolLog(host, LogFormat.Text, LogLevel.Information);
        using (var line = new ProgressLine(host, log))
        {
            line.Tell("half", new { });
            log.Info("a fact");
        }

        Assert.Equal($"\r\u001b[2Khalf\r\u001b[2Ka fact{Environment.NewLine}", _host.Error.ToString());
    }

    [Fact]
    public void Quiet_says_nothing()
    {
        var host = _host.Host();
        using var line = new ProgressLine(host, new ToolLog(host, LogFormat.Text, LogLevel.Warning));

        line.Tell("half", new { });

        Assert.Empty(_host.Error.ToString());
    }

    private string[] Lines() => _host.Error.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
}
