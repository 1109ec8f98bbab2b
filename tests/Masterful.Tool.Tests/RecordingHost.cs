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

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public override DateTimeOffset GetUtcNow() => new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public void Advance(TimeSpan time) => _ticks += time.Ticks;
}
