using Masterful.Abstractions;
using static TorchSharp.torch;

namespace Masterful.SampleModels;

/// <summary>One hidden layer of <c>width</c> units.</summary>
public sealed class TinyFactory : IModelFactory
{
    public nn.Module<Tensor, Tensor> Create(ModelContext context) => new TinyNetwork(context);
}

public sealed class TinyNetwork : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> layers;
    private readonly Tensor offset = tensor(0.5f);

    public TinyNetwork(ModelContext context)
        : base(nameof(TinyNetwork))
    {
        var (height, width, channels) = context.InputShape;
        var hidden = context.Option("width", 16);
        layers = nn.Sequential(
            nn.Flatten(), nn.Linear(height * width * channels, hidden), nn.ReLU(), nn.Linear(hidden, context.ClassCount));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => layers.call(input - offset);
}
