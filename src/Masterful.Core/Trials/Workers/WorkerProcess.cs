using System.Diagnostics;
using Masterful.Core.Spec;
using Microsoft.Extensions.Logging;
using StreamJsonRpc;

namespace Masterful.Core.Trials.Workers;

/// <summary>The side of whoever asks: one worker process, its connection, and the watch over it.</summary>
internal sealed class WorkerProcess : IWorkerListener, IDisposable
{
    /// <summary>Batches after which a worker's memory tells what it needs.</summary>
    private const int SettlingBatches = 3;

    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan ExitGrace = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly JsonRpc _rpc;
    private readonly IWorker _worker;
    private readonly WorkerLimits _limits;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly IProgress<TrialProgress>? _progress;
    private readonly Task _exited;
    private readonly Queue<string> _lastLines = [];
    private long _lastPulse;
    private long _memory;
    private volatile bool _isSettled;
    private volatile bool _isEnded;

    /// <summary>Starts the process and the connection. What it says is logged.</summary>
    /// <param name="start">How to start it.</param>
    /// <param name="place">Which of the workers it is.</param>
    /// <param name="limits">How patient to be.</param>
    /// <param name="clock">Measures silence.</param>
    /// <param name="logger">Hears what the worker logs.</param>
    /// <param name="progress">Told after each epoch.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">The program can't be started.</exception>
    public WorkerProcess(
        ProcessStartInfo start, int place, WorkerLimits limits, TimeProvider clock, ILogger logger, IProgress<TrialProgress>? progress)
    {
        (Place, _limits, _clock, _logger, _progress) = (place, limits, clock, logger, progress);
        _process = Process.Start(start)!;
        _exited = _process.WaitForExitAsync();
        _process.ErrorDataReceived += (_, line) => Relay(line.Data);
        _process.BeginErrorReadLine();
        _rpc = WorkerConnection.Over(_process.StandardInput.BaseStream, _process.StandardOutput.BaseStream);
        _rpc.AddLocalRpcTarget<IWorkerListener>(this, null);
        _worker = _rpc.Attach<IWorker>();
        _rpc.StartListening();
        _lastPulse = clock.GetTimestamp();
    }

    /// <summary>Told when <see cref="IsSettled"/> becomes true.</summary>
    public event Action? Settled;

    /// <summary>Which of the workers it is: 0, 1 …</summary>
    public int Place { get; }

    /// <summary>The operating system's number.</summary>
    public int Id => _process.Id;

    /// <summary>Whether the process has ended.</summary>
    public bool HasExited => _isEnded || _exited.IsCompleted;

    /// <summary>Whether it has worked for long enough that <see cref="Memory"/> says what it needs.</summary>
    public bool IsSettled => _isSettled;

    /// <summary>The largest resident set that it told of, bytes.</summary>
    public long Memory => Interlocked.Read(ref _memory);

    /// <inheritdoc/>
    public Task PulseAsync(WorkerPulse pulse)
    {
        Interlocked.Exchange(ref _lastPulse, _clock.GetTimestamp());
        Interlocked.Exchange(ref _memory, Math.Max(Memory, pulse.Memory));
        if (!_isSettled && pulse.Batches >= SettlingBatches)
        {
            _isSettled = true;
            Settled?.Invoke();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task EpochAsync(TrialProgress progress)
    {
        _progress?.Report(progress with { Worker = Place });
        return Task.CompletedTask;
    }

    /// <summary>Asks something and watches over the worker while it answers.</summary>
    /// <exception cref="WorkerLostException">It died, or was ended because it did not go on.</exception>
    /// <exception cref="DiagnosticException">It answered with diagnostics.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the worker has stopped, and may be asked again if it has not exited.</exception>
    public async Task<T> AskAsync<T>(Func<IWorker, CancellationToken, Task<WorkerAnswer<T>>> question, CancellationToken cancellation)
        where T : class
    {
        Interlocked.Exchange(ref _lastPulse, _clock.GetTimestamp());
        try
        {
            var asking = question(_worker, cancellation);
            await WatchAsync(asking, cancellation).ConfigureAwait(false);
            var answer = await asking.ConfigureAwait(false);
            return answer.Diagnostics is { } diagnostics ? throw new DiagnosticException(diagnostics) : answer.Value!;
        }
        catch (Exception e) when ((e is ConnectionLostException or ObjectDisposedException or WorkerLostException) && cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (Exception e) when (e is ConnectionLostException or ObjectDisposedException)
        {
            throw await LostAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Every answer is safe: lets the worker tidy up.</summary>
    public async Task CloseAsync()
    {
        try
        {
            await _worker.CloseAsync().WaitAsync(ExitGrace).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ConnectionLostException or ObjectDisposedException or TimeoutException)
        {
            // Nothing to tidy up any more, or nobody to do it.
        }
    }

    /// <summary>Closes the connection, on which the worker ends by itself; one that does not is ended.</summary>
    public void Dispose()
    {
        _rpc.Dispose();
        if (!_process.WaitForExit(ExitGrace))
        {
            Kill();
        }

        _process.Dispose();
    }

    private async Task WatchAsync(Task asking, CancellationToken cancellation)
    {
        long? asked = null;
        while (!asking.IsCompleted)
        {
            await Task.WhenAny(asking, _exited, Task.Delay(WatchInterval, CancellationToken.None)).ConfigureAwait(false);
            if (asking.IsCompleted)
            {
                return;
            }

            if (_exited.IsCompleted)
            {
                throw await LostAsync().ConfigureAwait(false);
            }

            if (cancellation.IsCancellationRequested)
            {
                asked ??= _clock.GetTimestamp();
                if (_clock.GetElapsedTime(asked.Value) > _limits.Stop)
                {
                    _logger.LogWarning("A worker process did not stop within {Seconds:0} seconds and was ended.", _limits.Stop.TotalSeconds);
                    Kill();
                    throw new OperationCanceledException(cancellation);
                }
            }
            else if (_clock.GetElapsedTime(Interlocked.Read(ref _lastPulse)) > _limits.Silence)
            {
                Kill();
                throw new WorkerLostException($"put no batch through its model for {_limits.Silence.TotalSeconds:0} seconds and was ended", isMemory: false);
            }
        }
    }

    /// <summary>Says how the process ended; the last of what it said comes with it.</summary>
    private async Task<WorkerLostException> LostAsync()
    {
        await Task.WhenAny(_exited, Task.Delay(ExitGrace)).ConfigureAwait(false);
        if (!_exited.IsCompleted)
        {
            Kill();
            return new WorkerLostException("closed its connection", isMemory: false);
        }

        string[] said;
        lock (_lastLines)
        {
            said = [.. _lastLines];
        }

        var code = _process.ExitCode;
        var how = (code - 128) switch
        {
            9 => "was killed (signal 9, which is also how a system without memory left ends a process)",
            (> 0 and < 65) and var signal => $"ended by signal {signal}",
            _ => $"ended with exit code {code}",
        };
        return new WorkerLostException(said.Length > 0 ? $"{how}; it said: {string.Join(" / ", said)}" : how, isMemory: code == 137);
    }

    private void Kill()
    {
        try
        {
            _isEnded = true;
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit(ExitGrace);
        }
        catch (InvalidOperationException)
        {
            // It has just ended by itself.
        }
    }

    private void Relay(string? line)
    {
        const string Warning = "warning: ";
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        lock (_lastLines)
        {
            _lastLines.Enqueue(line);
            if (_lastLines.Count > 3)
            {
                _lastLines.Dequeue();
            }
        }

        if (line.StartsWith(Warning, StringComparison.Ordinal))
        {
            _logger.LogWarning("{Line}", line[Warning.Length..]);
        }
        else
        {
            _logger.LogInformation("{Line}", line);
        }
    }
}
