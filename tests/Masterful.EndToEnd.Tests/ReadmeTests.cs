using System.Text.RegularExpressions;
using Xunit;

namespace Masterful.EndToEnd.Tests;

public partial class ReadmeTests
{
    [Fact]
    public void The_sample_for_the_trained_model_compiles_and_classifies_an_image()
    {
        using var project = new SmallProject();
        var run = ToolProcess.Run(project.Folder, "run", "--set", "policy.techniques=[horizontal_mirror]");
        Assert.True(run.ExitCode == 0, run.ToString());
        var image = Path.Combine(project.Folder, "bar.bmp");
        File.WriteAllBytes(image, Bitmap(12));

        var program = Directory.CreateDirectory(Path.Combine(project.Folder, "program")).FullName;
        File.WriteAllText(Path.Combine(program, "Program.cs"), Sample());
        File.WriteAllText(Path.Combine(program, "program.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
              </PropertyGroup>
              <ItemGroup>
                <ProjectReference Include="{Path.Combine(ToolProcess.Root, "src", "Masterful.Core", "Masterful.Core.csproj")}" />
              </ItemGroup>
            </Project>
            """);
        var built = ToolProcess.RunProgram(
            "dotnet", program, "build", "--configuration", ToolProcess.Configuration, "--output", "out", "--verbosity", "quiet");
        Assert.True(built.ExitCode == 0, built.ToString());

        var predicted = ToolProcess.RunProgram("dotnet", project.Folder, Path.Combine("program", "out", "program.dll"), image);
        var told = ToolProcess.Run(project.Folder, "predict", image);

        Assert.True(predicted.ExitCode == 0, predicted.ToString());
        Assert.Matches(@"^[0-3] \(\d", predicted.Output);
        Assert.True(told.ExitCode == 0, told.ToString());
        Assert.Contains($"bar.bmp: {predicted.Output[..1]} (", told.Output, StringComparison.Ordinal);
    }

    private static string Sample()
    {
        var match = SampleBlock().Match(File.ReadAllText(Path.Combine(ToolProcess.Root, "README.md")));
        Assert.True(match.Success, "the README has no sample");
        return match.Groups[1].Value;
    }

    /// <summary>An 8-bit grey BMP with a bright horizontal bar: a format that needs no encoder.</summary>
    private static byte[] Bitmap(int size)
    {
        const int Header = 14 + 40 + (256 * 4);
        var bytes = new byte[Header + (size * size)];
        void Put(int offset, int value) => BitConverter.GetBytes(value).CopyTo(bytes, offset);
        (bytes[0], bytes[1]) = ((byte)'B', (byte)'M');
        Put(2, bytes.Length);
        Put(10, Header);
        Put(14, 40);
        Put(18, size);
        Put(22, size);
        Put(26, 1 | (8 << 16));
        for (var i = 0; i < 256; i++)
        {
            Put(54 + (4 * i), i * 0x010101);
        }

        bytes.AsSpan(Header + (size / 2 * size), size).Fill(220);
        return bytes;
    }

    [GeneratedRegex(@"<!-- sample -->\s*```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex SampleBlock();
}
