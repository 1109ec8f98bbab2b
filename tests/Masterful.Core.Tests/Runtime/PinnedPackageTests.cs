using System.Text.Json;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Runtime;

public class PinnedPackageTests
{
    [Fact]
    public void The_pins_are_what_the_lock_files_have()
    {
        var pinned = new[] { PinnedPackage.TorchSharp, PinnedPackage.Cpu("linux-x64")! };

        var locked = pinned.Select(p => Locked(p.Id));

        Assert.Equal(pinned.Select(p => (p.Version, p.Sha512)), locked);
        Assert.Equal(MachineFolders.TorchSharpVersion, PinnedPackage.TorchSharp.Version);
    }

    [Theory]
    [InlineData("win-x64", true)]
    [InlineData("osx-arm64", true)]
    [InlineData("linux-arm64", false)]
    public void There_is_a_package_for_each_platform_that_the_gallery_serves(string platform, bool there) => Assert.Equal(there, PinnedPackage.Cpu(platform) is not null);

    [Fact]
    public void A_package_is_known_by_its_content_alone()
    {
        using var packages = new TemporaryFolder();
        var package = new PinnedPackage("Some.Package", "1.0.0", 1, "right");
        var metadata = Path.Combine(Directory.CreateDirectory(Path.Combine(packages.Path, "some.package", "1.0.0")).FullName, ".nupkg.metadata");

        File.WriteAllText(metadata, """{ "version": 2, "contentHash": "right", "source": "here" }""");
        package.Verify(packages.Path);
        File.WriteAllText(metadata, """{ "version": 2, "contentHash": "wrong", "source": "here" }""");
        var refused = Assert.Throws<DiagnosticException>(() => package.Verify(packages.Path));

        Assert.Contains("from here is not the one that was pinned: its SHA-512 is wrong; right would be right.", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Version and hash in the lock file of these tests.</summary>
    private static (string Version, string Sha512) Locked(string id)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Architecture.Repository.Root, "tests", "Masterful.Core.Tests", "packages.lock.json")));
        var package = document.RootElement.GetProperty("dependencies").EnumerateObject().First().Value.GetProperty(id);
        return (package.GetProperty("resolved").GetString()!, package.GetProperty("contentHash").GetString()!);
    }
}
