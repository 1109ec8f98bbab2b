namespace Masterful.Tool.Tests;

/// <summary>A command called in this process, with what it said.</summary>
internal sealed class RecordingHost
{
    public string Input { get; set; } = "";

    public StringWriter Output { get; } = new();

    public StringWriter Error { get; } = new();

    public ManualClock Clock { get; } = new();

    public Dictionary<string, string> Environment { get; } = [];

    public ToolHost Host(bool terminal = false) => new()
    {
        Input = new StringReader(Input),
        Output = Output,
        Error = Error,
        Environment = Environment.GetValueOrDefault,
        IsTerminal = terminal,
        Clock = Clock,
    };

    public Task<int> RunAsync(params string[] arguments) =>
        MasterfulTool.RunAsync(arguments, Host(), Xunit.TestContext.Current.CancellationToken);
}

/// <summary>A clock that stands still until it is moved.</summary>
internal sealed class ManualClock : TimeProvider
{
    // Not 0: a timestamp of 0 would look like "never".
    private long _ticks = TimeSpan.TicksPerDay;
    private readonly List<Action> _timers = [];

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public override DateTimeOffset GetUtcNow() => new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>Moves on; timers that are due then go off once.</summary>
    public void Advance(TimeSpan time)
    {
        _ticks += time.Ticks;
        foreach (var timer in _timers.ToArray())
        {
            timer();
        }
    }

    /// <summary>Timers that go off again and again wait for <see cref="Advance"/>.</summary>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (period == Timeout.InfiniteTimeSpan)
        {
            // A pause: nobody moves this clock while a command waits.
            return base.CreateTimer(callback, state, dueTime, period);
        }

        var timer = new Timer(this, () => callback(state));
        _timers.Add(timer.Due);
        return timer;
    }

    private sealed class Timer(ManualClock clock, Action due) : ITimer
    {
        public Action Due => due;

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => clock._timers.Remove(due);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
