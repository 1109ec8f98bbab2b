using System.Globalization;

namespace Masterful.Core.Spec;

/// <summary>Writes a spec for people: commented, with what they are likely to change.</summary>
internal static class SpecText
{
    private const int SmallImage = 64;

    /// <summary>The text, with line feeds.</summary>
    public static string Write(SpecProposal proposal, string specFolder)
    {
        var root = Relative(specFolder, proposal.Root);
        var name = Path.GetFileName(proposal.Root);
        var shape = proposal.InputShape;
        var architecture = Math.Max(shape.Height, shape.Width) <= SmallImage ? "small-cnn" : "resnet18";
        var resized = proposal.HasOneShape ? "" : "; images of other sizes are resized";
        var techniques = proposal.HasDigits
            ? "techniques:\n    exclude: [horizontal_mirror, rotate_90]   # a mirrored or turned digit is another sign"
            : "techniques: all         # or { exclude: [horizontal_mirror, rotate_90] } where that changes what an image means";
        return $$"""
            # What Masterful trains, searches and checks; `dotnet masterful run` does all of it.
            # Only version, dataset and model are needed: whatever else is left out has a default.
            version: 1

            dataset:
              name: {{Scalar(name.Length > 0 ? name : "data")}}
              format: {{proposal.Format.ToString().ToLowerInvariant()}}
              root: {{PathText(root)}}    # relative to this file; ${NAME:-default} takes an environment variable
            {{Columns(proposal.Columns)}}{{Others(proposal, specFolder)}}  splits:
            {{Splits(proposal.Splits)}}
              validation: {{Validation(proposal.Validation)}}
            {{Classes(proposal.Classes)}}  # limit: { train: 10000 }     # a stratified subset, for a first try

            model:
              # One of {{string.Join(", ", Architectures.Names)}};
              # or your own, by assembly and type.
              architecture: {{architecture}}
              input_shape: [{{shape.Height}}, {{shape.Width}}, {{shape.Channels}}]    # height, width, channels{{resized}}

            training:
              epochs: 30
              batch_size: auto        # auto searches for a good value, once; or a number
              learning_rate: auto
              seeds: 3                # paired repeats of the original and the masterful training

            policy:
              mode: auto              # a search, then the policy that it locked in masterful.lock.yaml (commit that file)
              {{techniques}}
              budget: { time: 45m, ratio: 1.5 }   # the search ends at the first cap: wall time, or work relative to the final trainings

            gate:
              error_rate_reduction: 5%    # at least this much, and the interval must exclude 0, or the build fails
              # max_class_recall_drop: 2 points

            """;
    }

    private static string Relative(string specFolder, string path) => Path.GetRelativePath(specFolder, path).Replace(Path.DirectorySeparatorChar, '/');

    private static string Classes(IReadOnlyList<string>? names) => names is null ? "" : $"  classes: [{string.Join(", ", names.Select(Scalar))}]    # other folders beside them are left out\n";

    private static string Columns(ColumnsSpec? columns)
    {
        string?[] said = [columns?.Path is { } path ? $"path: {Scalar(path)}" : null, columns?.Label is { } label ? $"label: {(label.Count == 1 ? Scalar(label[0]) : $"[{string.Join(", ", label.Select(Scalar))}]")}" : null];
        return columns is null ? "" : $"  columns: {{ {string.Join(", ", said.OfType<string>())} }}    # which column names the image, and which is the label\n";
    }

    private static string Others(SpecProposal proposal, string specFolder) => string.Concat(
        proposal.Others.Take(5).Select(o => $"  # There is data in {Relative(specFolder, o).ReplaceLineEndings(" ")}, too.\n"));

    private static string Splits(SplitsSpec splits)
    {
        string[] lines =
        [
            $"train: {Files(splits.Train)}",
            $"test: {Test(splits)}",
            splits.Unlabeled.Count > 0 ? $"unlabeled: {Files(splits.Unlabeled)}    # its labels are not used" : "",
            splits.Synthetic.Count > 0 ? $"synthetic: {Files(splits.Synthetic)}" : "",
        ];
        return string.Join('\n', lines.Where(l => l.Length > 0).Select(l => "    " + l));
    }

    private static string Test(SplitsSpec splits) => splits.TestShare is { } share
        ? $"{Percent(share)}             # a share of train, since the data comes without test images"
        : $"{Files(splits.Test)}    # opened once, by the gate";

    private static string Validation(ShareOrName validation) => validation.Share is { } share
        ? $"{Percent(share)}         # of train, held out to choose the policy"
        : $"{PathText(validation.Name!)}    # chooses the policy";

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.##}%");

    private static string Files(IReadOnlyList<string> files) =>
        files.Count == 1 ? PathText(files[0]) : $"[{string.Join(", ", files.Select(PathText))}]";

    /// <summary>A path; one that reads as a share, such as 20%, is told from one by a ./ in front.</summary>
    private static string PathText(string path) => path.Any(char.IsControl)
        ? throw new DiagnosticException(SpecDiagnostics.PathNotWritable, $"'{string.Concat(path.Select(c => char.IsControl(c) ? '?' : c))}' has a line end or another control character in its name.")
        : Scalar(double.TryParse(path.TrimEnd('%'), CultureInfo.InvariantCulture, out _) ? "./" + path : path);

    /// <summary>Plain where that is plainly text; else in single quotes, in which only the quote itself is special to YAML.</summary>
    public static string Scalar(string text)
    {
        if (text.Any(char.IsControl))
        {
            return Quoted(text);
        }

        var isPlain = text.Any(char.IsAsciiLetter)
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '/' or '_' or '-')
            && text[0] is not '-'
            && !double.TryParse(text, CultureInfo.InvariantCulture, out _)
            && text.ToLowerInvariant() is not ("null" or "true" or "false" or "yes" or "no" or "on" or "off");
        return isPlain || text is "." or ".." ? text : $"'{text.Replace("${", "$${", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";
    }

    /// <summary>In double quotes, with escapes: what holds line ends survives in no other way.</summary>
    private static string Quoted(string text)
    {
        var escaped = text.Select(c => c is '"' or '\\' ? $"\\{c}" : char.IsControl(c) ? $"\\u{(int)c:X4}" : $"{c}");
        return $"\"{string.Concat(escaped).Replace("${", "$${", StringComparison.Ordinal)}\"";
    }
}
