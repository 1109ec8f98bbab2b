using System.Diagnostics;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Xunit;

#pragma warning disable CA1416 // All of it is skipped on Windows.

namespace Masterful.Core.Tests.Runtime;

/// <summary>A place is safe by who owns it and who may write to it, never by its name.</summary>
public sealed class PrivateFolderTests : IDisposable
{
    private readonly TemporaryFolder _base = new();

    private string Folder => _base["masterful"];

    public PrivateFolderTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has access lists in place of modes.");

    public void Dispose()
    {
        Shell($"chmod -R u+rwX '{_base.Path}'");
        _base.Dispose();
    }

    [Fact]
    public void It_is_made_for_its_user_alone()
    {
        PrivateFolder.Ensure(_base["new/deep/masterful"]);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_base["new/deep/masterful"]));
        Assert.Null(PrivateFolder.Problem(_base["new/deep/masterful"]));
    }

    [Fact]
    public void One_that_others_can_only_read_is_as_safe()
    {
        Directory.CreateDirectory(Folder);
        Shell($"chmod 755 '{Folder}'; touch '{Folder}/a'");

        PrivateFolder.Ensure(Folder);
    }

    [Theory]
    [InlineData("mkdir {0}; chmod 777 {0}; touch {0}/planted", "other users may write to")]
    [InlineData("mkdir {0}; chgrp 4242 {0}; chmod 770 {0}; touch {0}/planted", "other users may write to")]
    [InlineData("mkdir {0}; chmod 1777 {0}; touch {0}/planted", "other users may write to")]
    [InlineData("mkdir {0}-real; ln -s {0}-real {0}", "is a link")]
    [InlineData("ln -s /nowhere {0}", "is a link")]
    [InlineData("touch {0}", "is not a folder")]
    [InlineData("mkdir {0}; chown 4242 {0}", "belongs to user 4242")]
    [InlineData("mkdir {0}; chmod 777 $(dirname {0})", "which it is below")]
    [InlineData("mkdir {0}; chown 4242 $(dirname {0})", "belongs to user 4242")]
    public void One_that_another_user_could_have_filled_is_refused(string made, string problem)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root gives files to others.");
        Assert.Equal(0, Shell(string.Format(null, made, $"'{Folder}'")));

        var refused = Assert.Throws<DiagnosticException>(() => PrivateFolder.Ensure(Folder));

        Assert.Equal(RuntimeDiagnostics.CacheNotPrivate, refused.Diagnostics[0].Code);
        Assert.Contains(problem, refused.Message, StringComparison.Ordinal);
        Assert.Contains("MASTERFUL_CACHE", refused.Message, StringComparison.Ordinal);
        Assert.False(new MachineFolders(Folder, "").HasSafeCache);
        Assert.DoesNotContain(new LibTorchLocator(null, null, new MachineFolders(Folder, "")).Candidates(), c => c.Origin == LibTorchOrigin.Cache);
    }

    [Fact]
    public void An_empty_one_of_the_user_that_any_umask_made_is_closed()
    {
        Directory.CreateDirectory(Folder);
        Shell($"chmod 777 '{Folder}'");

        PrivateFolder.Ensure(Folder);

        Assert.Equal("700", Convert.ToString((int)File.GetUnixFileMode(Folder), 8));
    }

    [Fact]
    public void A_sticky_folder_above_it_is_safe_since_nobody_else_can_replace_it_there()
    {
        Shell($"chmod 1777 '{_base.Path}'");

        PrivateFolder.Ensure(Folder);

        Assert.Null(PrivateFolder.Problem(Folder));
    }

    [Theory]
    [InlineData("HOME", "/nonexistent/home")]
    [InlineData("HOME", "relative")]
    [InlineData("XDG_DATA_HOME", "relative")]
    public void Without_a_home_nothing_is_looked_for_in_the_temporary_or_the_current_folder(string variable, string value)
    {
        using var environment = new ChangedVariables(("MASTERFUL_CACHE", null), ("NUGET_PACKAGES", null), ("XDG_DATA_HOME", null), (variable, value));

        var folders = MachineFolders.FromEnvironment();

        Assert.All([folders.Cache, folders.Packages], f => Assert.True(f.Length == 0 || Path.IsPathRooted(f), f));
        Assert.DoesNotContain(Path.GetTempPath().TrimEnd('/'), folders.Cache, StringComparison.Ordinal);
        Assert.All(new LibTorchLocator(null, null, folders).Candidates(), c => Assert.True(Path.IsPathRooted(c.Folder), c.Folder));
    }

    [Fact]
    public void A_home_that_has_no_data_folder_yet_gets_one()
    {
        using var environment = new ChangedVariables(("MASTERFUL_CACHE", null), ("XDG_DATA_HOME", null), ("HOME", _base["home"]));

        var folders = MachineFolders.FromEnvironment();

        Assert.Equal(_base["home/.local/share/masterful"], folders.Cache);
        Assert.True(folders.HasSafeCache);
    }

    [Fact]
    public void No_cache_at_all_is_told_with_what_to_set()
    {
        var folders = new MachineFolders("", "");

        var error = Assert.Throws<DiagnosticException>(folders.RequireCache);

        Assert.Equal(RuntimeDiagnostics.NoHome, error.Diagnostics[0].Code);
        Assert.Contains("MASTERFUL_CACHE", error.Message, StringComparison.Ordinal);
        Assert.Empty(new LibTorchLocator(null, null, folders).Candidates());
    }

    /// <summary>Runs a line of the shell.</summary>
    internal static int Shell(string line)
    {
        using var process = Process.Start("/bin/sh", ["-c", line]);
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>Variables of this process, as they were before when it is disposed.</summary>
    private sealed class ChangedVariables : IDisposable
    {
        private readonly List<(string Name, string? Value)> _before = [];

        public ChangedVariables(params (string Name, string? Value)[] values)
        {
            foreach (var (name, value) in values)
            {
                _before.Insert(0, (name, Environment.GetEnvironmentVariable(name)));
                Environment.SetEnvironmentVariable(name, value);
            }
        }

        public void Dispose() => _before.ForEach(v => Environment.SetEnvironmentVariable(v.Name, v.Value));
    }
}
