using Xunit;

namespace Masterful.MSBuild.Tests;

public sealed class CallStampTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("masterful stamp ").FullName;
    private string[] _arguments = ["validate", "--spec=masterful.yaml"];

    public CallStampTests()
    {
        File.WriteAllText(Spec, "dataset: { root: '${MASTERFUL_STAMP_TEST:-x}' }");
        File.WriteAllText(Tool, "tool");
        Environment.SetEnvironmentVariable("MASTERFUL_STAMP_TEST", "a");
    }

    private string Spec => Path.Combine(_folder, "masterful.yaml");

    private string Tool => Path.Combine(_folder, "tool.dll");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_same_call_holds_and_one_that_was_forgotten_does_not()
    {
        Stamp().Write();
        Assert.True(Stamp().Holds());

        Stamp().Forget();
        Assert.False(Stamp().Holds());
        Stamp().Forget();
    }

    [Theory]
    [InlineData("older spec")]
    [InlineData("spec of the same length and time")]
    [InlineData("variable")]
    [InlineData("option")]
    [InlineData("older tool")]
    public void Any_difference_is_one(string difference)
    {
        Stamp().Write();
        var time = File.GetLastWriteTimeUtc(Spec);
        switch (difference)
        {
            case "older spec":
                File.WriteAllText(Spec, "version: 1");
                File.SetLastWriteTimeUtc(Spec, time.AddYears(-1));
                break;
            case "spec of the same length and time":
                File.WriteAllText(Spec, File.ReadAllText(Spec).Replace(":-x", ":-y", StringComparison.Ordinal));
                File.SetLastWriteTimeUtc(Spec, time);
                break;
            case "variable":
                Environment.SetEnvironmentVariable("MASTERFUL_STAMP_TEST", "b");
                break;
            case "option":
                _arguments = [.. _arguments, "--nowarn=MST0018"];
                break;
            default:
                File.SetLastWriteTimeUtc(Tool, time.AddYears(-1));
                break;
        }

        Assert.False(Stamp().Holds());
    }

    [Fact]
    public void A_spec_that_is_not_there_has_no_stamp()
    {
        File.Delete(Spec);

        Assert.Null(CallStamp.Of(Path.Combine(_folder, "obj", "s"), Spec, Tool, _arguments));
    }

    private CallStamp Stamp() => CallStamp.Of(Path.Combine(_folder, "obj", "s"), Spec, Tool, _arguments)!;
}
