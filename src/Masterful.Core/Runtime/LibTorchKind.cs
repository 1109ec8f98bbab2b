namespace Masterful.Core.Runtime;

/// <summary>Which build of libtorch.</summary>
public enum LibTorchKind
{
    /// <summary>CPU only, 60 to 130 MB to download.</summary>
    Cpu,

    /// <summary>With CUDA, several GB to download.</summary>
    Cuda,
}

/// <summary>How far an installation is.</summary>
/// <param name="Activity">What goes on.</param>
/// <param name="Bytes">Downloaded so far.</param>
/// <param name="TotalBytes">Of the whole download, or null where that is not known.</param>
public readonly record struct LibTorchProgress(string Activity, long Bytes, long? TotalBytes)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => Bytes == 0 ? Activity
        : TotalBytes is { } total ? $"{Activity}: {Bytes / 1e6:0} of {total / 1e6:0} MB"
        : $"{Activity}: {Bytes / 1e6:0} MB";
}
