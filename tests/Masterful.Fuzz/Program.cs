using System.CommandLine;
using System.Globalization;
using Masterful.Core.Runtime;
using Masterful.Fuzz;

var minutes = new Argument<double>("minutes") { Description = "How long, all readers together.", DefaultValueFactory = _ => 1 };
var only = new Option<string[]>("--only") { Description = "Readers to try; by default all.", AllowMultipleArgumentsPerToken = true };
var seed = new Option<int>("--seed") { Description = "Of all randomness. The same seed gives the same inputs." };
var replay = new Option<FileInfo?>("--replay") { Description = "Read one input that was found, by the reader that its name begins with." };
var command = new RootCommand("Gives every reader of foreign files mutated inputs: each must end well or in a diagnostic, in two seconds and a gigabyte.") { minutes, only, seed, replay };
command.SetAction(parsed =>
{
    var folders = MachineFolders.FromEnvironment();
    LibTorch.Load(new LibTorchLocator(Environment.GetEnvironmentVariable("MASTERFUL_LIBTORCH"), null, folders).Locate()!, folders);
    TorchSharp.torch.set_num_threads(1);
    using var readers = new Readers();
    var chosen = parsed.GetValue(only) is { Length: > 0 } names ? readers.All.Where(t => names.Contains(t.Name)).ToList() : readers.All;
    var findings = Path.GetFullPath("fuzz-findings");
    if (parsed.GetValue(replay) is { } file)
    {
        var run = new FuzzRun(readers.All.Single(t => file.Name.StartsWith($"{t.Name}-", StringComparison.Ordinal)), 0, findings);
        run.Try(File.ReadAllBytes(file.FullName));
        return Told(run, file.Name);
    }

    if (chosen.Count == 0)
    {
        Console.Error.WriteLine($"There is no such reader; there are {string.Join(", ", readers.All.Select(t => t.Name))}.");
        return 3;
    }

    var failed = 0;
    long total = 0;
    foreach (var target in chosen)
    {
        var run = new FuzzRun(target, parsed.GetValue(seed), findings);
        run.Run(TimeSpan.FromMinutes(parsed.GetValue(minutes) / chosen.Count), CancellationToken.None);
        failed += Told(run, target.Name);
        total += run.Count;
    }

    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{total:N0} inputs over {chosen.Count} readers, {failed} readers with findings"));
    return failed == 0 ? 0 : 1;
});
return command.Parse(args).Invoke();

static int Told(FuzzRun run, string name)
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-16} {run.Count,12:N0} inputs, {run.Refused,12:N0} refused, {run.Findings.Count} findings"));
    foreach (var finding in run.Findings)
    {
        Console.WriteLine($"  {finding.Problem.ReplaceLineEndings("\n  ")}\n  {finding.File}");
    }

    return run.Findings.Count > 0 ? 1 : 0;
}
