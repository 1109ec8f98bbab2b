using Masterful.Core.Runtime;
using TorchSharp;
using Xunit;

namespace Masterful.Core.Tests.Runtime;

public class LibTorchTests
{
    [Fact]
    public void Loaded_libtorch_computes()
    {
        using var ones = torch.ones(2, 3);

        Assert.Equal(6, ones.sum().item<float>());
        Assert.NotNull(LibTorch.Loaded);
    }

    [Fact]
    public void A_named_folder_stands_alone_so_that_a_mistake_in_it_shows()
    {
        var folders = MachineFolders.FromEnvironment();

        Assert.Null(new LibTorchLocator("/nowhere", null, folders).Locate());
        Assert.NotNull(new LibTorchLocator(null, null, folders).Locate());
    }
}
