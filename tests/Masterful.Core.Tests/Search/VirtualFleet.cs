using Masterful.Core.Runtime;
using Masterful.Core.Trials;

namespace Masterful.Core.Tests.Search;

/// <summary>
/// Workers that take virtual time for trials and none of the real kind. The programs that ask for trials run as they are; the trial that
/// ends first is answered only once every program waits and has no more to ask. So the same programs on the same number of workers
/// take the same virtual time on any machine.
/// </summary>
/// <param name="workers">Trials at once. What is asked for beyond that waits in the order of asking.</param>
/// <param name="speed">Image-passes a second of a worker.</param>
/// <param name="overhead">Seconds of a trial besides.</param>
/// <param name="noise">Trials take up to this share longer or shorter, each its own.</param>
internal sealed class VirtualFleet(int workers, double speed, double overhead = 0, double noise = 0)
{
    /// <summary>
    /// Programs that have nothing left to ask are silent for so long, which is long for a busy machine; where the thread pool has nothing to do
    /// it is known at once.
    /// </summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly List<Work> _asked = [];
    private readonly Queue<Work> _queue = [];
    private readonly PriorityQueue<Work, (double End, int Begun)> _running = new();
    private long _changes;

    /// <summary>Seconds that passed.</summary>
    public double Now { get; private set; }

    /// <summary>Seconds that workers were busy, all together.</summary>
    public double Busy { get; private set; }

    /// <summary>Trials and probes that were worked on.</summary>
    public int Worked { get; private set; }

    /// <summary>The most that were worked on at once.</summary>
    public int Peak { get; private set; }

    private int Workers => workers;

    /// <summary>Runs programs to their ends, all begun at 0. Each is handed a runner of its own, whose results are those of the one given with it.</summary>
    public async Task RunAsync(params IReadOnlyList<(ITrialRunner Answers, Func<ITrialRunner, Task> Program)> programs)
    {
        var coordinators = programs.Select((p, i) => new Coordinator(this, i, p.Answers)).ToList();
        var running = programs.Zip(coordinators, (p, c) => Task.Run(() => p.Program(c))).ToList();
        await Task.Factory.StartNew(
            () => Pump(coordinators, running), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        await Task.WhenAll(running).ConfigureAwait(false);
    }

    private void Pump(List<Coordinator> coordinators, List<Task> programs)
    {
        while (true)
        {
            AwaitQuiet(coordinators, programs);
            lock (_gate)
            {
                // Who of several askers of one moment came first is up to the thread pool.
                foreach (var work in _asked.OrderBy(w => w.Coordinator.Number).ThenBy(w => w.Key, StringComparer.Ordinal))
                {
                    _queue.Enqueue(work);
                }

                _asked.Clear();
                while (_running.Count < workers && _queue.TryDequeue(out var work))
                {
                    _running.Enqueue(work, (Now + work.Seconds, Worked++));
                    Busy += work.Seconds;
                    Peak = Math.Max(Peak, _running.Count);
                }

                if (!_running.TryDequeue(out var ended, out var at))
                {
                    return;
                }

                Now = at.End;
                ended.Coordinator.Open--;
                ended.Answer.SetResult();
            }
        }
    }

    /// <summary>
    /// Waits until each program that has not ended waits for an answer, and none asks for more. A program that waits for nothing computes,
    /// however long; one that waits may yet ask for the rest of a batch, which takes a moment.
    /// </summary>
    private void AwaitQuiet(List<Coordinator> coordinators, List<Task> programs)
    {
        var (seen, since, idle) = (-1L, 0L, 0);
        while (idle < 2)
        {
            Thread.Sleep(0);
            lock (_gate)
            {
                if (_changes != seen || coordinators.Exists(c => c.Open == 0 && !programs[c.Number].IsCompleted))
                {
                    (seen, since, idle) = (_changes, Environment.TickCount64, 0);
                    continue;
                }
            }

            var silent = Environment.TickCount64 - since > Silence.TotalMilliseconds;
            idle = ThreadPool.PendingWorkItemCount == 0 && (silent || NoneWorks()) ? idle + 1 : 0;
        }
    }

    private static bool NoneWorks()
    {
        ThreadPool.GetMaxThreads(out var most, out _);
        ThreadPool.GetAvailableThreads(out var free, out _);
        return most == free;
    }

    private double Seconds(string key, long passes)
    {
        var share = Seeds.Derive(0, $"duration/{key}") / (double)long.MaxValue;
        return overhead + (passes / speed * (1 + (noise * ((2 * share) - 1))));
    }

    private sealed record Work(Coordinator Coordinator, string Key, double Seconds)
    {
        public TaskCompletionSource Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>The fleet to one program, with a journal: what it had answered once it answers at once.</summary>
    private sealed class Coordinator(VirtualFleet fleet, int number, ITrialRunner answers) : ITrialRunner
    {
        private readonly Dictionary<string, TrialResult> _journal = [];

        public int Number => number;

        /// <summary>What the program waits for.</summary>
        public int Open { get; set; }

        public int Parallelism => fleet.Workers;

        public async Task<TrialResult> RunAsync(TrialSpec trial, CancellationToken cancellation)
        {
            var result = await answers.RunAsync(trial, cancellation).ConfigureAwait(false);
            lock (fleet._gate)
            {
                if (_journal.TryGetValue(result.Key, out var known))
                {
                    return known with { Reused = true };
                }
            }

            var seconds = await WorkAsync(result.Key, result.ImagePasses, cancellation).ConfigureAwait(false);
            lock (fleet._gate)
            {
                return _journal[result.Key] = result with { Seconds = seconds };
            }
        }

        public async Task<DistanceProbeResult> ProbeAsync(DistanceProbe probe, CancellationToken cancellation)
        {
            var result = await answers.ProbeAsync(probe, cancellation).ConfigureAwait(false);
            return result with { Seconds = await WorkAsync("probe", result.ImagePasses, cancellation).ConfigureAwait(false) };
        }

        private async Task<double> WorkAsync(string key, long passes, CancellationToken cancellation)
        {
            var work = new Work(this, key, fleet.Seconds(key, passes));
            lock (fleet._gate)
            {
                fleet._asked.Add(work);
                fleet._changes++;
                Open++;
            }

            await work.Answer.Task.WaitAsync(cancellation).ConfigureAwait(false);
            return work.Seconds;
        }
    }
}
