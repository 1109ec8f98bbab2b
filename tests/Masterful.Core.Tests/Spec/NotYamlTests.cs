using Masterful.Core.Pipeline;
using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Spec;

/// <summary>Texts that YamlDotNet's scanner was not made for are told as what they are, in a spec and in a lock.</summary>
public sealed class NotYamlTests : IDisposable
{
    private readonly SpecFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(": b: 1\n")]
    [InlineData("a: 1\n: b: 1\n")]
    [InlineData("training: {\npolicy: {}\n")]
    [InlineData("? [a]: b\n")]
    [InlineData("&a [*a]\n")]
    [InlineData("a: !!binary |\n  x\n? ? ?\n")]
    [InlineData("a: |99\n  x\n")]
    [InlineData("%TAG ! \n---\na: 1\n")]
    [InlineData("- - - : :\n")]
    public void It_is_a_diagnostic_with_a_place(string text)
    {
        _folder.Add("masterful.yaml", text);
        _folder.Add("masterful.lock.yaml", text);

        var spec = Assert.Throws<DiagnosticException>(() => SpecLoader.Load(_folder.SpecFile, [], _ => null));
        var locked = Assert.Throws<DiagnosticException>(() => PolicyLockFile.Read(Path.Combine(_folder.Root, "masterful.lock.yaml")));

        Assert.All(spec.Diagnostics.Concat(locked.Diagnostics), d => Assert.NotNull(d.Position));
    }
}
