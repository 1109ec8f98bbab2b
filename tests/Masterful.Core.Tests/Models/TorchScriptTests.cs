using System.IO.Compression;
using System.Text;
using Masterful.Core.Models;
using Masterful.Core.Spec;
using Xunit;
using static TorchSharp.torch;

namespace Masterful.Core.Tests.Models;

public sealed class TorchScriptTests : IDisposable
{
    private const string Code = """
        class Net(Module):
          __parameters__ = []
          __buffers__ = ["scale", ]
          scale : Tensor
          training : bool
          head : __torch__.Head
          def forward(self: __torch__.Net,
            x: Tensor) -> Tensor:
            y = (self.head).forward(torch.flatten(x, 1), )
            return torch.mul(y, self.scale)
        class Head(Module):
          __parameters__ = ["weight", "bias", ]
          __buffers__ = []
          weight : Tensor
          bias : Tensor
          training : bool
          def forward(self: __torch__.Head,
            x: Tensor) -> Tensor:
            return torch.linear(x, self.weight, self.bias)

        """;

    private readonly TemporaryFolder _folder = new();

    private ModelSpec Spec => new() { TorchScript = _folder["model.pt"], InputShape = new ImageShape(2, 1, 1) };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_script_is_a_classifier_with_the_file_s_weights()
    {
        using var scope = NewDisposeScope();
        WriteScript();
        using var model = ModelBuilder.Create(Spec, 3);

        var logits = model.call(tensor(new float[] { 255, 0 }, [1, 1, 2, 1]));

        Assert.Equal([(1f + 10) * 2, (3 + 20) * 2, (5 + 30) * 2], logits.data<float>().ToArray());
        Assert.Equal(["head.weight", "head.bias", "scale"], model.State.Select(s => s.Name));
        Assert.Equal(9, model.TrainableParameters);
        Assert.Equal("model.pt", ModelProbe.Check(Spec, 3).DisplayName);
    }

    [Fact]
    public void A_script_is_trained_saved_and_loaded()
    {
        using var scope = NewDisposeScope();
        WriteScript();
        using var model = ModelBuilder.Create(Spec, 3);
        using var untrained = ModelBuilder.Create(Spec, 3);
        var images = rand(8, 1, 2, 1) * 255;
        var optimizer = TorchSharp.torch.optim.SGD(model.parameters(), 0.01);
        var first = model.call(images).square().mean();
        first.backward();
        optimizer.step();

        Assert.True(model.call(images).square().mean().item<float>() < first.item<float>());

        model.SaveState(_folder["weights.safetensors"]);
        untrained.LoadState(_folder["weights.safetensors"]);
        Assert.True(model.call(images).equal(untrained.call(images)).all().item<bool>());
    }

    [Fact]
    public void Training_and_evaluation_mode_reach_the_script()
    {
        WriteScript();
        using var model = ModelBuilder.Create(Spec, 3);

        Assert.True(model.Network.named_children().Single().module.training);
        model.eval();
        Assert.False(model.Network.named_children().Single().module.training);
    }

    [Fact]
    public void A_file_that_is_no_script_is_refused()
    {
        File.WriteAllText(Spec.TorchScript!, "nothing");

        var e = Assert.Throws<DiagnosticException>(() => ModelBuilder.Create(Spec, 3));
        Assert.Equal(ModelDiagnostics.TorchScriptNotLoadable, e.Diagnostics[0].Code);

        File.Delete(Spec.TorchScript!);
        Assert.Equal(ModelDiagnostics.TorchScriptNotLoadable, Assert.Throws<DiagnosticException>(() => ModelBuilder.Create(Spec, 3)).Diagnostics[0].Code);
    }

    /// <summary>A TorchScript archive as torch.jit.save lays it out: code, a pickle of the objects, raw tensors.</summary>
    private void WriteScript()
    {
        var head = Instance("Head", ("weight", Tensor(0, [3, 2], trained: true)), ("bias", Tensor(1, [3], trained: true)));
        var net = Instance("Net", ("scale", Tensor(2, [1], trained: false)), ("head", head));
        using var zip = ZipFile.Open(Spec.TorchScript!, ZipArchiveMode.Create);
        void Add(string name, byte[] content)
        {
            using var stream = zip.CreateEntry($"model/{name}", CompressionLevel.NoCompression).Open();
            stream.Write(content);
        }

        Add("data.pkl", [0x80, 2, .. net, (byte)'.']);
        Add("code/__torch__.py", Encoding.UTF8.GetBytes(Code));
        Add("data/0", Floats(1, 2, 3, 4, 5, 6));
        Add("data/1", Floats(10, 20, 30));
        Add("data/2", Floats(2));
        Add("constants.pkl", [0x80, 2, (byte)')', (byte)'.']);
        Add("version", "3\n"u8.ToArray());
    }

    private static byte[] Instance(string type, params (string Name, byte[] Value)[] attributes) =>
    [
        .. Encoding.UTF8.GetBytes($"c__torch__\n{type}\n)"), 0x81, .. "}("u8, .. Text("training"), 0x88,
        .. attributes.SelectMany(a => (byte[])[.. Text(a.Name), .. a.Value]), .. "ub"u8,
    ];

    private static byte[] Tensor(int storage, byte[] shape, bool trained) =>
    [
        .. "ctorch._utils\n_rebuild_tensor_v2\n(("u8, .. Text("storage"), .. "ctorch\nFloatStorage\n"u8, .. Text($"{storage}"), .. Text("cpu"),
        .. Number((byte)shape.Aggregate(1, (a, b) => a * b)), .. "tQ"u8, .. Number(0),
        (byte)'(', .. shape.SelectMany(Number), (byte)'t', (byte)'(', .. shape.Skip(1).SelectMany(Number), .. Number(1), (byte)'t',
        (byte)(trained ? 0x88 : 0x89), .. "ccollections\nOrderedDict\n)RtR"u8,
    ];

    private static byte[] Text(string text) => [(byte)'X', .. BitConverter.GetBytes(text.Length), .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Number(byte number) => [(byte)'K', number];

    private static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];
}
