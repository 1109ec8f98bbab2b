using System.Runtime.Intrinsics.X86;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;

namespace Masterful.Core.Training;

/// <summary>Settles which arithmetic a training uses, from the hardware alone, so that a machine always settles alike.</summary>
public static class Precision
{
    /// <summary>
    /// Fp32 or bf16. Auto is bf16 on CUDA and on processors with bf16 instructions. Without autocast everything is fp32.
    /// </summary>
    /// <param name="asked">What the spec asks for.</param>
    /// <param name="deviceKind">Where the training runs: cpu or cuda.</param>
    public static PrecisionKind Resolve(PrecisionKind asked, string deviceKind) =>
        Resolve(asked, deviceKind, ProcessorHasBf16, Autocast.IsAvailable);

    /// <summary>Whether this processor multiplies bf16 natively: AVX512-BF16 or AMX-BF16.</summary>
    public static bool ProcessorHasBf16 { get; } = DetectBf16();

    internal static PrecisionKind Resolve(PrecisionKind asked, string deviceKind, bool nativeBf16, bool autocast) =>
        (asked, autocast) switch
        {
            (_, false) or (PrecisionKind.Fp32, _) => PrecisionKind.Fp32,
            (PrecisionKind.Bf16, _) => PrecisionKind.Bf16,
            _ when deviceKind == "cuda" => PrecisionKind.Bf16,
            _ => nativeBf16 ? PrecisionKind.Bf16 : PrecisionKind.Fp32,
        };

    /// <summary>Intel's manual, volume 2A, CPUID: leaf 7.1 EAX bit 5 is AVX512_BF16, leaf 7.0 EDX bit 22 is AMX-BF16.</summary>
    private static bool DetectBf16()
    {
        if (!Avx512F.IsSupported || X86Base.CpuId(0, 0).Eax < 7)
        {
            return false;
        }

        var features = X86Base.CpuId(7, 0);
        var hasAmx = (features.Edx & (1 << 22)) != 0;
        var hasAvx = features.Eax >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;
        return hasAmx || hasAvx;
    }
}
