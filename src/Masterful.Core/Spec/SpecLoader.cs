using System.Numerics;
using System.Text;
using Masterful.Core.Spec.Keys;
using Masterful.Core.Spec.Yaml;
using Masterful.Results;

namespace Masterful.Core.Spec;

/// <summary>A spec, and what is doubtful about it.</summary>
/// <param name="Spec">Valid, with every default filled in and every path full.</param>
/// <param name="Warnings">In the order of the file.</param>
public sealed record LoadedSpec(MasterfulSpec Spec, IReadOnlyList<Diagnostic> Warnings);

/// <summary>Reads <c>masterful.yaml</c>. It touches neither torch nor any image.</summary>
public static class SpecLoader
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const int MaximumBytes = 1 << 20;

    /// <summary>Reads a spec, lays overrides over it, and checks all of it, the files that it names included.</summary>
    /// <param name="path">The file, absolute or relative to the current directory; diagnostics show it as it is given.</param>
    /// <param name="overrides"><c>key.path=value</c>, later ones over earlier ones; the value is YAML.</param>
    /// <param name="environment">The value of an environment variable, or null when it is not set.</param>
    /// <param name="assembly">
    /// The assembly that a build made of the model project, or null. It is <c>model.assembly</c> where the spec names a type of a model or of
    /// an image source, and no assembly or one of the same file name.
    /// </param>
    /// <exception cref="DiagnosticException">Carries every error found, in the order of the file.</exception>
    public static LoadedSpec Load(string path, IReadOnlyList<string> overrides, Func<string, string?> environment, string? assembly = null)
    {
        var problems = new SpecProblems();
        var variables = new VariableSubstitution(environment);
        var root = Parse(path, ReadText(path), variables, problems);
        foreach (var text in overrides)
        {
            root = SpecOverride.Apply(root, text, variables, problems);
        }

        if (assembly is not null && TakesAssembly(new SpecDocument(root), assembly))
        {
            root = SpecOverride.Apply(root, $"model.assembly={Literal(Path.GetFullPath(assembly))}", variables, problems);
        }

        var document = new SpecDocument(root);
        CheckVersion(document);
        SpecKeys.Root.TryRead(root, "", problems, out var read);
        var spec = Resolve(read! with { Path = Path.GetFullPath(path), GivenPath = path, Positions = document.Positions, Environment = Published(document, variables) });
        new ModelChecks(spec, document, problems).Run();
        new DatasetChecks(spec, document, problems).Run();
        new EvaluationChecks(spec, document, problems).Run();

        problems.ThrowIfErrors();
        return new LoadedSpec(spec, problems.Sorted());
    }

    /// <summary>A data set without a name has that of its root, as far as the root is written in the spec.</summary>
    private static EnvironmentValues Published(SpecDocument document, VariableSubstitution variables)
    {
        var written = document.Written;
        return new EnvironmentValues(
            !document.Has("dataset.name") && written.TryGetValue("dataset.root", out var root)
                ? new Dictionary<string, string>(written, StringComparer.Ordinal) { ["dataset.name"] = root }
                : written,
            variables.Values);
    }

    private static bool TakesAssembly(SpecDocument document, string assembly) =>
        (document.Has("model.type") || document.Has("dataset.type"))
        && (document.Shown("model.assembly") is not { } named || Path.GetFileName(named) == Path.GetFileName(assembly));

    /// <summary>A text as YAML and variables leave it alone.</summary>
    private static string Literal(string text) =>
        $"'{text.Replace("'", "''", StringComparison.Ordinal).Replace("${", "$${", StringComparison.Ordinal)}'";

    private static string ReadText(string path)
    {
        var position = new SourcePosition(path);
        if (Directory.Exists(path))
        {
            throw new DiagnosticException(
                SpecDiagnostics.SpecNotFound, $"'{path}' is a folder; name the file in it, such as {Path.Join(path, "masterful.yaml")}.", position);
        }

        if (!File.Exists(path))
        {
            throw new DiagnosticException(
                SpecDiagnostics.SpecNotFound, $"'{path}' does not exist; name a spec with --spec, or write one with `dotnet masterful init`.", position);
        }

        try
        {
            using var file = File.OpenRead(path);
            var bytes = new byte[MaximumBytes + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length <= MaximumBytes
                ? Decode(path, bytes.AsSpan(0, length))
                : throw new DiagnosticException(SpecDiagnostics.SpecNotReadable, $"'{path}' is larger than a megabyte, which no spec is.", position);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(SpecDiagnostics.SpecNotReadable, $"'{path}' can't be read: {Cause.Of(e)}", position);
        }
    }

    private static string Decode(string path, ReadOnlySpan<byte> bytes)
    {
        var content = bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(content);
        }
        catch (DecoderFallbackException e)
        {
            var before = content[..Math.Clamp(e.Index, 0, content.Length)];
            var position = new SourcePosition(path, before.Count((byte)'\n') + 1, before.Length - before.LastIndexOf((byte)'\n'));
            throw new DiagnosticException(SpecDiagnostics.SpecNotReadable, "not UTF-8 text; save the file as UTF-8.", position);
        }
    }

    private static SpecMap Parse(string path, string text, VariableSubstitution variables, SpecProblems problems)
    {
        var root = new YamlTreeReader(mark => new SourcePosition(path, (int)mark.Line, (int)mark.Column), variables, problems).Read(text);
        if (root is SpecMap map)
        {
            return map;
        }

        switch (root)
        {
            case null or SpecScalar { IsEmpty: true } when !problems.HasErrors:
                problems.Error(SpecDiagnostics.SpecNotReadable, new SourcePosition(path, 1, 1), "the spec is empty; `dotnet masterful init` writes one.");
                break;
            case not null:
                problems.Error(SpecDiagnostics.WrongType, root.Position, $"a spec must be {SpecKeys.Root.Expected}.");
                break;
        }

        throw new DiagnosticException(problems.Sorted());
    }

    /// <summary>A spec of a newer format is told as that alone: what else looks wrong in it may be right there.</summary>
    private static void CheckVersion(SpecDocument document)
    {
        if (document.Find("version") is SpecScalar scalar && BigInteger.TryParse(scalar.Text, out var version)
            && version > SpecKeys.CurrentVersion)
        {
            throw new DiagnosticException(
                SpecDiagnostics.Version,
                $"'version' is {scalar.Shown}, but this tool reads {SpecKeys.CurrentVersion}; update the tool: `dotnet tool update masterful`.",
                scalar.Position);
        }
    }

    private static MasterfulSpec Resolve(MasterfulSpec spec)
    {
        var dataset = spec.Dataset;
        var root = spec.Resolve(dataset.Root);
        var resolved = spec with
        {
            Dataset = dataset with
            {
                Root = root,
                Name = dataset.Name.Length > 0 ? dataset.Name : Path.GetFileName(Path.TrimEndingDirectorySeparator(root)),
                Sources = [.. dataset.Sources.Select(s => s with { To = spec.Resolve(s.To), Within = FolderPath.Below(spec.Directory, spec.Resolve(s.To)) is null ? root : spec.Directory })],
            },
            Model = spec.Model with
            {
                Assembly = spec.Model.Assembly is { } assembly ? spec.Resolve(assembly) : null,
                TorchScript = spec.Model.TorchScript is { } script ? spec.Resolve(script) : null,
            },
            Report = spec.Report with { Path = spec.Resolve(spec.Report.Path) },
            Output = spec.Output with { Path = spec.Resolve(spec.Output.Path) },
            Runtime = spec.Runtime with { Cache = spec.Resolve(spec.Runtime.Cache) },
        };
        return resolved with { Dataset = resolved.Dataset with { NotData = Folders.RunFiles.Of(resolved) } };
    }
}
