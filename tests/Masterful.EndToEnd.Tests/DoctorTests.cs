using Xunit;

namespace Masterful.EndToEnd.Tests;

public class DoctorTests
{
    [Fact]
    public void Without_libtorch_the_doctor_says_how_to_get_it_and_fetches_it_when_asked()
    {
        using var folder = new TemporaryFolder();
        var environment = new Dictionary<string, string> { ["NUGET_PACKAGES"] = folder.Path, ["MASTERFUL_CACHE"] = folder.Path };

        var before = ToolProcess.Run(folder.Path, environment, "doctor");
        var fetched = ToolProcess.Run(folder.Path, environment, "doctor", "--fetch");

        Assert.True(before.ExitCode == 3, before.ToString());
        Assert.Contains("doctor --fetch", before.Output, StringComparison.Ordinal);
        Assert.True(fetched.ExitCode == 0, fetched.ToString());
        Assert.Contains("✓ Computes", fetched.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_libtorch_folder_is_told_and_nothing_else_is_tried()
    {
        using var folder = new TemporaryFolder();

        var doctor = ToolProcess.Run(folder.Path, "doctor", "--libtorch", folder.Path);

        Assert.True(doctor.ExitCode == 3, doctor.ToString());
        Assert.Contains("✗ libtorch", doctor.Output, StringComparison.Ordinal);
    }
}
