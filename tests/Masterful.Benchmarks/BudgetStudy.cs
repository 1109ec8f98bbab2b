using Masterful.Core.Tests.Search;

namespace Masterful.Benchmarks;

/// <summary>The share of the best policy's gain that ways to search capture, by budget, over simulated problems.</summary>
internal sealed class BudgetStudy(int searches)
{
    private static readonly double[] Ratios = [0.5, 1, 1.5, 2, 3];

    private static readonly (string Name, SimulatedSearch.Scheme Search)[] Schemes =
    [
        ("masterful", SimulatedSearch.MasterfulAsync),
        ("random policies", SimulatedSearch.RandomAsync),
        ("group by group, one trial a node", SimulatedSearch.GroupByGroupAsync),
    ];

    /// <summary>A Markdown table, and the chart of the same figures as a PNG.</summary>
    public async Task WriteAsync(TextWriter output, string chart)
    {
        var series = new List<BudgetSeries>();
        await output.WriteLineAsync($"| | {string.Join(" | ", Ratios.Select(r => $"ratio {r:0.#}"))} | no policy where nothing helps, at 1.5 |").ConfigureAwait(false);
        await output.WriteLineAsync($"| --- |{string.Concat(Ratios.Select(_ => " ---: |"))} ---: |").ConfigureAwait(false);
        foreach (var (name, search) in Schemes)
        {
            var points = new List<(double Ratio, double Gained, double StandardError)>();
            foreach (var ratio in Ratios)
            {
                var shares = await SharesAsync(search, ratio).ConfigureAwait(false);
                var mean = shares.Average();
                points.Add((ratio, mean, Math.Sqrt(shares.Sum(s => (s - mean) * (s - mean)) / (shares.Count - 1) / shares.Count)));
            }

            var none = await NoneAsync(search).ConfigureAwait(false);
            series.Add(new BudgetSeries(name, points));
            await output.WriteLineAsync($"| {name} | {string.Join(" | ", points.Select(p => $"{p.Gained:0%} ± {p.StandardError:0%}"))} | {none:0%} |").ConfigureAwait(false);
        }

        await File.WriteAllBytesAsync(chart, new BudgetChart(
            "What a search finds for its budget",
            $"Mean share of the best policy's gain over {searches} simulated problems each; whiskers: ± one standard error",
            series).ToPng()).ConfigureAwait(false);
    }

    private async Task<List<double>> SharesAsync(SimulatedSearch.Scheme search, double ratio)
    {
        var shares = new double[searches];
        await Parallel.ForAsync(0, searches, async (i, _) =>
        {
            var truth = SimulatedTruth.Draw(i);
            shares[i] = truth.BestGain > 0 ? -truth.Change(await search(truth, i, ratio).ConfigureAwait(false)) / truth.BestGain : double.NaN;
        }).ConfigureAwait(false);
        return [.. shares.Where(s => !double.IsNaN(s))];
    }

    private async Task<double> NoneAsync(SimulatedSearch.Scheme search)
    {
        var none = 0;
        await Parallel.ForAsync(0, searches, async (i, _) =>
        {
            if ((await search(SimulatedTruth.Nothing(0.015 + (0.01 * i / searches)), i, 1.5).ConfigureAwait(false)).IsNone)
            {
                Interlocked.Increment(ref none);
            }
        }).ConfigureAwait(false);
        return (double)none / searches;
    }
}
