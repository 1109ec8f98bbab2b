using System.Globalization;
using System.Text;
using Masterful.Core.Spec;
using Masterful.Core.Spec.Yaml;
using Masterful.Core.Techniques;
using Masterful.Results;

namespace Masterful.Core.Pipeline;

/// <summary>Writes and reads <c>masterful.lock.yaml</c>: YAML that a person can read in a review and git can merge.</summary>
public static class PolicyLockFile
{
    private const int CurrentVersion = 1;
    private const int MaximumBytes = 1 << 18;
    private const int Levels = 5;

    /// <summary>Writes a lock whole.</summary>
    /// <exception cref="IOException">The folder can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(string path, PolicyLock content) => AtomicFile.Write(path, ToText(content));

    /// <summary>Reads a lock; null when there is none.</summary>
    /// <exception cref="DiagnosticException">It is not a lock, or one of a newer engine; the diagnostics say where.</exception>
    public static PolicyLock? Read(string path)
    {
        string text;
        try
        {
            if (!File.Exists(path))
            {
                return null;
            }

            if (new FileInfo(path).Length > MaximumBytes)
            {
                throw NotValid(new SourcePosition(path), "it is larger than any policy lock is");
            }

            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotValid(new SourcePosition(path), $"it can't be read: {Cause.Of(e).TrimEnd('.')}");
        }

        return Parse(path, text);
    }

    internal static string ToText(PolicyLock content)
    {
        var text = new StringBuilder();
        text.Append(
            """
            # The training policy that `dotnet masterful` found. Commit this file: runs train this policy, without a new search, for as long as
            # the fingerprints below match. The tool writes it; `dotnet masterful search --update` searches again.

            """);
        text.Append(CultureInfo.InvariantCulture, $"version: {CurrentVersion}\nengine: {Quoted(content.EngineVersion)}\n");
        text.Append(CultureInfo.InvariantCulture, $"policy:\n  name: {Quoted(content.Policy.Name)}\n  source: {content.Source}\n");
        Append(text, "values", content.Policy.Values.Select(v => (TechniqueAxis.Of(v.Technique).Name, Number(v.Value))));
        text.Append("  # Strength of each operation, 0..1 of its range, at levels 1 to 5.\n");
        var strengths = content.Policy.Calibration.Strengths.OrderBy(s => s.Key, StringComparer.Ordinal);
        Append(text, "calibration", strengths.Select(s => (s.Key, $"[{string.Join(", ", s.Value.Select(Number))}]")));
        text.Append(CultureInfo.InvariantCulture, $"recipe:\n  batch_size: {content.BatchSize}\n  learning_rate: {Number(content.LearningRate)}\n");
        var found = content.Fingerprint;
        text.Append(
            CultureInfo.InvariantCulture,
            $"""
            fingerprints:
              model: {Quoted(found.Model)}
              recipe: {Quoted(found.Recipe)}
              techniques: [{string.Join(", ", found.Techniques)}]
              classes: {Quoted(found.Classes)}
              input_shape: {Quoted(found.InputShape)}
              # New images alone don't undo the lock, unless there are over a quarter more or fewer.
              train_images: {found.TrainImages}
              data: {Quoted(found.Data)}

            """);
        return text.ToString();
    }

    private static PolicyLock Parse(string path, string text)
    {
        var problems = new SpecProblems();
        var root = new YamlTreeReader(
            mark => new SourcePosition(path, (int)mark.Line, (int)mark.Column), new VariableSubstitution(_ => null), problems).Read(text);
        if (problems.HasErrors)
        {
            var first = problems.Sorted()[0];
            throw NotValid(first.Position ?? new SourcePosition(path), first.Message.TrimEnd('.'));
        }

        var file = root as SpecMap ?? throw NotValid(new SourcePosition(path, 1, 1), "it is empty");
        CheckVersion(file);
        var policy = Section(file, "policy");
        var recipe = Section(file, "recipe");
        var found = Section(file, "fingerprints");
        return new PolicyLock
        {
            EngineVersion = Text(file, "engine"),
            Source = Text(policy, "source"),
            Policy = new Policy
            {
                Name = Text(policy, "name"),
                Values = [.. Section(policy, "values").Entries.Select(Value).OrderBy(v => v.Technique)],
                Calibration = new Calibration(Section(policy, "calibration").Entries.ToDictionary(e => e.Key, Strengths)),
            },
            BatchSize = Count(recipe, "batch_size"),
            LearningRate = Figure(Entry(recipe, "learning_rate"), 0, 1e6),
            Fingerprint = new LockFingerprint
            {
                Model = Text(found, "model"),
                Recipe = Text(found, "recipe"),
                Techniques = [.. List(Entry(found, "techniques")).Items.Select(i => (i as SpecScalar ?? throw Wrong(i.Position, "a name")).Text)],
                Classes = Text(found, "classes"),
                InputShape = Text(found, "input_shape"),
                Data = Text(found, "data"),
                TrainImages = Count(found, "train_images"),
            },
        };
    }

    /// <summary>A lock of a newer engine may mean something else by the same words.</summary>
    private static void CheckVersion(SpecMap file)
    {
        var engine = Entry(file, "engine");
        var parts = Text(file, "engine").Split('.');
        if (parts.Length < 2 || !int.TryParse(parts[0], CultureInfo.InvariantCulture, out var major) || !int.TryParse(parts[1], CultureInfo.InvariantCulture, out var minor))
        {
            throw Wrong(engine.Value.Position, "a version such as 1.2.3");
        }

        var current = Array.ConvertAll(Runtime.EngineVersion.Numerics.Split('.'), p => int.Parse(p, CultureInfo.InvariantCulture));
        if ((major, minor).CompareTo((current[0], current[1])) > 0 || Count(file, "version") > CurrentVersion)
        {
            throw new DiagnosticException(
                PipelineDiagnostics.LockNewer,
                $"The lock was written by version {Text(file, "engine")}, and this is {Runtime.EngineVersion.Current}. "
                + "Update the tool (`dotnet tool update masterful`), or search again with this one (`dotnet masterful search --update`).",
                engine.Value.Position);
        }
    }

    private static PolicyValue Value(SpecEntry entry)
    {
        var axis = TechniqueAxis.Find(entry.Key) ?? throw NotValid(entry.Position, $"'{entry.Key}' is not a technique");
        return new PolicyValue(axis.Technique, Figure(entry, 0, axis.Maximum));
    }

    private static IReadOnlyList<double> Strengths(SpecEntry entry)
    {
        double[] strengths = [.. List(entry).Items.Select(i => Figure(new SpecEntry(entry.Key, i.Position, i), 0, 1))];
        return strengths.Length == Levels ? strengths : throw Wrong(entry.Value.Position, "five strengths");
    }

    private static SpecEntry Entry(SpecMap section, string key) =>
        section.Find(key) ?? throw NotValid(section.Position, $"'{key}' is missing");

    private static SpecMap Section(SpecMap section, string key) =>
        Entry(section, key).Value as SpecMap ?? throw Wrong(Entry(section, key).Value.Position, "keys and values");

    private static SpecList List(SpecEntry entry) => entry.Value as SpecList ?? throw Wrong(entry.Value.Position, "a list");

    private static string Text(SpecMap section, string key) =>
        Entry(section, key).Value is SpecScalar { Text.Length: > 0 } scalar ? scalar.Text : throw Wrong(Entry(section, key).Value.Position, "a text");

    private static int Count(SpecMap section, string key) => (int)Math.Round(Figure(Entry(section, key), 1, int.MaxValue));

    private static double Figure(SpecEntry entry, double minimum, double maximum) =>
        entry.Value is SpecScalar scalar
        && double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
        && value >= minimum && value <= maximum
            ? value
            : throw Wrong(entry.Value.Position, string.Create(CultureInfo.InvariantCulture, $"a number from {minimum} to {maximum}"));

    private static DiagnosticException Wrong(SourcePosition position, string right) => NotValid(position, $"here must stand {right}");

    private static DiagnosticException NotValid(SourcePosition position, string why) => new(
        PipelineDiagnostics.LockNotValid,
        $"The policy lock is not valid: {why}. Restore the file, or delete it and search again.",
        position);

    private static void Append(StringBuilder text, string key, IEnumerable<(string Key, string Value)> entries)
    {
        var lines = entries.ToArray();
        text.Append(CultureInfo.InvariantCulture, $"  {key}:{(lines.Length == 0 ? " {}" : "")}\n");
        foreach (var (name, value) in lines)
        {
            text.Append(CultureInfo.InvariantCulture, $"    {name}: {value}\n");
        }
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
