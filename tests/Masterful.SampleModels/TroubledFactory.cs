using System.Diagnostics;
using Masterful.Abstractions;
using static TorchSharp.torch;

namespace Masterful.SampleModels;

/// <summary>
/// The tiny network, in trouble at training step <c>after</c>: <c>trouble: hang</c>, <c>die</c> (by a signal), <c>memory</c> or <c>none</c>. Where
/// <c>marker</c> names a file, only the first to come there is in trouble. It prints on standard output whatever it does, as users' models do.
/// </summary>
public sealed class TroubledFactory : IModelFactory
{
    public nn.Module<Tensor, Tensor> Create(ModelContext context) => new Troubled(context);

    private sealed class Troubled : nn.Module<Tensor, Tensor>
    {
        private readonly TinyNetwork inner;
        private readonly int after;
        private readonly string trouble;
        private readonly string marker;
        private int steps;

        public Troubled(ModelContext context)
            : base(nameof(Troubled))
        {
            inner = new TinyNetwork(context);
            (after, trouble, marker) = (context.Option("after", 3), context.Option("trouble", "none"), context.Option("marker", ""));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            Console.WriteLine("Content-Length: 3");
            if (training && ++steps == after && trouble != "none" && IsFirst())
            {
                Trouble();
            }

            return inner.call(input);
        }

        private bool IsFirst()
        {
            if (marker.Length == 0)
            {
                return true;
            }

            try
            {
                new FileStream(marker, FileMode.CreateNew).Dispose();
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }

        private void Trouble()
        {
            switch (trouble)
            {
                case "hang":
                    Thread.Sleep(Timeout.Infinite);
                    break;
                case "die":
                    Process.GetCurrentProcess().Kill();
                    break;
                default:
                    throw new InsufficientMemoryException("the batch does not fit");
            }
        }
    }
}
