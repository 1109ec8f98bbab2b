using Masterful.Abstractions;
using static TorchSharp.torch;

namespace Masterful.SampleModels;

/// <summary>A network that reads a <c>file</c> from its second training step on.</summary>
public sealed class NeedyFactory : IModelFactory
{
    public nn.Module<Tensor, Tensor> Create(ModelContext context) => new Needy(context);

    private sealed class Needy : nn.Module<Tensor, Tensor>
    {
        private readonly TinyNetwork inner;
        private readonly string file;
        private int steps;

        public Needy(ModelContext context)
            : base(nameof(Needy))
        {
            inner = new TinyNetwork(context);
            file = context.Option("file", "");
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            if (training && steps++ > 0)
            {
                File.ReadAllText(file);
            }

            return inner.call(input);
        }
    }
}
