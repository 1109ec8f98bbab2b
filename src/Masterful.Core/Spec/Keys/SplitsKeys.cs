using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Masterful.Core.Spec.Shapes;
using Masterful.Core.Spec.Yaml;

namespace Masterful.Core.Spec.Keys;

/// <summary>The keys of <c>dataset.splits</c>.</summary>
internal static class SplitsKeys
{
    private const string FilesOrFolders = "a file or folder below dataset.root, or a list of them";
    private static readonly PathShape Path = new("the path of a file or folder below dataset.root");

    private static readonly SpecKey<IReadOnlyList<string>> Train = new(
        "train", new OneOrMany<string>(Path, FilesOrFolders, 1), [], "Trains: a file or folder, or several that are joined. For format folder, a star stands for the class where the classes hold the splits: '*/train'.", IsRequired: true);

    private static readonly SpecKey<TestSplit> Test = new(
        "test", new TestSplitShape(), new TestSplit([], null), "Opened once, by the gate: a file or folder, several, or a share of train such as 20%.");

    private static readonly SpecKey<IReadOnlyList<string>> Unlabeled = new(
        "unlabeled", new OneOrMany<string>(Path, FilesOrFolders, 0), [], "Images without labels, or whose labels are not to be used.");

    private static readonly SpecKey<IReadOnlyList<string>> Synthetic = new(
        "synthetic", new OneOrMany<string>(Path, FilesOrFolders, 0), [], "Synthetic images with labels. They never enter select or test.");

    /// <summary>The section.</summary>
    public static readonly SectionShape<SplitsSpec> Section = new(
        [Train, Test, Unlabeled, Synthetic],
        s =>
        {
            var test = s.Read(Test);
            return new SplitsSpec
            {
                Train = s.Read(Train),
                Test = test.Paths,
                TestShare = test.Share,
                Unlabeled = s.Read(Unlabeled),
                Synthetic = s.Read(Synthetic),
            };
        });

    /// <summary>Files, or a share of train.</summary>
    private readonly record struct TestSplit(IReadOnlyList<string> Paths, double? Share);

    private sealed class TestSplitShape : Shape<TestSplit>
    {
        private static readonly ShareShape Share = new(openEnds: true);
        private static readonly OneOrMany<string> Paths = new(Path, FilesOrFolders, 0);

        public override string Expected => $"{FilesOrFolders}; or {Share.Expected}";

        public override bool TryRead(SpecNode node, string path, SpecProblems problems, [MaybeNullWhen(false)] out TestSplit value)
        {
            // What is not a share at all is a path; a share out of its range is told as such.
            if (node is SpecScalar { IsEmpty: false } scalar && Share.Parse(scalar, out _) != SpecDiagnostics.WrongType)
            {
                var right = Share.TryRead(node, path, problems, out var share);
                value = new TestSplit([], right ? share : null);
                return right;
            }

            var read = Paths.TryRead(node, path, problems, out var paths);
            value = new TestSplit(paths ?? [], null);
            return read;
        }

        public override JsonObject Schema() => SchemaParts.AnyOf(Share.LiteralSchema(), new JsonObject { ["type"] = "string" }, Paths.Schema());
    }
}
