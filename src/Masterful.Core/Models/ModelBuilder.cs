using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Masterful.Core.Spec;
using static TorchSharp.torch;

namespace Masterful.Core.Models;

/// <summary>Makes models from the <c>model</c> section of a spec.</summary>
public static class ModelBuilder
{
    /// <summary>
    /// A freshly initialised model, on the CPU, in training mode. All randomness comes from torch's global generator: seed it first for a
    /// model that can be made again. Nothing of the model belongs to a dispose scope: dispose the classifier itself.
    /// </summary>
    /// <param name="model">The spec's section.</param>
    /// <param name="classCount">Number of logits, at least 1.</param>
    /// <exception cref="DiagnosticException">The architecture or an option is not valid, or the user's own model can't be made.</exception>
    public static Classifier Create(ModelSpec model, int classCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classCount);
        using var scope = NewDisposeScope();
        var network = model switch
        {
            { Type: { } type, Assembly: { } assembly } => CustomModel.Create(assembly, type, model, classCount),
            { TorchScript: { } file } => TorchScriptNetwork.Load(file),
            _ => Zoo.Create(model, classCount),
        };
        var classifier = new Classifier(network, DisplayName(model));

        // Everything, not the registered state alone: a custom network may keep tensors in plain fields.
        scope.Detach(scope.DisposablesView);
        classifier.train();
        return classifier;
    }

    /// <summary>
    /// Hash of all that determines the model but its weights: architecture, options and input shape; for a C# model what its
    /// assembly does (<see cref="AssemblyFingerprint"/>) and the type; for TorchScript the file's content. 64 hexadecimal digits.
    /// </summary>
    public static string Fingerprint(ModelSpec model)
    {
        var text = new StringBuilder("model/1\n");
        text.Append(CultureInfo.InvariantCulture, $"architecture={model.Architecture}\n");
        text.Append(CultureInfo.InvariantCulture, $"type={model.Type}\n");

        // An assembly without a type serves the data set alone.
        if (model is { Type: not null, Assembly: { } assembly })
        {
            text.Append(CultureInfo.InvariantCulture, $"file={AssemblyFingerprint.Of(assembly)}\n");
        }

        if (model.TorchScript is { } script)
        {
            text.Append(CultureInfo.InvariantCulture, $"file={HashOf(script)}\n");
        }

        var shape = model.InputShape;
        text.Append(CultureInfo.InvariantCulture, $"shape={shape.Height},{shape.Width},{shape.Channels}\n");
        foreach (var (name, value) in model.Options.OrderBy(o => o.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}={OptionText(value)}\n");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>What the report calls the model: the architecture, the type's name or the TorchScript file's.</summary>
    public static string DisplayName(ModelSpec model) => model.Architecture ?? model.Type ?? Path.GetFileName(model.TorchScript) ?? "model";

    /// <summary>An option as text, the same on every machine: lists in brackets, numbers with a point.</summary>
    internal static string OptionText(object value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        System.Collections.IEnumerable list => $"[{string.Join(", ", list.Cast<object>().Select(OptionText))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string HashOf(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
