using System.Text.Json;
using Masterful.Core.Evaluation;
using Masterful.Core.Spec;
using Masterful.Core.Trials;
using Masterful.Core.Trials.Workers;
using Xunit;

namespace Masterful.Core.Tests.Trials.Workers;

public sealed class WorkerConnectionTests
{
    [Fact]
    public void A_trial_comes_out_as_it_went_in()
    {
        var trial = TrialSpecs.Trial with { UnlabeledShare = 0.25, EvaluateTest = true, KeepWeights = true };

        var there = Sent(trial);

        Assert.Equivalent(trial, there, strict: true);
        Assert.Equal(TrialKey.Of(trial), TrialKey.Of(there));
        Assert.Equal(TrialKey.Of(trial with { Policy = trial.Policy.With(Technique.Unlabeled, 1) }), TrialKey.Of(Sent(trial with { Policy = trial.Policy.With(Technique.Unlabeled, 1) })));
    }

    [Fact]
    public void A_result_comes_out_to_the_bit()
    {
        var result = TrialSpecs.Result(TrialSpecs.Trial) with
        {
            Select = new Predictions([float.Epsilon, -0f, float.NaN, float.NegativeInfinity, 1 / 3f, float.MaxValue], 2, [1, 0, 1]),
            WeightsPath = "/some where/é.safetensors",
        };

        var there = Sent(new WorkerAnswer<TrialResult>(result, null)).Value!;

        Assert.Equal(result.Select.Logits.Select(BitConverter.SingleToInt32Bits), there.Select!.Logits.Select(BitConverter.SingleToInt32Bits));
        Assert.Equivalent(result, there, strict: true);
    }

    [Fact]
    public void Logits_of_millions_of_images_are_sent_in_parts()
    {
        var logits = Enumerable.Range(0, (1 << 21) + 3).Select(i => (float)Math.Sin(i)).ToArray();

        Assert.Equal(logits, Sent(new Predictions(logits, 1, [])).Logits);
    }

    [Fact]
    public void Diagnostics_keep_their_code_and_their_place()
    {
        var diagnostic = new Diagnostic(TrialDiagnostics.NothingToProbe, DiagnosticSeverity.Error, "no", new SourcePosition("a.yaml", 1, 2));

        Assert.Equal([diagnostic], Sent(new WorkerAnswer<TrialResult>(null, [diagnostic])).Diagnostics);
    }

    private static T Sent<T>(T value) =>
        JsonSerializer.Deserialize<T>(JsonSerializer.SerializeToUtf8Bytes(value, TrialJson.Options()), TrialJson.Options())!;
}
