using Masterful.Abstractions;
using static TorchSharp.torch;

namespace Masterful.SampleModels;

/// <summary>Throws when it should make a network.</summary>
public sealed class ThrowingFactory : IModelFactory
{
    public nn.Module<Tensor, Tensor> Create(ModelContext context) => throw new InvalidOperationException("the weights of the author are elsewhere");
}

/// <summary>Makes a network whose forward pass throws.</summary>
public sealed class ThrowingForwardFactory : IModelFactory
{
    public nn.Module<Tensor, Tensor> Create(ModelContext context) => new Changed(context, _ => throw new InvalidOperationException("no way forward"));
}

/// <summary>Makes a network with one logit too many.</summary>
public sealed class WrongShapeFactory : IModelFactory
{
    public nn.Module<Tensor, Tensor> Create(ModelContext context) =>
        new TinyNetwork(context with { ClassCount = context.ClassCount + 1 });
}

/// <summary>Makes a network that divides by zero.</summary>
public sealed class NotANumberFactory : IModelFactory
{
    public nn.Module<Tensor, Tensor> Create(ModelContext context) => new Changed(context, logits => logits * 0 / 0);
}

/// <summary>Makes a network that forgot RegisterComponents, or has nothing to register.</summary>
public sealed class UntrainableFactory : IModelFactory
{
    public nn.Module<Tensor, Tensor> Create(ModelContext context) => new Constant(context.ClassCount);

    private sealed class Constant(int classCount) : nn.Module<Tensor, Tensor>(nameof(Constant))
    {
        public override Tensor forward(Tensor input) => zeros(input.shape[0], classCount);
    }
}

/// <summary>Returns nothing.</summary>
public sealed class NullFactory : IModelFactory
{
    public nn.Module<Tensor, Tensor> Create(ModelContext context) => null!;
}

/// <summary>Can't be made from outside.</summary>
public sealed class PrivateFactory : IModelFactory
{
    private PrivateFactory()
    {
    }

    public static PrivateFactory Instance { get; } = new();

    public nn.Module<Tensor, Tensor> Create(ModelContext context) => new TinyNetwork(context);
}

/// <summary>Throws before it is made.</summary>
public sealed class ThrowingConstructorFactory : IModelFactory
{
    public ThrowingConstructorFactory() => throw new NotSupportedException("not on a Monday");

    public nn.Module<Tensor, Tensor> Create(ModelContext context) => new TinyNetwork(context);
}

internal sealed class Changed : nn.Module<Tensor, Tensor>
{
    private readonly TinyNetwork inner;
    private readonly Func<Tensor, Tensor> change;

    public Changed(ModelContext context, Func<Tensor, Tensor> change)
        : base(nameof(Changed))
    {
        inner = new TinyNetwork(context);
        this.change = change;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => change(inner.call(input));
}
