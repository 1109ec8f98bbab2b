namespace Masterful.Tool.Output;

/// <summary>
/// Long work, told: one line that redraws itself on a terminal, a line each ten seconds elsewhere, and an event each time for
/// programs. Dispose erases the live line.
/// </summary>
internal sealed class ProgressLine : IDisposable
{
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private readonly ToolHost _host;
    private readonly ToolLog _log;
    private readonly Lock _gate = new();
    private long _told;
    private bool _drawn;
    private bool _ended;

    public ProgressLine(ToolHost host, ToolLog log)
    {
        (_host, _log) = (host, log);
        log.BeforeLine = Erase;
    }

    /// <summary>How often there is something to see. A build's terminal shows the last line, drawn by the build.</summary>
    private TimeSpan Pace => Live ? Redraw : BuildCall.IsLooking(_host) ? Glance : Interval;

    private bool Live => _host.IsTerminal && _log.Format == LogFormat.Text;

    /// <summary>Tells where the work is; most calls are dropped.</summary>
    /// <param name="text">One line for people.</param>
    /// <param name="data">The same for programs.</param>
    public void Tell(string text, object data)
    {
        lock (_gate)
        {
            if (_ended || (_told != 0 && _host.Clock.GetElapsedTime(_told) < Pace))
            {
                return;
            }

            _told = _host.Clock.GetTimestamp();
        }

        if (!Live)
        {
            if (_log.Format == LogFormat.Json)
            {
                _log.Event("progress", data);
            }
            else
            {
                _log.Progress(text);
            }

            return;
        }

        lock (_gate)
        {
            var width = Math.Max(20, Width() - 1);
            text = PlainText.Harmless(text).ReplaceLineEndings(" ");
            _host.Error.Write($"\r\u001b[2K{(text.Length > width ? string.Concat(text.AsSpan(0, width - 1), "…") : text)}");
            _host.Error.Flush();
            _drawn = true;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _ended = true;
        }

        Erase();
        _log.BeforeLine = null;
    }

    private void Erase()
    {
        lock (_gate)
        {
            if (_drawn)
            {
                _host.Error.Write("\r\u001b[2K");
                _drawn = false;
            }
        }
    }

    private static int Width()
    {
        try
        {
            return Console.WindowWidth is > 0 and var width ? width : 80;
        }
        catch (IOException)
        {
            return 80; // Not every terminal tells its size.
        }
    }
}
