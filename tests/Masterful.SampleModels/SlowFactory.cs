using Masterful.Abstractions;
using static TorchSharp.torch;

namespace Masterful.SampleModels;

/// <summary>The tiny network with a rest of <c>delay</c> milliseconds in each training step, so that a training can be met under way.</summary>
public sealed class SlowFactory : IModelFactory
{
    public nn.Module<Tensor, Tensor> Create(ModelContext context) => new Slow(context);

    private sealed class Slow : nn.Module<Tensor, Tensor>
    {
        private readonly TinyNetwork inner;
        private readonly int delay;

        public Slow(ModelContext context)
            : base(nameof(Slow))
        {
            inner = new TinyNetwork(context);
            delay = context.Option("delay", 10);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            if (training)
            {
                Thread.Sleep(delay);
            }

            return inner.call(input);
        }
    }
}
