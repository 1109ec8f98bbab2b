using Masterful.Core.Data;
using Masterful.Core.Spec;
using TorchSharp;
using Xunit;

namespace Masterful.Core.Tests.Data;

public sealed class ResidentDatasetTests
{
    [Fact]
    public void Images_and_labels_arrive_as_they_are()
    {
        var data = Images.Dataset(new ImageShape(3, 2, 3), 2, 0, -1, 1);

        using var resident = new ResidentDataset(data, torch.CPU);

        Assert.Equal([4, 3, 3, 2], resident.Images.shape);
        Assert.Equal(torch.ScalarType.Byte, resident.Images.dtype);
        Assert.Equal([2, 0, -1, 1], resident.Labels.data<long>().ToArray());
        Assert.Equal(data.Image(2).ToArray(), resident.Images[2].data<byte>().ToArray());
    }

    [Fact]
    public void A_subset_has_the_images_asked_for_in_that_order()
    {
        var data = Images.Dataset(new ImageShape(3, 2, 3), 2, 0, -1, 1);
        using var resident = new ResidentDataset(data, torch.CPU);

        using var subset = resident.Subset([3, 0]);

        Assert.Equal(2, subset.Count);
        Assert.Equal([1, 2], subset.Labels.data<long>().ToArray());
        Assert.Equal(data.Image(3).ToArray(), subset.Images[0].data<byte>().ToArray());
    }
}
