using System.Globalization;
using BenchmarkDotNet.Running;
using Masterful.Benchmarks;
using Masterful.Benchmarks.Speed;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Training;

// TOOL.dll is the built tool: trials train in its workers, as in a run.
// compare TOOL.dll CHART.png SPEC… [key=value…]: fixed policies against what the search finds.
// budget TOOL.dll CHART.png 0.5,1,1.5,3 SPEC… [key=value…]: what the search gains by its budget (policy.budget.ratio).
// simulate CHART.png SEARCHES: what ways to search find for their budget, over simulated trials.
// fleet CHART.png PROBLEMS OVERHEAD: how long runs take on fleets of 1 to 1,000 workers, in virtual time; OVERHEAD is seconds a trial.
// fidelity TOOL.dll SPEC 1x1,0.5x1 SEEDS [key=value…]: what short trials know; shares are of epochs × of images.
// dose TOOL.dll SPEC synthetic|unlabeled rand_augment=30,mixup=0.5 SEEDS 1,0.5 0.25,1 [key=value…]: what a spec's added images do to a policy, by share of
//   the epochs and by share of those images.
// speed ROUNDS SECONDS [PYTHON]: the engine's speed against PyTorch's, by a command that behaves as python3 does.
// cost TOOL.dll CHART.png SPEC [key=value…]: what images, techniques, policies and workers cost.
// Anything else goes to BenchmarkDotNet, such as --filter '*Augmentation*'.
switch (args)
{
    case ["compare", var tool, var chart, .. var rest]:
        var measured = new List<PolicyErrors>();
        foreach (var path in rest.Where(IsPath))
        {
            using var session = await BenchmarkSession.OpenAsync(path, [.. rest.Where(r => !IsPath(r))], tool, CancellationToken.None);
            measured.Add(await new PolicyComparison(session).WriteAsync(Console.Out, CancellationToken.None));
        }

        await File.WriteAllBytesAsync(chart, new PolicyErrorsChart(measured).ToPng());
        break;
    case ["budget", var tool, var chart, var ratios, .. var rest]:
        var series = new List<BudgetSeries>();
        foreach (var path in rest.Where(IsPath))
        {
            using var session = await BenchmarkSession.OpenAsync(path, [.. rest.Where(r => !IsPath(r))], tool, CancellationToken.None);
            series.Add(await new ErrorByBudget(session, Numbers(ratios)).WriteAsync(Console.Out, CancellationToken.None));
        }

        await File.WriteAllBytesAsync(chart, new BudgetChart(
            "What a search gains for its budget", "Errors fewer than without a policy, on the test images; whiskers: ± one standard error", series).ToPng());
        break;
    case ["simulate", var chart, var searches]:
        await new BudgetStudy(int.Parse(searches, CultureInfo.InvariantCulture)).WriteAsync(Console.Out, chart);
        break;
    case ["fleet", var chart, var problems, var overhead]:
        await new FleetScaling(int.Parse(problems, CultureInfo.InvariantCulture), double.Parse(overhead, CultureInfo.InvariantCulture)).WriteAsync(Console.Out, chart);
        break;
    case ["fidelity", var tool, var path, var shares, var seeds, .. var overrides]:
        using (var session = await BenchmarkSession.OpenAsync(path, overrides, tool, CancellationToken.None))
        {
            await new FidelityStudy(session, [.. shares.Split(',').Select(ParseFidelity)], int.Parse(seeds, CultureInfo.InvariantCulture))
                .WriteAsync(Console.Out, CancellationToken.None);
        }

        break;
    case ["dose", var tool, var path, var added, var policy, var seeds, var shares, var doses, .. var overrides]:
        using (var session = await BenchmarkSession.OpenAsync(path, overrides, tool, CancellationToken.None))
        {
            await new DoseComparison(session, ParseTechnique(added), ParsePolicy(policy), int.Parse(seeds, CultureInfo.InvariantCulture), Numbers(doses))
                .WriteAsync(Console.Out, Numbers(shares), CancellationToken.None);
        }

        break;
    case ["speed", var rounds, var turn, .. var python]:
        BenchmarkSession.LoadTorch();
        TorchSharp.torch.set_num_threads(Environment.ProcessorCount);
        using (var peer = python.Length > 0 ? await PeerProcess.StartAsync(python[0], Environment.ProcessorCount) : null)
        {
            using var table = new SpeedTable(peer, Environment.GetEnvironmentVariable("MASTERFUL_DATA"), int.Parse(rounds, CultureInfo.InvariantCulture), double.Parse(turn, CultureInfo.InvariantCulture));
            await table.WriteAsync(Console.Out);
        }

        break;
    case ["cost", var tool, var chart, var path, .. var overrides]:
        BenchmarkSession.LoadTorch();
        TorchSharp.torch.set_num_threads(Environment.ProcessorCount);
        await new CostStudy(path, overrides, tool).WriteAsync(Console.Out, chart, CancellationToken.None);
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(AugmentationBenchmarks).Assembly).Run(args);
        break;
}

static Fidelity ParseFidelity(string shares) => shares.Split('x') is [var epochs, var images]
    ? new Fidelity(double.Parse(epochs, CultureInfo.InvariantCulture), double.Parse(images, CultureInfo.InvariantCulture))
    : throw new ArgumentException($"'{shares}' is not like 1x0.5.");

static Technique ParseTechnique(string name) => TechniqueAxis.All.First(a => a.Name == name).Technique;

static Policy ParsePolicy(string values) => values.Split(',').Select(v => v.Split('=')).Aggregate(
    Policy.None with { Name = values },
    (policy, value) => policy.With(ParseTechnique(value[0]), double.Parse(value[1], CultureInfo.InvariantCulture)));

static bool IsPath(string argument) => !argument.Contains('=', StringComparison.Ordinal);

static double[] Numbers(string list) => [.. list.Split(',').Select(n => double.Parse(n, CultureInfo.InvariantCulture))];
