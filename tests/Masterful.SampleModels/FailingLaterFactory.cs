using Masterful.Abstractions;
using static TorchSharp.torch;

namespace Masterful.SampleModels;

/// <summary>
/// A network that is right when it is tried and wrong in training, from step <c>after</c> on: it throws or, with <c>nan: true</c>, its
/// logits are not numbers. With <c>only: N</c> the N-th network made in the process alone is wrong; with <c>evaluation: true</c> it is
/// wrong in evaluation instead.
/// </summary>
public sealed class FailingLaterFactory : IModelFactory
{
    private static int made;

    public nn.Module<Tensor, Tensor> Create(ModelContext context)
    {
        var number = Interlocked.Increment(ref made);
        var only = context.Option("only", 0);
        return only == 0 || only == number ? new FailingLater(context) : new TinyNetwork(context);
    }

    private sealed class FailingLater : nn.Module<Tensor, Tensor>
    {
        private readonly TinyNetwork inner;
        private readonly int after;
        private readonly bool nan;
        private readonly bool inTraining;
        private int steps;

        public FailingLater(ModelContext context)
            : base(nameof(FailingLater))
        {
            inner = new TinyNetwork(context);
            (after, nan, inTraining) = (context.Option("after", 3), context.Option("nan", false), !context.Option("evaluation", false));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var logits = inner.call(input);
            if (training != inTraining || ++steps <= after)
            {
                return logits;
            }

            return nan ? logits * double.NaN : throw new InvalidOperationException("the lookup table is used up");
        }
    }
}
