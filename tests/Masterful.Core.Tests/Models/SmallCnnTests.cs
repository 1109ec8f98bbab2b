using Masterful.Core.Models;
using Masterful.Core.Spec;
using Xunit;
using static TorchSharp.torch;

namespace Masterful.Core.Tests.Models;

public class SmallCnnTests
{
    private static readonly ModelSpec Spec = new() { Architecture = "small-cnn", InputShape = new ImageShape(28, 28, 3) };

    [Fact]
    public void State_has_the_names_and_order_of_nested_sequentials()
    {
        using var model = ModelBuilder.Create(Spec, 10);

        string[] block = ["0.weight", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked"];
        var expected = Enumerable.Range(0, 6).SelectMany(i => block.Select(n => $"{i}.{n}")).Concat(["8.weight", "8.bias"]);
        Assert.Equal(expected, model.State.Select(s => s.Name));
        Assert.Equal(expected, model.Network.state_dict().Keys);
        Assert.Equal([64L, 32, 3, 3], model.State.Single(s => s.Name == "1.0.weight").Value.shape);
    }

    [Fact]
    public void Bytes_and_floats_of_the_same_pixels_give_the_same_logits()
    {
        using var scope = NewDisposeScope();
        using var model = ModelBuilder.Create(Spec, 10);
        model.eval();
        var bytes = randint(0, 256, [4, 3, 28, 28], ScalarType.Byte);

        var fromBytes = model.call(bytes);

        Assert.Equal([4L, 10], fromBytes.shape);
        Assert.Equal(ScalarType.Float32, fromBytes.dtype);
        Assert.True(fromBytes.equal(model.call(bytes.to(ScalarType.Float32))).all().item<bool>());
    }

    [Fact]
    public void The_same_seed_makes_the_same_weights_and_another_does_not()
    {
        random.manual_seed(1);
        using var a = ModelBuilder.Create(Spec, 10);
        random.manual_seed(1);
        using var b = ModelBuilder.Create(Spec, 10);
        random.manual_seed(2);
        using var c = ModelBuilder.Create(Spec, 10);

        Assert.True(a.State[0].Value.allclose(b.State[0].Value, 0, 0));
        Assert.False(a.State[0].Value.allclose(c.State[0].Value));
    }

    [Fact]
    public void A_model_outlives_the_dispose_scope_that_it_was_made_in()
    {
        Classifier model;
        using (NewDisposeScope())
        {
            model = ModelBuilder.Create(Spec, 10);
        }

        using (model)
        using (var logits = model.call(zeros(2, 3, 28, 28)))
        {
            Assert.Equal([2L, 10], logits.shape);
        }
    }

    [Fact]
    public void Gradients_reach_every_parameter()
    {
        using var scope = NewDisposeScope();
        using var model = ModelBuilder.Create(Spec, 10);

        model.call(rand(4, 3, 28, 28) * 255).sum().backward();

        Assert.All(model.parameters(), p => Assert.NotNull(p.grad));
        Assert.Equal(model.parameters().Sum(p => p.numel()), model.TrainableParameters);
    }
}
