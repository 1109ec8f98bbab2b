using System.Security.Cryptography;
using System.Text;
using Masterful.Core.Runtime;
using Masterful.Results;

namespace Masterful.Core.Pipeline;

/// <summary>
/// What a run depended on and what it left, in a file for build systems: while all of it is as it was, the run would only say the same
/// again. "As it was" means no difference at all, not "no newer": files come back older from archives, copies and version control.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="clock">The time.</param>
public sealed class RunState(string path, TimeProvider clock)
{
    private const string Head = "masterful state 1";
    private readonly Dictionary<string, string> _inputs = new(StringComparer.Ordinal);
    private readonly List<string> _ignored = [];
    private readonly StringBuilder _call = new();

    /// <summary>Adds to what the run is called with: settings, variables, versions.</summary>
    public void AddCall(string line) => _call.Append(line).Append('\n');

    /// <summary>Says which files and folders don't count where they lie among the inputs: what the run writes itself, say. Comes before the inputs.</summary>
    public void Ignore(IEnumerable<string> paths) => _ignored.AddRange(paths.Select(Path.TrimEndingDirectorySeparator));

    /// <summary>Notes files and folders (which end in a separator) as they are, at the latest when they have been read.</summary>
    /// <exception cref="IOException">A file can't be read.</exception>
    public void AddInputs(IEnumerable<string> paths)
    {
        var now = clock.GetUtcNow();
        foreach (var input in paths.Where(p => IsCounted(p) && !_inputs.ContainsKey(p)))
        {
            _inputs.Add(input, FileProof.Of(input, now, IsCounted));
        }
    }

    /// <summary>The summary of the run that the file is of, where nothing differs from it; else null.</summary>
    public string? Unchanged()
    {
        if (Read() is not [Head, var call, var summary, .. var lines] || call != Call())
        {
            return null;
        }

        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space < 0 || !known.TryAdd(line[(space + 1)..], line[..space]))
            {
                return null;
            }
        }

        return _inputs.Keys.All(known.ContainsKey) && known.All(k => FileProof.Holds(k.Key, k.Value, IsCounted)) ? summary : null;
    }

    /// <summary>Forgets an earlier run, so that nothing of it is left if this one fails.</summary>
    public void Forget()
    {
        if (File.Exists(path))
        {
            File.Delete(path);
        }
    }

    /// <summary>
    /// Writes the file, unless an input is no longer what it was when it was read: then the next run has to look.
    /// </summary>
    /// <param name="summary">A line about the run.</param>
    /// <param name="results">Files that the run left, or would have.</param>
    public void Write(string summary, IEnumerable<string> results)
    {
        var now = clock.GetUtcNow();
        List<string> lines = [Head, Call(), summary.ReplaceLineEndings(" ")];
        foreach (var (input, proof) in _inputs)
        {
            // In this order: a stamp that proves is of a content that the second look has seen.
            var proven = FileProof.Of(input, now, IsCounted);
            if (!FileProof.Holds(input, proof, IsCounted))
            {
                return;
            }

            lines.Add($"{proven} {input}");
        }

        lines.AddRange(results.Where(r => !_inputs.ContainsKey(r)).Distinct(StringComparer.Ordinal).Select(r => $"{FileProof.OfOwn(r)} {r}"));

        // A name with a line break in it has no line: such data are looked at again each time.
        if (!lines.Any(l => l.AsSpan().ContainsAny('\n', '\r')))
        {
            AtomicFile.Write(path, string.Join('\n', lines) + '\n');
        }
    }

    private bool IsCounted(string path) =>
        !_ignored.Exists(i => path.StartsWith(i, StringComparison.Ordinal) && (path.Length == i.Length || Path.EndsInDirectorySeparator(path[..(i.Length + 1)])));

    private string Call() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_call.ToString())));

    private string[] Read()
    {
        try
        {
            // Split at line feeds alone, as it is written: other breaks are part of names.
            return File.Exists(path) ? File.ReadAllText(path).TrimEnd('\n').Split('\n') : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
