using Masterful.Core.Runtime;
using Xunit;

namespace Masterful.Core.Tests.Runtime;

public sealed class MachineMemoryTests
{
    [Fact]
    public void The_kernel_s_estimate_is_taken() =>
        Assert.Equal(3L << 20, MachineMemory.OfMachine("MemTotal:  8192 kB\nMemFree:  10 kB\nMemAvailable:    3072 kB\n"));

    [Theory]
    [InlineData("max\n", long.MaxValue)]
    [InlineData("1000\n", 500)]
    public void A_container_has_its_limit_less_what_it_can_t_give_back(string limit, long left) =>
        Assert.Equal(left, MachineMemory.OfContainer(limit, "700\n", "anon 500\ninactive_file 200\nactive_file 1\n"));

    [Fact]
    public void This_machine_has_some() => Assert.InRange(MachineMemory.Available(), 1 << 20, 1L << 45);

    [Fact]
    public void The_total_is_no_less_than_what_is_free() => Assert.True(MachineMemory.Total() > 0 && MachineMemory.Total() >= MachineMemory.Available() / 2);

    [Theory]
    [InlineData("81559\n", 81559L << 20)]
    [InlineData("24564\n15360\n", 15360L << 20)]
    [InlineData("", null)]
    [InlineData("[N/A]\n", null)]
    [InlineData("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n", null)]
    public void The_smallest_gpu_is_read_from_what_the_drivers_tool_says(string text, long? expected) => Assert.Equal(expected, GraphicsMemory.Smallest(text));
}
