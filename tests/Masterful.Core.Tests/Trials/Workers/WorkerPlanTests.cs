using Masterful.Core.Spec;
using Masterful.Core.Trials.Workers;
using Xunit;

namespace Masterful.Core.Tests.Trials.Workers;

public sealed class WorkerPlanTests
{
    [Theory]
    [InlineData(null, null, 1, 1, 1)]
    [InlineData(null, null, 2, 2, 1)]
    [InlineData(null, null, 7, 7, 1)]
    [InlineData(null, null, 8, 4, 2)]
    [InlineData(null, null, 64, 4, 16)]
    [InlineData(null, 4, 2, 1, 4)]
    [InlineData(null, 1, 64, 64, 1)]
    [InlineData(1, null, 2, 1, 1)]
    [InlineData(6, null, 2, 6, 1)]
    public void On_a_processor_the_threads_of_a_trial_do_not_depend_on_the_number_of_workers(int? workers, int? threads, int cores, int count, int each)
    {
        var plan = WorkerPlan.Of(new RuntimeSpec { Workers = workers, Threads = threads }, "cpu", cores, 0);

        Assert.Equal((count, each), (plan.Count, plan.Threads));
        Assert.Equal(["cpu"], plan.Devices);
    }

    [Theory]
    [InlineData("auto", null, 1, 1, "cuda:0")]
    [InlineData("auto", null, 3, 3, "cuda:0 cuda:1 cuda:2")]
    [InlineData("cuda", 2, 1, 2, "cuda:0")]
    [InlineData("cuda:1", null, 3, 1, "cuda:1")]
    public void Every_cuda_device_has_a_worker_unless_one_is_named(string asked, int? workers, int there, int count, string devices)
    {
        var selected = asked == "cuda:1" ? asked : "cuda:0";
        var plan = WorkerPlan.Of(new RuntimeSpec { Device = asked, Workers = workers }, selected, 16, there);

        Assert.Equal((count, 16 / count, devices), (plan.Count, plan.Threads, string.Join(' ', plan.Devices)));
    }
}
