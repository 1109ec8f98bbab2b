using System.Text.RegularExpressions;

namespace Masterful.EndToEnd.Tests;

/// <summary>The small project's folder as a C# project that references the package: what a user's <c>dotnet build</c> sees.</summary>
internal sealed class ModelProject : IDisposable
{
    /// <summary>What trains in a second or two on the small data.</summary>
    private const string Quick = "policy.techniques=[horizontal_mirror]";

    /// <summary>The backend that a project brings.</summary>
    public const string Torch = """
        <PackageReference Include="TorchSharp" Version="0.107.0" />
        <PackageReference Include="libtorch-cpu-linux-x64" Version="2.10.0" />
        """;

    private readonly PackageFeed _feed;

    public ModelProject(PackageFeed feed, string framework = "<TargetFramework>net10.0</TargetFramework>", string? references = null, string properties = "", int epochs = 2)
    {
        _feed = feed;
        Small = new SmallProject(epochs: epochs);
        File.WriteAllText(Path.Combine(Folder, "nuget.config"), $"""
            <configuration>
              <packageSources><add key="feed" value="{feed.Feed}" /></packageSources>
            </configuration>
            """);
        File.WriteAllText(Path.Combine(Folder, "Modèle 1.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                {framework}
                <AssemblyName>Model</AssemblyName>
                <RootNamespace>Model</RootNamespace>
                <ImplicitUsings>enable</ImplicitUsings>
                <LangVersion>latest</LangVersion>
                <NoWarn>NU1603</NoWarn>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <MasterfulVerbosity>quiet</MasterfulVerbosity>
                {properties}
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Masterful.MSBuild" Version="0.1.0" PrivateAssets="all" />
                {references ?? Torch}
              </ItemGroup>
            </Project>
            """);
    }

    public SmallProject Small { get; }

    public string Folder => Small.Folder;

    /// <summary>A class of the project.</summary>
    public void Write(string file, string text) => File.WriteAllText(Path.Combine(Folder, file), text);

    /// <summary><c>dotnet build</c> with the quick policy and more arguments.</summary>
    public ToolResult Build(params string[] arguments)
    {
        using var process = Start(arguments);
        return process.Wait();
    }

    /// <summary>The same with more environment variables.</summary>
    public ToolResult Build(Dictionary<string, string> environment, params string[] arguments)
    {
        using var process = ToolProcess.StartProgram(
            "dotnet", Folder, new(_feed.Variables.Concat(environment)), ["build", "-nologo", $"-p:MasterfulSet={Quick}", .. arguments]);
        return process.Wait();
    }

    /// <summary>Any other command of the SDK with the quick policy.</summary>
    public ToolResult Sdk(string command, params string[] arguments)
    {
        using var process = ToolProcess.StartProgram("dotnet", Folder, _feed.Variables, [command, "-nologo", $"-p:MasterfulSet={Quick}", .. arguments]);
        return process.Wait();
    }

    /// <summary>Starts <c>dotnet build</c>.</summary>
    public ToolProcess Start(params string[] arguments) =>
        ToolProcess.StartProgram("dotnet", Folder, _feed.Variables, ["build", "-nologo", $"-p:MasterfulSet={Quick}", .. arguments]);

    /// <summary>How often the tool ran to its summary in what a build said.</summary>
    public static int Runs(ToolResult build) => Regex.Count(build.Output, "Gate: ");

    public void Dispose() => Small.Dispose();
}
