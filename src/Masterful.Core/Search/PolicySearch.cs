using Masterful.Core.Runtime;
using Masterful.Core.Training;
using Masterful.Core.Trials;
using Microsoft.Extensions.Logging;

namespace Masterful.Core.Search;

/// <summary>
/// Searches for the training policy that most lowers the select loss, within hard caps: baseline, distance analysis, an exploration of
/// all groups of techniques and of whole policies together, a backward pass, and one fresh confirmation of what was found against no
/// policy. The same request and the same trial results give the same outcome, whoever runs the trials and however many at once.
/// </summary>
/// <param name="runner">Answers trials.</param>
/// <param name="clock">For the cap on time and for progress.</param>
/// <param name="logger">Hears why each candidate stayed or went.</param>
public sealed class PolicySearch(ITrialRunner runner, TimeProvider clock, ILogger logger)
{
    /// <summary>Multiples of the final stage that a search without a cap on work plans for.</summary>
    private const double UncappedRatio = 4;

    /// <summary>Images of the timing trial.</summary>
    private const int TimingImages = 3000;

    /// <summary>Searches.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="progress">Hears after every trial, or null.</param>
    /// <param name="cancellation">Stops; trials that finished are in the journal, so that the next search goes on from there.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<SearchOutcome> SearchAsync(
        SearchRequest request, IProgress<SearchProgress>? progress, CancellationToken cancellation)
    {
        var final = TrialCost.FinalStage(request.Template, request.Sizes, request.FinalSeeds);
        var ledger = new SearchLedger(runner, request.Budget, request.Sizes, clock, progress)
        {
            Cap = request.Budget.Ratio is { } ratio ? (long)Math.Floor(ratio * final) : null,
        };
        var cap = await PlannableAsync(request, ledger, final, cancellation).ConfigureAwait(false);
        var run = new SearchRun(request, ledger, logger);
        await run.SearchAsync(cap, cancellation).ConfigureAwait(false);
        return run.Outcome();
    }

    /// <summary>
    /// Image-passes to plan with: the cap on work; where there is none, what a timing trial says fits into the cap on time. With both,
    /// time only stops the search: a plan that hung on the speed of the machine would not come out the same again.
    /// </summary>
    private async Task<double> PlannableAsync(
        SearchRequest request, SearchLedger ledger, long final, CancellationToken cancellation)
    {
        if (ledger.Cap is { } cap)
        {
            return cap;
        }

        if (request.Budget.Time is not { } time)
        {
            return UncappedRatio * final;
        }

        // Long enough that starting up weighs little.
        var epochs = Math.Min(request.Template.Recipe.Epochs, Math.Ceiling((double)TimingImages / request.Sizes.Train));
        var fidelity = new Fidelity(epochs / request.Template.Recipe.Epochs, Math.Min(1, (double)TimingImages / request.Sizes.Train));
        var trial = request.Template with { Fidelity = fidelity, Seed = Seeds.Derive(request.Template.Seed, "search/timing") };
        var result = (await ledger.AskAsync([trial], cancellation).ConfigureAwait(false))[0];
        return result is { Seconds: > 0, ImagePasses: > 0 }
            ? Math.Min(UncappedRatio * final, 0.9 * time.TotalSeconds / result.Seconds * result.ImagePasses * Math.Max(1, runner.Parallelism))
            : UncappedRatio * final;
    }
}
