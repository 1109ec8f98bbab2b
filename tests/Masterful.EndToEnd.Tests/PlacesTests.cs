using System.Text.RegularExpressions;
using Xunit;

namespace Masterful.EndToEnd.Tests;

/// <summary>Where the tool reads code from and where it writes to, as a whole machine of folders sees it.</summary>
public sealed partial class PlacesTests : IDisposable
{
    private readonly TemporaryFolder _machine = new();

    private string Home => Made("home");

    private string Temporary => Made("tmp");

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void Every_file_that_a_run_writes_is_below_a_folder_that_the_spec_or_the_machine_gives_it()
    {
        using var project = new SmallProject();
        project.Edit("device: cpu", "device: cpu, workers: 2");
        var outside = Made("outside");
        File.WriteAllText(Path.Combine(outside, "victim"), "old");
        string[] roots =
        [
            Path.Combine(project.Folder, ".masterful"), project.ReportFolder, Path.Combine(project.Folder, "masterful-model"),
            Path.Combine(project.Folder, "masterful.lock.yaml"), Path.Combine(project.Folder, "state.json"), Path.Combine(project.Folder, "sheet.png"),
            Path.Combine(Home, ".local", "share", "masterful"),
        ];
        string[][] commands =
        [
            ["validate"], ["data", "--sheet", "sheet.png"], ["run", "--state", "state.json"], ["run"], ["report"], ["runs"], ["runs", "prune"], ["gate"],
        ];

        foreach (var command in commands)
        {
            var before = Files(project.Folder, _machine.Path);
            var result = Run(project.Folder, command);
            Assert.True(result.ExitCode == 0, $"{string.Join(' ', command)}: {result}");
            var written = Files(project.Folder, _machine.Path).Where(f => !before.TryGetValue(f.Key, out var then) || then != f.Value).Select(f => f.Key);

            Assert.All(written, file => Assert.True(roots.Any(r => IsBelow(r, file)) || IsOfTheRuntime(file), $"{string.Join(' ', command)} wrote {file}"));
        }

        Assert.DoesNotContain(Files(project.Folder, _machine.Path).Keys, f => f.EndsWith(".tmp", StringComparison.Ordinal) || f.EndsWith(".part", StringComparison.Ordinal));
    }

    [Fact]
    public void A_cache_and_a_report_full_of_links_lead_nothing_out()
    {
        using var project = new SmallProject();
        var outside = Made("outside");
        File.WriteAllText(Path.Combine(outside, "victim"), "old");
        var cache = Directory.CreateDirectory(Path.Combine(project.Folder, ".masterful")).FullName;
        Directory.CreateDirectory(project.ReportFolder);
        foreach (var folder in new[] { "checkpoints", "weights", "data", "searches", "runs" })
        {
            Directory.CreateSymbolicLink(Path.Combine(cache, folder), outside);
        }

        foreach (var file in new[] { ".masterful/journal.db", ".masterful/run.lock", ".masterful/run.holder", ".masterful/progress.json", "masterful-report/report.md", "masterful-report/result.json" })
        {
            File.CreateSymbolicLink(Path.Combine(project.Folder, file), Path.Combine(outside, Path.GetFileName(file)));
        }

        var result = Run(project.Folder, "run");

        // The run goes on with what it can't keep in memory, and says what is in its way.
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("is a link", result.Error, StringComparison.Ordinal);
        Assert.Equal(["victim"], Directory.EnumerateFileSystemEntries(outside, "*", SearchOption.AllDirectories).Select(f => Path.GetFileName(f)));
        Assert.Equal("old", File.ReadAllText(Path.Combine(outside, "victim")));

        Directory.Delete(Path.Combine(project.ReportFolder, "charts"), recursive: true);
        Directory.CreateSymbolicLink(Path.Combine(project.ReportFolder, "charts"), outside);
        var refused = Run(project.Folder, "report");
        Assert.True(refused.ExitCode == 1, refused.ToString());
        Assert.Contains(outside, refused.Error, StringComparison.Ordinal);
        Assert.Single(Directory.EnumerateFileSystemEntries(outside));
    }

    [Fact]
    public void What_a_killed_run_left_beside_its_files_is_gone_after_the_next()
    {
        using var project = new SmallProject();
        string[] left = [.. new[] { ".masterful", ".masterful/weights", ".masterful/data", "masterful-report", "masterful-report/charts", "masterful-model", "." }
            .Select(folder => Path.Combine(Directory.CreateDirectory(Path.Combine(project.Folder, folder)).FullName, ".half.1f-0123456789abcdef0123456789abcdef.tmp"))];
        var others = Path.Combine(project.Folder, "data", ".mine.tmp");
        Assert.All([.. left, others], file => File.WriteAllText(file, "half"));

        Assert.Equal(0, Run(project.Folder, "run").ExitCode);

        Assert.DoesNotContain(left, File.Exists);
        Assert.True(File.Exists(others));
    }

    [Theory]
    [InlineData("cd \"$HOME\"; mkdir -p .local/share/masterful/libtorch; chmod 777 .local/share/masterful", "other users may write to")]
    [InlineData("cd \"$HOME\"; mkdir -p .local/share \"$TMPDIR/planted\"; ln -s \"$TMPDIR/planted\" .local/share/masterful", "is a link")]
    [InlineData("cd \"$HOME\"; mkdir -p .local/share/masterful; chown 4242 .local/share/masterful", "belongs to user 4242")]
    public void A_cache_that_somebody_else_could_have_filled_is_refused_before_anything_is_loaded(string made, string problem)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root gives files to others.");
        using var project = new SmallProject();
        Assert.Equal(0, ToolProcess.RunProgram("env", "/", $"HOME={Home}", $"TMPDIR={Temporary}", "sh", "-c", made).ExitCode);

        var refused = Run(project.Folder, "run");
        var doctor = Run(project.Folder, "doctor");

        Assert.True(refused.ExitCode == 3, refused.ToString());
        Assert.Contains("error MST0212: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains(problem, refused.Error, StringComparison.Ordinal);
        Assert.Contains("MASTERFUL_CACHE", refused.Error, StringComparison.Ordinal);
        Assert.True(doctor.ExitCode == 3, doctor.ToString());
        Assert.Contains(problem, doctor.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mended")]
    [InlineData("pinned")]
    public void A_library_that_was_put_in_the_place_of_the_right_one_is_never_loaded(string which)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the library of this test is Linux's");
        using var project = new SmallProject();
        var first = Run(project.Folder, "doctor");
        Assert.True(first.ExitCode == 0, first.ToString());
        var cache = Path.Combine(Home, ".local", "share", "masterful");
        if (which == "mended")
        {
            Assert.SkipUnless(Directory.Exists(Path.Combine(cache, "native")), "This system's C++ runtime needs no mended library.");
            var library = Directory.GetFiles(Path.Combine(cache, "native"), "*.so", SearchOption.AllDirectories).Single();
            var right = File.ReadAllBytes(library);
            File.WriteAllBytes(library, new byte[right.Length]);

            var again = Run(project.Folder, "doctor");

            Assert.True(again.ExitCode == 0, again.ToString());
            Assert.Equal(right, File.ReadAllBytes(library));
            return;
        }

        var folder = Directory.CreateDirectory(Path.Combine(cache, "libtorch", "2.10.0-linux-x64-cpu")).FullName;
        foreach (var name in new[] { "libc10.so", "libtorch_cpu.so", "libtorch.so", "libLibTorchSharp.so" })
        {
            File.WriteAllText(Path.Combine(folder, name), "not what was pinned");
        }

        var refused = Run(project.Folder, "run");

        Assert.True(refused.ExitCode == 3, refused.ToString());
        Assert.Contains("error MST0214: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains(folder, refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HOME=/nonexistent/home")]
    [InlineData("HOME=/")]
    public void A_user_without_a_home_is_told_what_to_set_and_gets_no_code_from_the_temporary_folder(string home)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && File.Exists("/usr/bin/setpriv"), "Only root becomes another user.");
        var planted = Directory.CreateDirectory(Path.Combine(Temporary, "masterful", "libtorch", "2.10.0-linux-x64-cpu")).FullName;
        File.WriteAllText(Path.Combine(planted, "libtorch_cpu.so"), "planted");
        File.WriteAllText(Path.Combine(planted, "libLibTorchSharp.so"), "planted");
        ToolProcess.RunProgram("chmod", "/", "-R", "a+rwX", _machine.Path);
        ToolProcess.RunProgram("chmod", "/", "1777", Temporary);
        string[] user = ["setpriv", "--reuid=4242", "--regid=4242", "--clear-groups", "env", "-u", "MASTERFUL_CACHE", "-u", "XDG_DATA_HOME", home, $"TMPDIR={Temporary}", $"NUGET_PACKAGES={Temporary}/none", "DOTNET_CLI_HOME=/nonexistent"];

        var doctor = ToolProcess.RunProgram(user[0], "/", [.. user[1..], "dotnet", ToolProcess.Tool, "doctor"]);
        var install = ToolProcess.RunProgram(user[0], "/", [.. user[1..], "dotnet", ToolProcess.Tool, "runtime", "install", "cpu"]);
        var named = ToolProcess.RunProgram(user[0], "/", [.. user[1..], $"MASTERFUL_CACHE={Temporary}/own", "dotnet", ToolProcess.Tool, "doctor"]);

        Assert.SkipWhen(doctor.Error.Contains("Permission denied", StringComparison.Ordinal) && doctor.Output.Length == 0, "Another user can't read this checkout.");
        Assert.DoesNotContain(planted, doctor.Output, StringComparison.Ordinal);
        Assert.Contains("MASTERFUL_CACHE", doctor.Output, StringComparison.Ordinal);
        Assert.True(install.ExitCode == 1, install.ToString());
        Assert.Contains("MASTERFUL_CACHE", install.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", install.Error, StringComparison.Ordinal);
        Assert.Contains($"{Temporary}/own", named.Output, StringComparison.Ordinal);
        Assert.Equal("700", ToolProcess.RunProgram("stat", "/", "-c", "%a", $"{Temporary}/own").Output.Trim());
    }

    private ToolResult Run(string folder, params string[] arguments) => ToolProcess.Run(
        folder, new() { ["HOME"] = Home, ["TMPDIR"] = Temporary, ["NUGET_PACKAGES"] = PackageFeed.UserPackages, ["XDG_DATA_HOME"] = "" }, arguments);

    private string Made(string name) => Directory.CreateDirectory(Path.Combine(_machine.Path, name)).FullName;

    /// <summary>Every file below some folders, links not followed, with what tells that it was written.</summary>
    private static Dictionary<string, (long, DateTime)> Files(params string[] folders) => folders
        .SelectMany(f => new DirectoryInfo(f).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
        .ToDictionary(f => f.FullName, f => (f.Length, f.LastWriteTimeUtc));

    private static bool IsBelow(string root, string file) => file == root || file.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>.NET's own: sockets for its diagnostics, locks.</summary>
    private bool IsOfTheRuntime(string file) => IsBelow(Temporary, file) && RuntimeName().IsMatch(Path.GetRelativePath(Temporary, file));

    [GeneratedRegex(@"^(dotnet-diagnostic-|clr-debug-pipe-|\.dotnet/)")]
    private static partial Regex RuntimeName();
}
