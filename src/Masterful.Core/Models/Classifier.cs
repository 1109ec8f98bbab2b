using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Masterful.Core.Models;

/// <summary>
/// What is trained: <see cref="Rescaling"/> and the network behind it. Takes pixels 0..255 as float32 or uint8 <c>[N, C, H, W]</c>,
/// returns logits float32 <c>[N, classes]</c>. Made by <see cref="ModelBuilder"/>, on the CPU, in training mode.
/// </summary>
public sealed class Classifier : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "rescaling")]
    private readonly Rescaling _rescaling;

    [ComponentName(Name = "network")]
    private readonly nn.Module<Tensor, Tensor> _network;

    private readonly string _name;

    /// <summary>Puts the rescaling in front of a network, which the classifier owns from then on.</summary>
    /// <param name="network">Takes float32 [N, C, H, W] in 0..1, returns logits [N, classes].</param>
    /// <param name="name">What messages call the network.</param>
    public Classifier(nn.Module<Tensor, Tensor> network, string name)
        : base(nameof(Classifier))
    {
        _rescaling = new Rescaling();
        (_network, _name) = (network, name);
        RegisterComponents();
    }

    /// <summary>The network without the rescaling; its state has the names of the weights files.</summary>
    public nn.Module<Tensor, Tensor> Network => _network;

    /// <summary>
    /// Parameters and buffers with their names in weights files, in PyTorch's order (torchvision's, for the zoo). The tensors are the
    /// network's own: writing into them changes the network; don't dispose them.
    /// </summary>
    public IReadOnlyList<(string Name, Tensor Value)> State => [.. _network is TorchScriptNetwork script ? script.State : ModuleState.Of(_network)];

    /// <summary>Called before each batch, by whoever wants to see that work goes on; or null.</summary>
    public Action? OnBatch { get; set; }

    /// <summary>Number of values that training changes.</summary>
    public long TrainableParameters => _network.parameters().Where(p => p.requires_grad).Sum(p => p.numel());

    /// <inheritdoc/>
    /// <exception cref="DiagnosticException">The network threw, or returned nothing. A lack of memory comes as it is.</exception>
    public override Tensor forward(Tensor input)
    {
        OnBatch?.Invoke();
        using var rescaled = _rescaling.call(input);
        var logits = CallNetwork(rescaled);
        if (logits.dtype is ScalarType.Float32)
        {
            return logits;
        }

        // Under autocast the last layer answers in bfloat16; losses and metrics want all the digits from here on.
        using (logits)
        {
            return logits.to(ScalarType.Float32);
        }
    }

    /// <summary>Writes the state to a safetensors file, whole or not at all.</summary>
    /// <param name="path">The file; an older one is replaced.</param>
    /// <param name="metadata">Free text by key for the file's header, or null.</param>
    /// <exception cref="IOException">The file can't be written.</exception>
    public void SaveState(string path, IReadOnlyDictionary<string, string>? metadata = null) =>
        Safetensors.Save(path, State, new Dictionary<string, string>(metadata ?? new Dictionary<string, string>()) { ["format"] = "pt" });

    /// <summary>
    /// Replaces the state by a safetensors file's, on whatever device the classifier is. Files of PyTorch from before batch norms counted
    /// their batches fit too.
    /// </summary>
    /// <exception cref="DiagnosticException">The file is not readable, or not of this network; nothing was changed then.</exception>
    public void LoadState(string path)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var stored = Safetensors.Load(path);
        var state = State;
        CheckFit(path, state, stored);
        foreach (var (name, value) in state)
        {
            if (stored.TryGetValue(name, out var replacement))
            {
                value.copy_(replacement);
            }
        }
    }

    private Tensor CallNetwork(Tensor images)
    {
        try
        {
            return _network.call(images) ?? throw new InvalidOperationException("forward returned null.");
        }
        catch (Exception e) when (!MemoryShortage.Is(e))
        {
            throw new DiagnosticException(
                ModelDiagnostics.ForwardFailed, $"{_name} fails on a batch of shape {Shape(images)}: {PluginAssembly.Describe(e)}");
        }
    }

    private static void CheckFit(string path, IReadOnlyList<(string Name, Tensor Value)> state, Dictionary<string, Tensor> stored)
    {
        var own = state.ToDictionary(s => s.Name, s => s.Value);
        var missing = own.Keys.Where(n => !stored.ContainsKey(n) && !n.EndsWith("num_batches_tracked", StringComparison.Ordinal)).ToList();
        var unexpected = stored.Keys.Where(n => !own.ContainsKey(n)).ToList();
        var reshaped = own.Where(o => stored.TryGetValue(o.Key, out var s) && !s.shape.SequenceEqual(o.Value.shape))
            .Select(o => $"{o.Key} is {Shape(stored[o.Key])} where the model has {Shape(o.Value)}").ToList();
        string[] faults =
        [
            .. missing.Count > 0 ? [$"{missing.Count} tensors of the model are missing ({Listed(missing)})"] : Array.Empty<string>(),
            .. unexpected.Count > 0 ? [$"{unexpected.Count} are not the model's ({Listed(unexpected)})"] : Array.Empty<string>(),
            .. reshaped.Count > 0 ? [$"{reshaped.Count} have another shape ({Listed(reshaped)})"] : Array.Empty<string>(),
        ];
        if (faults.Length == 0)
        {
            return;
        }

        var classes = missing.Count + unexpected.Count == 0 && reshaped.Count <= 2 ? " Were these weights trained for another number of classes?" : "";
        throw new DiagnosticException(
            ModelDiagnostics.WeightsDoNotFit, $"{path} does not fit the model: {string.Join("; ", faults)}.{classes}", new SourcePosition(path));
    }

    private static string Listed(List<string> items) => string.Join(", ", items.Take(4)) + (items.Count > 4 ? " …" : "");

    private static string Shape(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";
}
