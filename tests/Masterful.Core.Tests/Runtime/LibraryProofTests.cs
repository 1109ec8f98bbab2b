using System.Security.Cryptography;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Results;
using Xunit;

namespace Masterful.Core.Tests.Runtime;

/// <summary>A library is what it is by its content, wherever it lies.</summary>
public sealed class LibraryProofTests : IDisposable
{
    private readonly TemporaryFolder _machine = new();
    private readonly MachineFolders _folders;

    public LibraryProofTests() => _folders = new MachineFolders(_machine["cache"], _machine["packages"]);

    private string Cuda => _folders.InstalledLibTorch(LibTorchKind.Cuda);

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void The_pins_are_the_content_of_the_packages()
    {
        Assert.SkipUnless(NativeNames.Platform == "linux-x64", "the packages of this test are Linux's");
        var packages = MachineFolders.FromEnvironment();
        var pins = LibraryProof.PinnedOf(NativeNames.Platform);

        string[] libraries = [.. new[] { packages.PackagedLibTorch, packages.PackagedBinding }.SelectMany(Directory.GetFiles).Select(f => Path.GetFileName(f))];
        Assert.Equal(libraries.Order(StringComparer.Ordinal), pins.Keys.Order(StringComparer.Ordinal));
        // All but the largest, which the process has proven by loading it.
        Assert.All(Directory.GetFiles(packages.PackagedLibTorch).Where(f => new FileInfo(f).Length < 2_000_000), f => Assert.Equal(pins[Path.GetFileName(f)], HashOf(f)));
        Assert.All(["win-x64", "osx-arm64"], platform => Assert.NotEmpty(LibraryProof.PinnedOf(platform)));
        Assert.Empty(LibraryProof.PinnedOf("linux-arm64"));
    }

    [Theory]
    [InlineData(LibTorchOrigin.Cache)]
    [InlineData(LibTorchOrigin.Packages)]
    public void Planted_libraries_are_found_but_not_loaded(LibTorchOrigin origin)
    {
        var folder = origin == LibTorchOrigin.Cache ? _folders.InstalledLibTorch(LibTorchKind.Cpu) : _folders.PackagedLibTorch;
        Plant(folder);

        var found = new LibTorchLocator(null, null, _folders).Locate()!;
        var refused = Assert.Throws<DiagnosticException>(() => new LibraryProof(_folders).Require(found));

        Assert.Equal(origin, found.Origin);
        Assert.Equal(RuntimeDiagnostics.LibraryChanged, refused.Diagnostics[0].Code);
        Assert.Contains(folder, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_noted_when_it_was_installed_is_proven_and_anything_else_is_not()
    {
        Plant(Cuda);
        PrivateFolder.Ensure(_folders.Cache);
        LibraryProof.Note(Cuda);
        var location = new LibTorchLocator(null, null, _folders).Locate()!;
        new LibraryProof(_folders).Require(location);
        new LibraryProof(_folders).Require(location);

        var library = Path.Combine(Cuda, NativeNames.File("torch_cpu"));
        var time = File.GetLastWriteTimeUtc(library);
        FileFacts before = FileFacts.Of(library)!.Value;
        do
        {
            // Of the same length, at the same time: what cp -p or a careful attacker leaves.
            File.WriteAllText(library, "other!");
            File.SetLastWriteTimeUtc(library, time);
        }
        while (FileFacts.Of(library)!.Value.Changed == before.Changed);
        Assert.Contains(library, Assert.Throws<DiagnosticException>(() => new LibraryProof(_folders).Require(location)).Message, StringComparison.Ordinal);

        File.WriteAllText(library, "native");
        new LibraryProof(_folders).Require(location);
        File.WriteAllText(Path.Combine(Cuda, OperatingSystem.IsWindows() ? "gomp-evil.dll" : "libgomp-evil.so.1"), "native");
        Assert.Contains("there was none of that name", Assert.Throws<DiagnosticException>(() => new LibraryProof(_folders).Require(location)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_installed_folder_without_its_note_proves_nothing()
    {
        Plant(Cuda);

        Assert.Throws<DiagnosticException>(() => new LibraryProof(_folders).Require(new LibTorchLocator(null, null, _folders).Locate()!));
    }

    [Fact]
    public void A_folder_that_the_user_named_is_the_users_own_choice()
    {
        Plant(_machine["mine"]);

        new LibraryProof(_folders).Require(new LibTorchLocator(_machine["mine"], null, _folders).Locate()!);
    }

    private static void Plant(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var library in new[] { "torch_cpu", "c10", "torch", "LibTorchSharp" })
        {
            File.WriteAllText(Path.Combine(folder, NativeNames.File(library)), "native");
        }
    }

    private static string HashOf(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
}
