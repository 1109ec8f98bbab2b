using System.Diagnostics;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Training;
using Masterful.Core.Trials;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Masterful.Fleet.Tests;

/// <summary>A database of its own, and coordinators and workers over it, in this process.</summary>
internal sealed class FleetFixture : IAsyncDisposable
{
    public static readonly FleetCapability Capability = FleetCapability.Of("cpu", 1, "data", "model");

    private readonly List<(CancellationTokenSource Stop, Task Work)> _workers = [];
    private readonly List<IDisposable> _owned = [];

    public FleetFixture(PostgresServer server, double patience = 4, int? port = null)
    {
        Assert.SkipWhen(server.Missing is not null, server.Missing ?? "");
        (Server, Connection, Patience) = (server, server.CreateDatabase(port), patience);
    }

    public PostgresServer Server { get; }

    public string Connection { get; }

    public double Patience { get; }

    public string Folder { get; } = Directory.CreateTempSubdirectory("masterful-fleet-").FullName;

    public ListLogger Log { get; } = new();

    public static TrialSpec Trial(long seed) => new()
    {
        Policy = Policy.None.With(Technique.HorizontalMirror, 0.5),
        Recipe = new Recipe { Epochs = 3, BatchSize = 24, LearningRate = 0.05, Precision = PrecisionKind.Fp32 },
        Seed = seed,
        DataFingerprint = "data",
        ModelFingerprint = "model",
        DeviceKind = "cpu",
        EngineVersion = "1.2.3",
    };

    public async Task<FleetDatabase> OpenAsync()
    {
        var settings = FleetSettings.Read(name => name switch
        {
            FleetSettings.Variable => Connection,
            FleetSettings.PatienceVariable => Patience.ToString(System.Globalization.CultureInfo.InvariantCulture),
            _ => null,
        });
        var database = await FleetDatabase.OpenAsync(settings, TimeProvider.System, Log);
        _owned.Add(database);
        return database;
    }

    public async Task<FleetTrialRunner> CoordinatorAsync(string cache = "coordinator", IProgress<TrialProgress>? progress = null)
    {
        var runner = new FleetTrialRunner(await OpenAsync(), Capability, Path.Combine(Folder, cache), TimeProvider.System, Log, progress);
        _owned.Add(runner);
        return runner;
    }

    public async Task<FleetWorker> WorkerAsync(ITrialRunner runner, string name = "worker", FleetCapability? capability = null, int memoryClass = 0)
    {
        var worker = new FleetWorker(
            await OpenAsync(), capability ?? Capability, new FleetWorkerOptions(name, Path.Combine(Folder, name), TimeSpan.FromSeconds(5), memoryClass), TimeProvider.System, Log);
        var stop = new CancellationTokenSource();
        _workers.Add((stop, Task.Run(() => worker.RunAsync(runner, stop.Token))));
        return worker;
    }

    /// <summary>Waits until it has come to that, a minute at most.</summary>
    public static async Task EventuallyAsync(Func<bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1), "it did not come to that within a minute");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Ends the worker that was started last as Ctrl-C does.</summary>
    public async Task StopLastWorkerAsync()
    {
        var (stop, work) = _workers[^1];
        _workers.RemoveAt(_workers.Count - 1);
        await stop.CancelAsync();
        await work;
    }

    /// <summary>Ends all workers as Ctrl-C does.</summary>
    public async Task StopWorkersAsync()
    {
        await Task.WhenAll(_workers.Select(w => w.Stop.CancelAsync()));
        await Task.WhenAll(_workers.Select(w => w.Work));
        _workers.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await StopWorkersAsync();
        foreach (var owned in _owned.AsEnumerable().Reverse())
        {
            owned.Dispose();
        }

        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>Keeps what is logged.</summary>
internal sealed class ListLogger : ILogger
{
    private readonly List<string> _lines = [];

    public string Text
    {
        get
        {
            lock (_lines)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
        {
            _lines.Add($"{logLevel}: {formatter(state, exception)} {exception}");
        }
    }
}
