using Masterful.Core.Models;
using Masterful.Core.Spec;
using Xunit;
using static TorchSharp.torch;

namespace Masterful.Core.Tests.Models;

public class ZooTests
{
    public static TheoryData<string> Names => [.. Architectures.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_architecture_that_a_spec_may_name_is_made_and_takes_grey_images(string name)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        using var model = ModelBuilder.Create(new ModelSpec { Architecture = name, InputShape = new ImageShape(40, 32, 1) }, 7);
        model.eval();

        var logits = model.call(zeros(2, 1, 40, 32));

        Assert.Equal([2L, 7], logits.shape);
        Assert.True(logits.isfinite().all().item<bool>());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_option_that_a_spec_may_name_is_taken(string name)
    {
        foreach (var option in Architectures.Find(name)!.Options)
        {
            object value = option is IntegersOption integers ? Enumerable.Repeat((object)(long)integers.Minimum, integers.Count).ToList() : ((WordOption)option).Words[^1];
            using var model = ModelBuilder.Create(new ModelSpec { Architecture = name, Options = new Dictionary<string, object> { [option.Name] = value } }, 2);

            Assert.NotEmpty(model.State);
        }
    }

    // Published: torchvision's documentation ("Models and pre-trained weights"), for 1,000 classes; Wide Residual Networks, table 4 (36.5 M, 1.5 M), for 10.
    [Theory]
    [InlineData("efficientnet-b0", 1000, 5288548)]
    [InlineData("efficientnet-b1", 1000, 7794184)]
    [InlineData("efficientnet-b2", 1000, 9109994)]
    [InlineData("efficientnet-b3", 1000, 12233232)]
    [InlineData("resnet18", 1000, 11689512)]
    [InlineData("resnet34", 1000, 21797672)]
    [InlineData("resnet50", 1000, 25557032)]
    [InlineData("mobilenet-v3-small", 1000, 2542856)]
    [InlineData("mobilenet-v3-large", 1000, 5483032)]
    [InlineData("wide-resnet-28-2", 10, 1467610)]
    [InlineData("wide-resnet-28-10", 10, 36479194)]
    public void Parameter_counts_are_the_published_ones(string name, int classCount, long parameters)
    {
        using var model = ModelBuilder.Create(new ModelSpec { Architecture = name }, classCount);

        Assert.Equal(parameters, model.TrainableParameters);
    }

    [Fact]
    public void Convolutions_start_kaiming_normal_by_fan_out()
    {
        random.manual_seed(3);
        using var model = ModelBuilder.Create(new ModelSpec { Architecture = "resnet18" }, 10);
        using var scope = NewDisposeScope();
        var state = model.State.ToDictionary(s => s.Name, s => s.Value);

        var weights = state["layer3.1.conv1.weight"];
        Assert.InRange(weights.mean().item<float>(), -0.001, 0.001);
        Assert.InRange(weights.std().item<float>() / Math.Sqrt(2.0 / (256 * 9)), 0.98, 1.02);
        Assert.Equal(1, state["bn1.weight"].min().item<float>());
        Assert.Equal(0, state["bn1.bias"].abs().max().item<float>());
    }

    [Fact]
    public void EfficientNet_s_and_MobileNet_s_last_layers_start_as_torchvision_s()
    {
        using var scope = NewDisposeScope();
        using var efficientNet = ModelBuilder.Create(new ModelSpec { Architecture = "efficientnet-b0" }, 16);
        using var mobileNet = ModelBuilder.Create(new ModelSpec { Architecture = "mobilenet-v3-small" }, 16);

        Assert.InRange(efficientNet.State[^2].Value.abs().max().item<float>(), 0.24, 0.25);
        Assert.Equal(0, efficientNet.State[^1].Value.abs().max().item<float>());
        Assert.InRange(mobileNet.State[^2].Value.std().item<float>(), 0.0095, 0.0105);
        Assert.Equal(0, mobileNet.State[^1].Value.abs().max().item<float>());
    }

    [Fact]
    public void The_cifar_stem_keeps_small_images_large_inside()
    {
        var options = new Dictionary<string, object> { ["stem"] = "cifar" };
        using var model = ModelBuilder.Create(new ModelSpec { Architecture = "resnet18", Options = options }, 10);

        Assert.Equal([64L, 3, 3, 3], model.State[0].Value.shape);
        Assert.Equal(11173962, model.TrainableParameters);
    }

    [Theory]
    [InlineData("strides", new[] { 1, 1, 1 })]
    [InlineData("strides", new[] { 1, 1, 1, 2, 1, 2, 3 })]
    [InlineData("strides", "fast")]
    public void Strides_that_are_not_seven_of_1_or_2_are_refused(string name, object value)
    {
        var options = new Dictionary<string, object> { [name] = value };

        var e = Assert.Throws<DiagnosticException>(() => ModelBuilder.Create(new ModelSpec { Architecture = "efficientnet-b0", Options = options }, 10));

        Assert.Equal(ModelDiagnostics.OptionNotValid, e.Diagnostics[0].Code);
        Assert.Contains("seven numbers, each 1 or 2", e.Message);
    }

    [Fact]
    public void An_option_of_another_architecture_is_refused()
    {
        var options = new Dictionary<string, object> { ["stem"] = "cifar" };

        var e = Assert.Throws<DiagnosticException>(() => ModelBuilder.Create(new ModelSpec { Architecture = "efficientnet-b0", Options = options }, 10));

        Assert.Contains("efficientnet-b0 has no option 'stem': it takes only strides", e.Message);
    }

    [Fact]
    public void An_unknown_architecture_is_refused_with_the_nearest_name()
    {
        var e = Assert.Throws<DiagnosticException>(() => ModelBuilder.Create(new ModelSpec { Architecture = "resnet-18" }, 10));

        Assert.Equal(ModelDiagnostics.UnknownArchitecture, e.Diagnostics[0].Code);
        Assert.Contains("did you mean 'resnet18'?", e.Message);
    }

    [Fact]
    public void Stochastic_depth_drops_whole_examples_in_training_alone_and_keeps_the_mean()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var layer = new StochasticDepth(0.25);
        var input = ones(4000, 2, 1, 1);

        var output = layer.call(input).squeeze();
        Assert.InRange(output.mean().item<float>(), 0.96, 1.04);
        Assert.True(output[.., 0].equal(output[.., 1]).all().item<bool>());
        Assert.InRange((output[.., 0] == 0).to(ScalarType.Float32).mean().item<float>(), 0.22, 0.28);

        layer.eval();
        Assert.True(layer.call(input).equal(input).all().item<bool>());
    }

    [Theory]
    [InlineData("efficientnet-b0")]
    [InlineData("mobilenet-v3-small")]
    [InlineData("resnet18")]
    [InlineData("resnet50")]
    [InlineData("wide-resnet-28-2")]
    public void Gradients_reach_every_parameter(string name)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var model = ModelBuilder.Create(new ModelSpec { Architecture = name }, 3);

        // Stochastic depth may drop both examples of a block in a pass.
        for (var pass = 0; pass < 4 && model.parameters().Any(p => p.grad is null); pass++)
        {
            model.call(rand(2, 3, 32, 32) * 255).square().sum().backward();
        }

        Assert.All(model.parameters(), p => Assert.NotNull(p.grad));
    }

    [Fact]
    public void The_fingerprint_changes_with_everything_that_makes_another_model()
    {
        var model = new ModelSpec { Architecture = "efficientnet-b0", Options = Strides(1, 1, 1, 2, 1, 2, 1) };
        string[] fingerprints =
        [
            ModelBuilder.Fingerprint(model),
            ModelBuilder.Fingerprint(model with { Architecture = "efficientnet-b1" }),
            ModelBuilder.Fingerprint(model with { InputShape = new ImageShape(32, 32, 1) }),
            ModelBuilder.Fingerprint(model with { Options = Strides(1, 1, 1, 2, 2, 2, 1) }),
            ModelBuilder.Fingerprint(model with { Options = new Dictionary<string, object>() }),
            ModelBuilder.Fingerprint(new ModelSpec { Assembly = SourceTree.SampleModels, Type = "A" }),
            ModelBuilder.Fingerprint(new ModelSpec { Assembly = SourceTree.SampleModels, Type = "B" }),
            ModelBuilder.Fingerprint(new ModelSpec { Assembly = typeof(ZooTests).Assembly.Location, Type = "A" }),
        ];

        Assert.Equal(fingerprints.Length, fingerprints.Distinct().Count());
        Assert.Equal(fingerprints[0], ModelBuilder.Fingerprint(model with { Options = Strides(1, 1, 1, 2, 1, 2, 1) }));
        Assert.All(fingerprints, f => Assert.Matches("^[0-9a-f]{64}$", f));
    }

    private static Dictionary<string, object> Strides(params long[] strides) => new() { ["strides"] = strides.Cast<object>().ToList() };
}
