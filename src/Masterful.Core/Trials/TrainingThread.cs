using System.Collections.Concurrent;

namespace Masterful.Core.Trials;

/// <summary>
/// One thread that all of a process's trainings run on, one after another: dispose scopes, autocast and OpenMP's workers belong to a
/// thread, torch's random generator to the process.
/// </summary>
internal sealed class TrainingThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    public TrainingThread()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "training" };
        _thread.Start();
    }

    /// <summary>Runs a piece of work when those before it are done.</summary>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(
            () =>
            {
                try
                {
                    cancellation.ThrowIfCancellationRequested();
                    completion.SetResult(work());
                }
                catch (OperationCanceledException e)
                {
                    completion.SetCanceled(e.CancellationToken);
                }
                catch (Exception e)
                {
                    // Whoever awaits the work sees it.
                    completion.SetException(e);
                }
            },
            CancellationToken.None);
        return completion.Task;
    }

    /// <summary>Ends the thread when the work that it was given is done.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }
}
