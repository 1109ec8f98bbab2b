using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Core.Training;
using TorchSharp;
using Xunit;

namespace Masterful.Core.Tests.Training;

public class PrecisionTests
{
    [Theory]
    [InlineData(PrecisionKind.Auto, "cuda", false, true, PrecisionKind.Bf16)]
    [InlineData(PrecisionKind.Auto, "cpu", true, true, PrecisionKind.Bf16)]
    [InlineData(PrecisionKind.Auto, "cpu", false, true, PrecisionKind.Fp32)]
    [InlineData(PrecisionKind.Bf16, "cpu", false, true, PrecisionKind.Bf16)]
    [InlineData(PrecisionKind.Bf16, "cuda", true, false, PrecisionKind.Fp32)]
    [InlineData(PrecisionKind.Fp32, "cuda", true, true, PrecisionKind.Fp32)]
    public void Auto_follows_the_hardware(
        PrecisionKind asked, string device, bool nativeBf16, bool autocast, PrecisionKind expected) =>
        Assert.Equal(expected, Precision.Resolve(asked, device, nativeBf16, autocast));

    [Fact]
    public void The_processor_is_read_as_the_kernel_reads_it()
    {
        Assert.SkipUnless(File.Exists("/proc/cpuinfo"), "no /proc/cpuinfo here");
        var flags = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("flags", StringComparison.Ordinal))?.Split(' ') ?? [];

        Assert.Equal(flags.Contains("avx512_bf16") || flags.Contains("amx_bf16"), Precision.ProcessorHasBf16);
    }

    [Fact]
    public void Autocast_multiplies_in_bf16_inside_its_region_only()
    {
        using var scope = torch.NewDisposeScope();
        Assert.True(Autocast.IsAvailable);
        var a = torch.ones(4, 4);

        torch.Tensor inside;
        using (Autocast.Enter(torch.CPU))
        {
            inside = a.mm(a);
        }

        Assert.Equal(torch.ScalarType.BFloat16, inside.dtype);
        Assert.Equal(torch.ScalarType.Float32, a.mm(a).dtype);
    }
}
