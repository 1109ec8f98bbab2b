using System.Globalization;
using BenchmarkDotNet.Running;
using Masterful.Benchmarks;
using Masterful.Core.Training;

// compare CHART.png SPEC… [key=value…]: fixed policies against what the search finds.
// simulate CHART.png SEARCHES: what ways to search find for their budget, over simulated trials.
// fidelity SPEC 1x1,0.5x1 SEEDS table|PART/PARTS [key=value…]: what short trials know; shares are of epochs × of images.
// Anything else goes to BenchmarkDotNet, such as --filter '*Augmentation*'.
switch (args)
{
    case ["compare", var chart, .. var rest]:
        var measured = new List<PolicyErrors>();
        foreach (var path in rest.Where(r => !r.Contains('=', StringComparison.Ordinal)))
        {
            using var session = await BenchmarkSession.OpenAsync(path, [.. rest.Where(r => r.Contains('=', StringComparison.Ordinal))], CancellationToken.None);
            measured.Add(await new PolicyComparison(session).WriteAsync(Console.Out, CancellationToken.None));
        }

        await File.WriteAllBytesAsync(chart, new PolicyErrorsChart(measured).ToPng());
        break;
    case ["simulate", var chart, var searches]:
        await new BudgetStudy(int.Parse(searches, CultureInfo.InvariantCulture)).WriteAsync(Console.Out, chart);
        break;
    case ["fidelity", var path, var shares, var seeds, var part, .. var overrides]:
        using (var session = await BenchmarkSession.OpenAsync(path, overrides, CancellationToken.None))
        {
            var study = new FidelityStudy(session, [.. shares.Split(',').Select(ParseFidelity)], int.Parse(seeds, CultureInfo.InvariantCulture));
            await (part.Split('/') is [var mine, var all]
                ? study.TrainAsync(int.Parse(mine, CultureInfo.InvariantCulture), int.Parse(all, CultureInfo.InvariantCulture), CancellationToken.None)
                : study.WriteAsync(Console.Out, CancellationToken.None));
        }

        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(AugmentationBenchmarks).Assembly).Run(args);
        break;
}

static Fidelity ParseFidelity(string shares) => shares.Split('x') is [var epochs, var images]
    ? new Fidelity(double.Parse(epochs, CultureInfo.InvariantCulture), double.Parse(images, CultureInfo.InvariantCulture))
    : throw new ArgumentException($"'{shares}' is not like 1x0.5.");
