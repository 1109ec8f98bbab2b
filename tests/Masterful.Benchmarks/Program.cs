using System.Globalization;
using BenchmarkDotNet.Running;
using Masterful.Benchmarks;
using Masterful.Core.Training;

if (args is ["fidelity", var path, var shares, var seeds, var part, .. var overrides])
{
    // fidelity SPEC 1x1,0.5x1 SEEDS table|PART/PARTS [key=value…]: shares are of epochs × of images.
    using var session = await BenchmarkSession.OpenAsync(path, overrides, CancellationToken.None);
    var fidelities = shares.Split(',').Select(s => s.Split('x').Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray())
        .Select(s => new Fidelity(s[0], s[1])).ToList();
    var study = new FidelityStudy(session, fidelities, int.Parse(seeds, CultureInfo.InvariantCulture));
    if (part == "table")
    {
        await study.WriteAsync(Console.Out, CancellationToken.None);
    }
    else
    {
        var parts = part.Split('/').Select(p => int.Parse(p, CultureInfo.InvariantCulture)).ToArray();
        await study.TrainAsync(parts[0], parts[1], CancellationToken.None);
    }

    return;
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
