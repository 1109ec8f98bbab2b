using Xunit;

namespace Masterful.Tool.Tests;

public sealed class OwnProgramTests
{
    [Fact]
    public void Dotnet_is_told_the_assembly_and_an_installed_tool_is_not()
    {
        var hosted = OwnProgram.Of("/usr/bin/dotnet", "worker", "/torch", "/model.dll");
        var installed = OwnProgram.Of("/home/me/.dotnet/tools/dotnet-masterful", "worker", null, null);

        Assert.Equal([typeof(OwnProgram).Assembly.Location, "worker", "--libtorch", "/torch", "--assembly", "/model.dll"], hosted.Arguments);
        Assert.Equal(["worker"], installed.Arguments);
        Assert.Equal("/home/me/.dotnet/tools/dotnet-masterful", installed.Path);
    }
}
