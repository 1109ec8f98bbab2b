using Masterful.Core.Spec.Folders;
using Masterful.Core.Spec.Layouts;
using Masterful.Results;

namespace Masterful.Core.Spec;

/// <summary>Looks at a folder of data and writes a spec for it.</summary>
public static class SpecInitializer
{
    private const int MaximumDepth = 6;
    private const int MaximumFolders = 5_000;

    /// <summary>Layouts of a single folder; where several fit, the first is likelier.</summary>
    private static readonly Func<DataFolder, SpecProposal?>[] Layouts = [BinaryLayouts.Svhn, BinaryLayouts.Cifar, BinaryLayouts.Idx, CsvLayouts.Of];

    /// <summary>
    /// Guesses format, splits and input shape from names and headers, in the folder and up to six levels below it. Of all that may train,
    /// what has a test set of its own comes first, then what is called train; what is called a test never trains.
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
            var missed = new List<Diagnostic>();
            var top = DataFolder.Read(full, MaximumDepth, MaximumFolders, missed);
            return Search(top, position, missed) with { Warnings = missed };
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

    private static SpecProposal Search(DataFolder top, SourcePosition position, IReadOnlyList<Diagnostic> missed)
    {
        var roots = ClassRoot.Find(top);
        var ranked = LayoutCandidate.Ranked(top.All().SelectMany(InOne).Concat(ClassFolderLayout.Candidates(roots)));
        if (ranked.Count == 0)
        {
            throw roots.FirstOrDefault(r => r.Split is "test" or "validation") is { } judge ? OnlyJudges(judge, position) : new DiagnosticException([NotRecognized(position), .. missed]);
        }

        // A test folder of its own accord is taken for one; beside a train folder it is what it is called.
        if (SplitWords.SplitOf(top.Name) is "test" or "validation" && !ranked[0].IsNamed && TrainBeside(top.Path) is { } train)
        {
            throw new DiagnosticException(
                SpecDiagnostics.OnlyTestFound, $"'{top.Name}' stands beside '{train}', so that it is no training data; look at the folder above: dotnet masterful init ..", position);
        }

        return ranked[0].Proposal with { Others = [.. Others(top, ranked)] };
    }

    private static IEnumerable<LayoutCandidate> InOne(DataFolder folder)
    {
        // What lies in a test folder is of the test, whatever its own name is.
        if (folder.Up().Select(f => f.Split).FirstOrDefault(s => s is not null) is not (null or "train"))
        {
            yield break;
        }

        foreach (var proposal in Layouts.Select(l => l(folder)).OfType<SpecProposal>())
        {
            yield return new LayoutCandidate(proposal, folder, SplitWords.SplitOf(proposal.Splits.Train[0]) == "train") { Uses = [folder] };
        }
    }

    /// <summary>Where other data is: what else could be proposed, and images that the proposal has no use for.</summary>
    private static IEnumerable<string> Others(DataFolder top, IReadOnlyList<LayoutCandidate> ranked)
    {
        var uses = ranked[0].Uses;
        return ranked.Skip(1).Select(r => r.Train)
            .Concat(uses.SelectMany(u => u.Up().Skip(1)).SelectMany(f => f.Folders).Where(f => f.HasImages))
            .Where(f => f != top && !uses.Any(u => u.Up().Contains(f) || f.Up().Contains(u)))
            .Select(f => f.Path).Distinct();
    }

    private static string? TrainBeside(string folder) => Path.GetDirectoryName(folder) is { } above
        ? new FolderWalk(above, []).In(above).Where(e => e.IsFolder).Select(e => e.Name.ToString()).FirstOrDefault(n => SplitWords.SplitOf(n) == "train")
        : null;

    private static DiagnosticException OnlyJudges(ClassRoot judge, SourcePosition position) => new(
        SpecDiagnostics.OnlyTestFound,
        $"All that was found is called {judge.Split}, such as '{judge.Folder.Path}', and what is called so never trains by itself. If it is to train, name it in dataset.splits.train.",
        position);

    private static Diagnostic NotRecognized(SourcePosition position) => new(
        SpecDiagnostics.LayoutNotRecognized,
        DiagnosticSeverity.Error,
        $"'{position.File}' holds no data that is recognised. What would be: SVHN's train_32x32.mat and test_32x32.mat; MNIST's "
        + "train-images-idx3-ubyte and train-labels-idx1-ubyte (or .gz); CIFAR-10's data_batch_1.bin …, CIFAR-100's train.bin; "
        + "train.csv with a line an image (path,label); or a folder of images for each class, perhaps in folders train and test.",
        position);
}
