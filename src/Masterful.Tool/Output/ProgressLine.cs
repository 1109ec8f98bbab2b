namespace Masterful.Tool.Output;

/// <summary>
/// Long work, told: one line that redraws itself on a terminal, a line each ten seconds elsewhere, and an event each time for
/// programs. Where nothing new is told it says what goes on still, and for how long: no work is silent. Dispose erases the live line.
/// </summary>
internal sealed class ProgressLine : IDisposable
{
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    /// <summary>Work that is done sooner need not be told of.</summary>
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    private readonly ToolHost _host;
    private readonly ToolLog _log;
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private (string Text, object Data)? _last;
    private long _began;
    private long _told;
    private bool _drawn;
    private bool _ended;

    public ProgressLine(ToolHost host, ToolLog log)
    {
        (_host, _log) = (host, log);
        log.BeforeLine = Erase;
        _timer = host.Clock.CreateTimer(_ => Remind(), null, Beat, Beat);
    }

    /// <summary>How often there is something to see. A build's terminal shows the last line, drawn by the build.</summary>
    private TimeSpan Pace => Live ? Redraw : BuildCall.IsLooking(_host) ? Glance : Interval;

    private bool Live => _host.IsTerminal && _log.Format == LogFormat.Text;

    /// <summary>Tells where the work is; of most calls only the last is shown, later.</summary>
    /// <param name="text">One line for people.</param>
    /// <param name="data">The same for programs.</param>
    public void Tell(string text, object data)
    {
        lock (_gate)
        {
            Note(text, data);
            if (_ended || (_told != 0 && _host.Clock.GetElapsedTime(_told) < Pace))
            {
                return;
            }

            _told = _host.Clock.GetTimestamp();
        }

        Show(text, data);
    }

    /// <summary>Work begins that may be short: it is told of when it takes longer than that.</summary>
    /// <inheritdoc cref="Tell"/>
    public void Announce(string text, object data)
    {
        lock (_gate)
        {
            Note(text, data);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _ended = true;
        }

        _timer.Dispose();
        Erase();
        _log.BeforeLine = null;
    }

    private void Note(string text, object data)
    {
        if (_last?.Text != text)
        {
            _began = _host.Clock.GetTimestamp();
        }

        _last = (text, data);
    }

    private void Remind()
    {
        string text;
        object data;
        lock (_gate)
        {
            // What comes of itself at that time has the turn.
            var wait = _told == 0 ? Short : Live ? Beat : Pace + (Beat / 2);
            if (_ended || _last is not { } last || _host.Clock.GetElapsedTime(_told == 0 ? _began : _told) < wait)
            {
                return;
            }

            _told = _host.Clock.GetTimestamp();
            var going = _host.Clock.GetElapsedTime(_began);
            (text, data) = (going >= Short + Short ? $"{last.Text} · for {Duration.Text(going)}" : last.Text, last.Data);
        }

        Show(text, data);
    }

    private void Show(string text, object data)
    {
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
            if (_ended)
            {
                return;
            }

            var width = Math.Max(20, Width() - 1);
            text = PlainText.Harmless(text).ReplaceLineEndings(" ");
            _host.Error.Write($"\r\u001b[2K{(text.Length > width ? string.Concat(text.AsSpan(0, width - 1), "…") : text)}");
            _host.Error.Flush();
            _drawn = true;
        }
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
