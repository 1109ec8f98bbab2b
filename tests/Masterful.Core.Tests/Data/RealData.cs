using Xunit;

namespace Masterful.Core.Tests.Data;

/// <summary>Real data sets, where this machine has them; tests skip visibly where it has not.</summary>
internal static class RealData
{
    /// <summary>The folder of Fashion-MNIST.</summary>
    public static string FashionMnist => Folder("/usr/share/datasets/fashion-mnist");

    /// <summary>A data set below the folder that MASTERFUL_DATA names.</summary>
    public static string Of(string name) => Folder(Path.Combine(Environment.GetEnvironmentVariable("MASTERFUL_DATA") ?? "/tmp/masterful-data", name));

    private static string Folder(string path)
    {
        Assert.SkipUnless(Directory.Exists(path), $"{path} does not exist (set MASTERFUL_DATA)");
        return path;
    }
}
