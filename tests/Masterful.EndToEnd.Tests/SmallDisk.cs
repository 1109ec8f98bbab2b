using Xunit;

namespace Masterful.EndToEnd.Tests;

/// <summary>A file system of a few kilobytes on a folder, for tests of full and read-only disks. Needs the right to mount.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _folder;

    public SmallDisk(string parent, string name, int kilobytes, bool readOnly = false)
    {
        _folder = Directory.CreateDirectory(Path.Combine(parent, name)).FullName;
        var mounted = OperatingSystem.IsLinux() && ToolProcess.RunProgram(
            "mount", "/", "-t", "tmpfs", "-o", $"size={kilobytes}k{(readOnly ? ",ro" : "")}", "tmpfs", _folder).ExitCode == 0;
        Assert.SkipUnless(mounted, "needs Linux and the right to mount a tmpfs");
    }

    public void Dispose() => ToolProcess.RunProgram("umount", "/", "--lazy", _folder);
}
