using Masterful.Core.Models;
using Masterful.Core.Spec;
using Xunit;
using static TorchSharp.torch;

namespace Masterful.Core.Tests.Models;

public sealed class ClassifierStateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder["weights.safetensors"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("small-cnn")]
    [InlineData("mobilenet-v3-small")]
    public void A_model_that_loads_another_s_state_gives_its_logits(string architecture)
    {
        using var scope = NewDisposeScope();
        using var trained = Create(architecture);
        using var fresh = Create(architecture);
        trained.call(rand(4, 3, 32, 32) * 255).Dispose();
        var images = rand(2, 3, 32, 32) * 255;
        trained.eval();
        fresh.eval();

        trained.SaveState(File);
        fresh.LoadState(File);

        Assert.True(trained.call(images).equal(fresh.call(images)).all().item<bool>());
        Assert.All(fresh.parameters(), p => Assert.True(p.requires_grad));
    }

    [Fact]
    public void Files_without_batch_counts_fit_and_half_precision_is_widened()
    {
        using var scope = NewDisposeScope();
        using var model = Create("small-cnn");
        using var fresh = Create("small-cnn");
        Safetensors.Save(File, model.State
            .Where(s => !s.Name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            .Select(s => (s.Name, s.Value.to(ScalarType.BFloat16))));

        fresh.LoadState(File);

        Assert.Equal(ScalarType.Float32, fresh.State[0].Value.dtype);
        Assert.True(model.State[0].Value.to(ScalarType.BFloat16).to(ScalarType.Float32).equal(fresh.State[0].Value).all().item<bool>());
    }

    [Fact]
    public void Weights_for_another_number_of_classes_are_refused_and_change_nothing()
    {
        using var scope = NewDisposeScope();
        using var thousand = Create("resnet18", 1000);
        using var ten = Create("resnet18");
        var before = ten.State[0].Value.clone();
        thousand.SaveState(File);

        var e = Assert.Throws<DiagnosticException>(() => ten.LoadState(File));

        Assert.Equal(ModelDiagnostics.WeightsDoNotFit, e.Diagnostics[0].Code);
        Assert.Contains("fc.weight is [1000, 512] where the model has [10, 512]", e.Message);
        Assert.Contains("another number of classes", e.Message);
        Assert.True(before.equal(ten.State[0].Value).all().item<bool>());
    }

    [Fact]
    public void Weights_of_another_architecture_are_refused_with_what_is_missing_and_what_is_too_much()
    {
        using var scope = NewDisposeScope();
        using var other = Create("small-cnn");
        using var model = Create("resnet18");
        other.SaveState(File);

        var e = Assert.Throws<DiagnosticException>(() => model.LoadState(File));

        Assert.Contains("102 tensors of the model are missing (conv1.weight, bn1.weight", e.Message);
        Assert.Contains("38 are not the model's (0.0.weight", e.Message);
    }

    private static Classifier Create(string architecture, int classCount = 10) =>
        ModelBuilder.Create(new ModelSpec { Architecture = architecture }, classCount);
}
