using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Training;
using Masterful.Core.Trials;

namespace Masterful.Core.Pipeline;

/// <summary>
/// A policy that a search found, with what it was found for, the settled recipe included: what <c>masterful.lock.yaml</c> holds.
/// </summary>
public sealed record PolicyLock
{
    /// <summary>The name of the file, beside the spec.</summary>
    public const string FileName = Spec.Folders.RunFiles.Lock;

    /// <summary>A training set that grew or shrank by more than this share of its size wants another policy.</summary>
    public const double LargestChange = 0.25;

    /// <summary>The policy.</summary>
    public required Policy Policy { get; init; }

    /// <summary>How it was found: search, trivial-augment, rand-augment or none.</summary>
    public required string Source { get; init; }

    /// <summary>Version of the engine that found it.</summary>
    public required string EngineVersion { get; init; }

    /// <summary>Images a step, as settled.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Peak learning rate, as settled.</summary>
    public required double LearningRate { get; init; }

    /// <summary>What the policy was found for.</summary>
    public required LockFingerprint Fingerprint { get; init; }

    /// <summary>The lock's path for a spec.</summary>
    public static string PathFor(MasterfulSpec spec) => Path.Combine(spec.Directory, FileName);

    /// <summary>Locks a policy.</summary>
    public static PolicyLock Of(Policy policy, string source, Recipe recipe, LockFingerprint fingerprint) => new()
    {
        Policy = policy,
        Source = source,
        EngineVersion = Runtime.EngineVersion.Current,
        BatchSize = recipe.BatchSize,
        LearningRate = recipe.LearningRate,
        Fingerprint = fingerprint,
    };

    /// <summary>
    /// What changed since the policy was found and undoes the lock, one sentence a change; empty when the policy still holds. New
    /// images alone don't undo it, unless there are over a quarter more or fewer of them.
    /// </summary>
    /// <param name="now">The run's own fingerprint.</param>
    /// <param name="sizes">The run's splits: a policy that uses a split needs it.</param>
    public IReadOnlyList<string> Differences(LockFingerprint now, SplitSizes sizes)
    {
        var then = Fingerprint;
        var change = (now.TrainImages - then.TrainImages) / (double)then.TrainImages;
        (bool Changed, string Message)[] checks =
        [
            (then.Model != now.Model, "the model changed"),
            (then.Recipe != now.Recipe, "the training section changed"),
            (!then.Techniques.SequenceEqual(now.Techniques), "policy.techniques changed"),
            (then.Classes != now.Classes, "the classes changed"),
            (then.InputShape != now.InputShape, $"model.input_shape changed from {then.InputShape} to {now.InputShape}"),
            (Major(EngineVersion) != Major(Runtime.EngineVersion.Current), $"the engine changed from {EngineVersion} to {Runtime.EngineVersion.Current}"),
            (Math.Abs(change) > LargestChange, $"the training set went from {then.TrainImages} to {now.TrainImages} images"),
            (Policy[Technique.Synthetic] > 0 && sizes.Synthetic == 0, "the policy uses synthetic images, and there are none now"),
            (Policy[Technique.Unlabeled] > 0 && sizes.Unlabeled == 0, "the policy uses unlabeled images, and there are none now"),
        ];
        return [.. checks.Where(c => c.Changed).Select(c => c.Message)];
    }

    private static string Major(string version) => version.Split('.')[0];
}

/// <summary>What a policy is found for.</summary>
public sealed record LockFingerprint
{
    /// <summary>Of architecture, options, shape and code.</summary>
    public required string Model { get; init; }

    /// <summary>Of the spec's training section, as far as it shapes a training: not seeds, and not precision, which differs between machines.</summary>
    public required string Recipe { get; init; }

    /// <summary>Names of the techniques that the search could use, in search order.</summary>
    public required IReadOnlyList<string> Techniques { get; init; }

    /// <summary>Of the class names.</summary>
    public required string Classes { get; init; }

    /// <summary>Height×width×channels.</summary>
    public required string InputShape { get; init; }

    /// <summary>Of the images; a change is only noted.</summary>
    public required string Data { get; init; }

    /// <summary>Images that train.</summary>
    public required int TrainImages { get; init; }

    /// <summary>The fingerprint of a run.</summary>
    public static LockFingerprint Of(MasterfulSpec spec, string modelFingerprint, IReadOnlyList<string> classes, string dataFingerprint, int trainImages) => new()
    {
        Model = modelFingerprint,
        Recipe = Hash(RecipeText(spec.Training)),
        Techniques = [.. spec.Policy.Techniques.Order().Select(t => TechniqueAxis.Of(t).Name)],
        Classes = Hash(string.Join('\n', classes)),
        InputShape = spec.Model.InputShape.ToString(),
        Data = dataFingerprint,
        TrainImages = trainImages,
    };

    private static string RecipeText(TrainingSpec training) => string.Create(
        CultureInfo.InvariantCulture,
        $"{training.Epochs} {training.BatchSize?.ToString(CultureInfo.InvariantCulture) ?? "auto"} {training.LearningRate?.ToString("R", CultureInfo.InvariantCulture) ?? "auto"} {training.Optimizer} {training.WeightDecay:R}");

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
}
