using System.Runtime.CompilerServices;
using Masterful.Core.Runtime;

// torch's random generator and thread count belong to the process: tests that train must not overlap.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Masterful.Core.Tests;

/// <summary>Loads libtorch before any test touches it, as the tool does.</summary>
internal static class TorchSetup
{
    [ModuleInitializer]
    internal static void Load()
    {
        var folders = MachineFolders.FromEnvironment();
        LibTorch.Load(new LibTorchLocator(Environment.GetEnvironmentVariable("MASTERFUL_LIBTORCH"), null, folders).Locate()!, folders);
    }
}
