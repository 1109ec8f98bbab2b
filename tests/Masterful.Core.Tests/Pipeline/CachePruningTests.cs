using Masterful.Core.Pipeline;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Tests.Trials;
using Masterful.Core.Training;
using Masterful.Core.Trials;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Masterful.Core.Tests.Pipeline;

public sealed class CachePruningTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2030, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();
    private readonly FixedClock _clock = new() { Time = Now };

    private string Cache => _folder[".masterful"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_fits_the_spec_stays_and_what_another_recipe_trained_goes()
    {
        Train("1", Trial(epochs: 20, Policy.None));
        Train("2", Trial(epochs: 7, Policy.None));

        Assert.Equal(1, Prune(epochs: 7)["trials"]);
        Assert.Equal([TrialKey.Of(Trial(7, Policy.None))], Keys());
    }

    [Fact]
    public void What_the_last_finished_run_used_stays_whatever_its_age()
    {
        Train("1", Trial(7, Policy.None), finish: "passed", daysAgo: 400);
        Train("2", Trial(7, Policy.None.With(Technique.Rotate, 10)), finish: "cancelled", daysAgo: 300);

        Assert.Equal(1, Prune(epochs: 7, days: 30)["trials"]);
        Assert.Equal([TrialKey.Of(Trial(7, Policy.None))], Keys());
    }

    [Fact]
    public void A_checkpoint_stays_while_the_run_that_began_it_is_not_over()
    {
        Train("1", Trial(7, Policy.None), finish: "cancelled");
        Put("checkpoints", "under-way", Now.AddHours(1));
        Put("checkpoints", "of-an-older-run", Now.AddDays(-1));

        Assert.Equal(1, Prune(epochs: 7)["checkpoints"]);
        Train("2", Trial(7, Policy.None), finish: "passed");
        Assert.Equal(1, Prune(epochs: 7)["checkpoints"]);
    }

    [Fact]
    public void Decoded_data_goes_by_age_alone_and_weights_with_their_trials()
    {
        Train("1", Trial(7, Policy.None));
        Put("weights", TrialKey.Of(Trial(7, Policy.None)) + ".safetensors", Now.AddDays(-50));
        Put("weights", "unknown.safetensors", Now);
        Put("data", "old.bin", Now.AddDays(-50));
        Put("data", "used.bin", Now.AddDays(-1));

        Assert.Equal(0, Prune(epochs: 7, dryRun: true)["decoded data"]);
        Assert.Equal(1, Prune(epochs: 7, days: 30)["decoded data"]);
        Assert.True(File.Exists(Path.Combine(Cache, "data", "used.bin")));
        Assert.Equal([TrialKey.Of(Trial(7, Policy.None)) + ".safetensors"], Directory.GetFiles(Path.Combine(Cache, "weights")).Select(Path.GetFileName));
    }

    [Fact]
    public void A_dry_run_removes_nothing()
    {
        Train("1", Trial(20, Policy.None), finish: "cancelled");

        Assert.Equal(1, Prune(epochs: 7, dryRun: true)["trials"]);
        Assert.Single(Keys());
    }

    private static TrialSpec Trial(int epochs, Policy policy) => TrialSpecs.Trial with
    {
        Policy = policy,
        Recipe = new Recipe { Epochs = epochs, BatchSize = 64, LearningRate = 0.1 },
        EngineVersion = EngineVersion.Current,
    };

    private void Train(string run, TrialSpec trial, string finish = "passed", int daysAgo = 0)
    {
        _clock.Time = Now.AddDays(-daysAgo).AddSeconds(int.Parse(run, System.Globalization.CultureInfo.InvariantCulture));
        using var journal = Open();
        journal.StartRun(run, _folder["masterful.yaml"]);
        journal.Save(TrialSpecs.Result(trial), trial);
        journal.NoteUse(run, TrialKey.Of(trial), reused: false);
        journal.FinishRun(run, finish, null);
        _clock.Time = Now;
    }

    private Dictionary<string, int> Prune(int epochs, int? days = null, bool dryRun = false)
    {
        Directory.CreateDirectory(_folder["data/train"]);
        Directory.CreateDirectory(_folder["data/test"]);
        File.WriteAllText(_folder["masterful.yaml"], $$"""
            version: 1
            dataset: { format: folder, root: data, splits: { train: train, test: test } }
            model: { architecture: small-cnn, input_shape: [8, 8, 1] }
            training: { epochs: {{epochs}}, batch_size: 64, learning_rate: 0.1 }
            """);
        var spec = SpecLoader.Load(_folder["masterful.yaml"], [], _ => null).Spec;
        return new CachePruning(spec, _clock, NullLogger.Instance).Prune(days is { } d ? TimeSpan.FromDays(d) : null, dryRun).ToDictionary(k => k.Kind, k => k.Count);
    }

    private void Put(string folder, string name, DateTimeOffset written)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(Cache, folder)).FullName, name);
        File.WriteAllText(path, "content");
        File.SetLastWriteTimeUtc(path, written.UtcDateTime);
    }

    private List<string> Keys()
    {
        using var journal = Open();
        return [.. journal.Holdings().Select(h => h.Key)];
    }

    private Journal Open() => Journal.Open(TorchEnvironment.JournalPath(Cache), _clock);

    private sealed class FixedClock : TimeProvider
    {
        public DateTimeOffset Time { get; set; }

        public override DateTimeOffset GetUtcNow() => Time;
    }
}
