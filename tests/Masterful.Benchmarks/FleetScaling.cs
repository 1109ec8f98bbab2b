using System.Globalization;
using Masterful.Core.Evaluation;
using Masterful.Core.Pipeline;
using Masterful.Core.Search;
using Masterful.Core.Tests.Search;
using Masterful.Core.Trials;
using Microsoft.Extensions.Logging.Abstractions;

namespace Masterful.Benchmarks;

/// <summary>
/// How long runs take on fleets of 1 to 1,000 workers. The stages of a run are the real ones (recipe, search, final trainings, attribution) over
/// simulated trials that take virtual time: image-passes ÷ speed, up to a tenth longer or shorter, and an overhead.
/// </summary>
/// <param name="problems">Each figure is a mean over so many simulated problems.</param>
/// <param name="overhead">Seconds a trial.</param>
internal sealed class FleetScaling(int problems, double overhead)
{
    /// <summary>Of a worker: a thousand training images a second, which makes a whole training 73 seconds.</summary>
    private const double Speed = 3000;

    private const double Noise = 0.1;

    /// <summary>More than any program asks for: what is left is what waits for each other.</summary>
    private const int Unlimited = 1_000_000;

    private static readonly int[] Workers = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000];

    private static readonly Setting[] Settings =
    [
        new("one run, ratio 1.5, 3 seeds", 1.5, 3, 1),
        new("one run, ratio 5, 3 seeds", 5, 3, 1),
        new("one run, ratio 1.5, 100 seeds", 1.5, 100, 1),
        new("100 runs, ratio 1.5, 3 seeds", 1.5, 3, 100),
    ];

    /// <summary>A Markdown table a setting, and the chart of all as a PNG.</summary>
    public async Task WriteAsync(TextWriter output, string chart)
    {
        var series = new List<FleetSeries>();
        foreach (var setting in Settings)
        {
            var span = await MeasureAsync(setting, Unlimited).ConfigureAwait(false);
            var points = new List<FleetPoint>();
            foreach (var workers in Workers)
            {
                points.Add(await MeasureAsync(setting, workers).ConfigureAwait(false));
            }

            var alone = points[0].Seconds;
            series.Add(new FleetSeries(setting.Name, [.. points.Select(p => (p.Workers, p.Seconds / alone))]));
            await output.WriteLineAsync($"\n**{setting.Name}**: {Number(alone)} s on one worker; trials that wait for others' results take {Number(span.Seconds)} s on any number.\n").ConfigureAwait(false);
            await output.WriteLineAsync("| workers | makespan, s | work ÷ workers, s | lower bound, s | speed-up | efficiency | trials | most at once |").ConfigureAwait(false);
            await output.WriteLineAsync("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |").ConfigureAwait(false);
            foreach (var point in points)
            {
                var ideal = point.Busy / point.Workers;
                await output.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {point.Workers:#,0} | {Number(point.Seconds)} | {Number(ideal)} | {Number(Math.Max(ideal, span.Seconds))} | {Number(alone / point.Seconds)} | "
                    + $"{alone / point.Seconds / point.Workers:0.0%} | {point.Trials:#,0} | {point.Peak} |")).ConfigureAwait(false);
            }
        }

        await File.WriteAllBytesAsync(chart, new FleetChart(
            "What a fleet shortens",
            string.Create(CultureInfo.InvariantCulture, $"Time ÷ one worker's, {problems} simulated problems each, {overhead:0.##} s of overhead a trial"),
            series).ToPng()).ConfigureAwait(false);
    }

    private async Task<FleetPoint> MeasureAsync(Setting setting, int workers)
    {
        var (seconds, busy, trials, peak) = (0.0, 0.0, 0.0, 0);
        // Runs at once are problems of their own: one fleet of them is a mean already.
        var repeats = setting.Runs > 1 ? 1 : problems;
        for (var repeat = 0; repeat < repeats; repeat++)
        {
            var fleet = new VirtualFleet(workers, Speed, overhead, Noise);
            await fleet.RunAsync([.. Enumerable.Range(0, setting.Runs).Select(run => Run(setting, repeat + run))]).ConfigureAwait(false);
            (seconds, busy, trials, peak) = (seconds + fleet.Now, busy + fleet.Busy, trials + fleet.Worked, Math.Max(peak, fleet.Peak));
        }

        return new FleetPoint(workers, seconds / repeats, busy / repeats, trials / repeats, peak);
    }

    private static (ITrialRunner Answers, Func<ITrialRunner, Task> Program) Run(Setting setting, int problem)
    {
        var answers = new WithTest(new SimulatedTrialRunner(SimulatedTruth.Draw(problem), SimulatedSearch.Sizes) { SelectImages = 2 });
        return (answers, runner => RunAsync(runner, setting, problem));
    }

    /// <summary>The stages of a run without a lock, as the pipeline has them.</summary>
    private static async Task RunAsync(ITrialRunner fleet, Setting setting, int problem)
    {
        var metered = new MeteredRunner(fleet, null);
        var request = SimulatedSearch.Request(problem, setting.Ratio) with { FinalSeeds = setting.Seeds };
        var template = request.Template with { Recipe = request.Template.Recipe with { BatchSize = 128 } };
        var settled = await new RecipeSearch(metered, TimeProvider.System, NullLogger.Instance).SettleAsync(
            new RecipeSearchRequest { Template = template, BatchSize = true, LearningRate = true, Sizes = request.Sizes }, CancellationToken.None).ConfigureAwait(false);
        var recipe = template with { Recipe = settled.Recipe };
        var found = await new PolicySearch(metered, TimeProvider.System, NullLogger.Instance)
            .SearchAsync(request with { Template = recipe }, null, CancellationToken.None).ConfigureAwait(false);
        var finals = await new FinalStage(metered, onSelect: false).TrainAsync(recipe, found.Policy, setting.Seeds, CancellationToken.None).ConfigureAwait(false);
        var confirmed = found.Confirm(finals.Original, finals.Masterful);
        var choice = new PolicyChoice { Recipe = settled.Recipe, Policy = confirmed.Policy, Source = confirmed.Source, Settled = settled, Search = confirmed };
        await new AttributionStage(metered, request.Budget, request.Sizes, setting.Seeds).MeasureAsync(finals, choice, CancellationToken.None).ConfigureAwait(false);
    }

    private static string Number(double value) => value.ToString(value < 100 ? "#,0.0" : "#,0", CultureInfo.InvariantCulture);

    /// <summary>What is run.</summary>
    private sealed record Setting(string Name, double Ratio, int Seeds, int Runs);

    /// <summary>What it took.</summary>
    private sealed record FleetPoint(int Workers, double Seconds, double Busy, double Trials, int Peak);

    /// <summary>Simulated trials that also carry predictions on test images, which the final stage wants to see.</summary>
    private sealed class WithTest(ITrialRunner inner) : ITrialRunner
    {
        private static readonly Predictions Any = new([1, 0], 2, [0]);

        public int Parallelism => inner.Parallelism;

        public async Task<TrialResult> RunAsync(TrialSpec trial, CancellationToken cancellation) =>
            await inner.RunAsync(trial, cancellation).ConfigureAwait(false) with { Test = Any };

        public Task<DistanceProbeResult> ProbeAsync(DistanceProbe probe, CancellationToken cancellation) => inner.ProbeAsync(probe, cancellation);
    }
}
