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

    [Theory]
    [InlineData("text")]
    [InlineData("github")]
    [InlineData("json")]
    public void Work_that_tells_nothing_new_is_not_silent(string format)
    {
        var host = _host.Host();
        using var line = new ProgressLine(host, new ToolLog(host, Enum.Parse<LogFormat>(format, ignoreCase: true), LogLevel.Information));

        line.Tell("reading data", new { stage = "data" });
        for (var second = 0; second < 35; second++)
        {
            _host.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        var lines = Lines(format == "json" ? _host.Output : _host.Error);
        Assert.Equal(4, lines.Length);
        Assert.All(lines, l => Assert.Contains(format == "json" ? "\"stage\":\"data\"" : "reading data", l, StringComparison.Ordinal));
        Assert.Equal(format == "json" ? lines[0][..8] : "reading data · for 33s", format == "json" ? lines[3][..8] : lines[3]);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 1)]
    [InlineData(12, 1)]
    [InlineData(14, 2)]
    public void Work_that_is_announced_is_told_of_when_it_is_not_short(int seconds, int lines)
    {
        var host = _host.Host();
        using (var line = new ProgressLine(host, new ToolLog(host, LogFormat.Text, LogLevel.Information)))
        {
            line.Announce("loading libtorch", new { });
            for (var second = 0; second < seconds; second++)
            {
                _host.Clock.Advance(TimeSpan.FromSeconds(1));
            }
        }

        _host.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(lines, Lines().Length);
    }

    [Fact]
    public void On_a_terminal_the_time_goes_on_though_nothing_is_told()
    {
        var host = _host.Host(terminal: true);
        using var line = new ProgressLine(host, new ToolLog(host, LogFormat.Text, LogLevel.Information));

        line.Tell("checking the model", new { });
        for (var second = 0; second < 5; second++)
        {
            _host.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.EndsWith("checking the model · for 5s", _host.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Quiet_says_nothing()
    {
        var host = _host.Host();
        using var line = new ProgressLine(host, new ToolLog(host, LogFormat.Text, LogLevel.Warning));

        line.Tell("half", new { });

        Assert.Empty(_host.Error.ToString());
    }

    private string[] Lines(StringWriter? from = null) => (from ?? _host.Error).ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
}
