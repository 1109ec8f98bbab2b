namespace Masterful.Tool;

/// <summary>This program again, as a child process for another command.</summary>
/// <param name="Path">Full path of what to start.</param>
/// <param name="Arguments">Up to and with the command, and what it needs to find the same libtorch and the same model.</param>
internal sealed record OwnProgram(string Path, IReadOnlyList<string> Arguments)
{
    /// <summary>How a command is started as this process was.</summary>
    /// <param name="command">Its name.</param>
    /// <param name="libTorch">The folder that <c>--libtorch</c> names, or null.</param>
    /// <param name="assembly">The model project's assembly, or null.</param>
    public static OwnProgram For(string command, string? libTorch, string? assembly) => Of(Environment.ProcessPath!, command, libTorch, assembly);

    /// <summary>An installed tool is a program of its own, which knows its assembly; <c>dotnet</c> must be told.</summary>
    internal static OwnProgram Of(string process, string command, string? libTorch, string? assembly) => new(
        process,
        [
            .. System.IO.Path.GetFileNameWithoutExtension(process) == "dotnet" ? [typeof(OwnProgram).Assembly.Location] : Array.Empty<string>(),
            command,
            .. libTorch is null ? Array.Empty<string>() : ["--libtorch", libTorch],
            .. assembly is null ? Array.Empty<string>() : ["--assembly", assembly],
        ]);
}
