using Masterful.Core.Spec.Layouts;
using Masterful.Results;

namespace Masterful.Core.Spec;

/// <summary>Looks at a folder of data and writes a spec for it.</summary>
public static class SpecInitializer
{
    private const int MaximumDepth = 3;
    private const int MaximumFolders = 300;
    private static readonly string[] NeverData = ["bin", "obj", "node_modules", "masterful-report", "masterful-model"];

    private static readonly Func<DataFolder, SpecProposal?>[] Layouts =
        [BinaryLayouts.Svhn, BinaryLayouts.Cifar, BinaryLayouts.Idx, CsvLayouts.Of, ImageFileLayouts.Classes];

    /// <summary>
    /// Guesses format, splits and input shape from names and headers, in the folder or, when it holds no data itself, in folders up to
    /// three levels below it.
    /// </summary>
    /// <exception cref="DiagnosticException">The folder is missing or can't be read, or nothing in it is recognised; the message says what would be.</exception>
    public static SpecProposal Describe(string folder)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var position = new SourcePosition(folder);
        if (!Directory.Exists(full))
        {
            throw new DiagnosticException(SpecDiagnostics.LayoutNotRecognized, $"The folder '{folder}' does not exist.", position);
        }

        try
        {
            return Search(full) ?? throw new DiagnosticException(
                SpecDiagnostics.LayoutNotRecognized,
                $"'{folder}' holds no data that is recognised. What would be: SVHN's train_32x32.mat and test_32x32.mat; MNIST's "
                + "train-images-idx3-ubyte and train-labels-idx1-ubyte (or .gz); CIFAR-10's data_batch_1.bin …, CIFAR-100's train.bin; "
                + "train.csv with a line an image (path,label); or a folder of images for each class, perhaps in folders train and test.",
                position);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(SpecDiagnostics.LayoutNotRecognized, $"'{folder}' can't be looked at: {Cause.Of(e)}", position);
        }
    }

    /// <summary>A commented spec that validates.</summary>
    /// <param name="proposal">What the data looks like.</param>
    /// <param name="specFolder">The folder that the spec will be in: its root is relative to it.</param>
    public static string Yaml(SpecProposal proposal, string specFolder) => SpecText.Write(proposal, specFolder);

    /// <summary>Level by level; what is found on the same level as the first is mentioned.</summary>
    private static SpecProposal? Search(string root)
    {
        IReadOnlyList<string> level = [root];
        for (var (depth, seen) = (0, 0); depth <= MaximumDepth && level.Count > 0 && seen < MaximumFolders; depth++, seen += level.Count)
        {
            var folders = level.Take(MaximumFolders - seen).Select(f => new DataFolder(f)).ToList();
            var found = folders.Select(Recognize).OfType<SpecProposal>().ToList();
            if (found.Count > 0)
            {
                return found[0] with { Others = [.. found.Skip(1).Select(p => p.Root)] };
            }

            level = [.. folders.SelectMany(f => f.Folders.Where(n => n[0] != '.' && !NeverData.Contains(n)).Select(f.Full))];
        }

        return null;
    }

    private static SpecProposal? Recognize(DataFolder folder) => Layouts.Select(l => l(folder)).FirstOrDefault(p => p is not null);
}
