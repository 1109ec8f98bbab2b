using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Masterful.MSBuild;

/// <summary>Remembers in a file that a call of the tool was clean, by everything that it was made of: by difference, not by times.</summary>
internal sealed class CallStamp
{
    private static readonly Regex Variable = new Regex(@"\$\{(?<name>\w+)", RegexOptions.CultureInvariant);

    private readonly string _path;
    private readonly string _call;

    private CallStamp(string path, string call) => (_path, _call) = (path, call);

    /// <summary>The stamp of a call.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="spec">Its content counts, and so do the variables that it names.</param>
    /// <param name="tool">The tool, as it is.</param>
    /// <param name="arguments">The call.</param>
    /// <returns>Null where the spec can't be read: the tool will say why.</returns>
    public static CallStamp? Of(string path, string spec, string tool, IReadOnlyList<string> arguments)
    {
        try
        {
            var text = File.ReadAllText(spec);
            var program = new FileInfo(tool);
            var variables = Variable.Matches(text + string.Join(" ", arguments)).Cast<Match>().Select(m => m.Groups["name"].Value).Distinct();
            IEnumerable<string> parts =
            [
                text,
                program.Exists ? string.Format(CultureInfo.InvariantCulture, "{0} {1}", program.Length, program.LastWriteTimeUtc.Ticks) : "",
                .. arguments,
                .. variables.Select(v => $"{v}={Environment.GetEnvironmentVariable(v)}"),
            ];
            using var hash = SHA256.Create();
            return new CallStamp(path, Convert.ToBase64String(hash.ComputeHash(Encoding.UTF8.GetBytes(string.Join("\0", parts)))));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether the same call was clean.</summary>
    public bool Holds() => File.Exists(_path) && File.ReadAllText(_path) == _call;

    /// <summary>Forgets it, so that nothing is left if the call fails.</summary>
    public void Forget()
    {
        // To delete in a folder that is not there is an error.
        if (File.Exists(_path))
        {
            File.Delete(_path);
        }
    }

    /// <summary>Remembers it.</summary>
    public void Write()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        File.WriteAllText(_path, _call);
    }
}
