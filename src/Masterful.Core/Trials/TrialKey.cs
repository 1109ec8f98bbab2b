using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;

namespace Masterful.Core.Trials;

/// <summary>
/// Names trials and probes by what determines their results: SHA-256 over a canonical JSON text, whose numbers are the shortest that
/// read back as the same double, whatever the culture. The name of a policy is not part of it, nor the calibration of operations that
/// are off, nor what a result carries besides its numbers (<see cref="TrialSpec.EvaluateTest"/>, <see cref="TrialSpec.KeepWeights"/>).
/// </summary>
public static class TrialKey
{
    /// <summary>The key of a trial: 64 lower-case hexadecimal digits.</summary>
    /// <exception cref="ArgumentException">A number of the trial is NaN or infinite.</exception>
    public static string Of(TrialSpec trial) => Hash(Canonical(trial));

    /// <summary>The key of a probe: of its trial, its operations, its strengths and its images.</summary>
    public static string Of(DistanceProbe probe) => Hash(Write(json =>
    {
        json.WriteString("trial", Of(probe.Trial));
        json.WriteStartArray("operations");
        foreach (var operation in probe.Operations)
        {
            json.WriteStringValue(operation);
        }

        json.WriteEndArray();
        WriteNumbers(json, "strengths", probe.Strengths);
        json.WriteNumber("maximumImages", probe.MaximumImages);
    }));

    /// <summary>The text that a trial's key is the hash of.</summary>
    public static string Canonical(TrialSpec trial) => Write(json =>
    {
        json.WriteNumber("format", 1);
        WritePolicy(json, trial.Policy);
        WriteRecipe(json, trial);
        if (trial.Teacher is { } teacher)
        {
            json.WriteString("teacher", Of(teacher));
            json.WriteNumber("unlabeledShare", trial.UnlabeledShare);
        }

        json.WriteNumber("seed", trial.Seed);
        json.WriteString("data", trial.DataFingerprint);
        json.WriteString("model", trial.ModelFingerprint);
        json.WriteString("device", trial.DeviceKind);
        json.WriteString("engine", string.Join('.', trial.EngineVersion.Split('.').Take(2)));
    });

    private static void WritePolicy(Utf8JsonWriter json, Policy policy)
    {
        var on = policy.Values.Where(v => v.Value != 0).OrderBy(v => v.Technique).ToList();
        json.WriteStartObject("policy");
        foreach (var (technique, value) in on)
        {
            json.WriteNumber(TechniqueAxis.Of(technique).Name, value);
        }

        json.WriteEndObject();
        json.WriteStartObject("calibration");
        foreach (var operation in on.SelectMany(v => Operations.Of(v.Technique)).OrderBy(o => o.Name, StringComparer.Ordinal))
        {
            if (policy.Calibration.Strengths.TryGetValue(operation.Name, out var strengths))
            {
                WriteNumbers(json, operation.Name, strengths);
            }
        }

        json.WriteEndObject();
    }

    private static void WriteRecipe(Utf8JsonWriter json, TrialSpec trial)
    {
        var recipe = trial.Recipe;
        json.WriteStartObject("recipe");
        json.WriteNumber("epochs", recipe.Epochs);
        json.WriteNumber("batchSize", recipe.BatchSize);
        json.WriteNumber("learningRate", recipe.LearningRate);
        json.WriteString("optimizer", recipe.Optimizer.ToString());
        json.WriteNumber("momentum", recipe.Momentum);
        json.WriteNumber("weightDecay", recipe.WeightDecay);
        json.WriteNumber("warmupShare", recipe.WarmupShare);
        json.WriteNumber("emaDecay", recipe.EmaDecay);
        json.WriteNumber("clipNorm", recipe.ClipNorm);
        json.WriteString("precision", recipe.Precision.ToString());
        json.WriteEndObject();
        json.WriteNumber("epochShare", trial.Fidelity.EpochShare);
        json.WriteNumber("imageShare", trial.Fidelity.ImageShare);
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<double> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    private static string Write(Action<Utf8JsonWriter> content)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            content(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
