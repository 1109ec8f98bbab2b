using Masterful.Core.Spec;
using Masterful.Core.Spec.Folders;

namespace Masterful.Core.Data.Readers;

/// <summary>What was found beside images in the folders of a split: told in a few warnings, or as errors where images would be missing.</summary>
internal sealed class FolderFindings(SplitRequest request, DataRoot root)
{
    private const int Named = 10;

    private readonly List<string> _ignored = [];
    private readonly List<string> _hidden = [];
    private readonly List<string> _repeated = [];
    private readonly List<(string Name, int Images)> _leftOut = [];
    private readonly ProblemList _notText = new(DataDiagnostics.NameNotText);
    private readonly ProblemList _broken = new(DataDiagnostics.LinkBroken);
    private readonly ProblemList _unreadable = new(DataDiagnostics.FolderUnreadable);

    /// <summary>What to say of a name that is no text.</summary>
    public static string NotText(FolderEntry entry) =>
        $"The name of this {(entry.IsFolder ? "folder" : "file")} is not UTF-8, so that what it stands for can't be opened; \uFFFD stands for what can't be read.";

    /// <summary>Notes a file that is no image, or in no class.</summary>
    public void Ignore(FolderEntry file)
    {
        if (!ImageDecoder.Reads(file.Path) && FolderEntry.LostTarget(file.Path) is { } target)
        {
            _broken.Add($"'{file.Name}' is a link that leads nowhere, to {target}: it may stand for a folder of images.", new SourcePosition(file.Path));
        }
        else
        {
            _ignored.Add(file.Path);
        }
    }

    /// <summary>Notes a folder that <c>dataset.classes</c> does not name.</summary>
    public void LeaveOut(string name, int images) => _leftOut.Add((name, images));

    /// <summary>Takes what a walk noted.</summary>
    public void Take(FolderWalk walk)
    {
        foreach (var entry in walk.NotText)
        {
            _notText.Add(NotText(entry), new SourcePosition(entry.Path));
        }

        foreach (var (path, reason) in walk.Unreadable)
        {
            _unreadable.Add($"A folder of split '{request.Name}' can't be read: {reason}", new SourcePosition(path));
        }

        _repeated.AddRange(walk.Repeated);
        // ._x.png is no image but what macOS keeps beside x.png.
        _hidden.AddRange(walk.Hidden.Where(f => ImageDecoder.Reads(f) && !Path.GetFileName(f).StartsWith("._", StringComparison.Ordinal)));
    }

    /// <exception cref="DiagnosticException">Images would be missing.</exception>
    public void ThrowIfWrong()
    {
        List<Diagnostic> problems =
        [
            .. _notText.All($"{_notText.Count:N0} names in split '{request.Name}' are not UTF-8."),
            .. _broken.All($"{_broken.Count:N0} links in split '{request.Name}' lead nowhere."),
            .. _unreadable.All($"{_unreadable.Count:N0} folders of split '{request.Name}' can't be read."),
        ];
        if (problems.Count > 0)
        {
            throw new DiagnosticException(problems);
        }
    }

    /// <summary>The warnings.</summary>
    /// <param name="classes"><c>dataset.classes</c>, or null.</param>
    public IReadOnlyList<Diagnostic> Warnings(IReadOnlyList<string>? classes)
    {
        var warnings = new List<Diagnostic>();
        if (_leftOut.Count > 0)
        {
            Warn(DataDiagnostics.FoldersLeftOut, $"{_leftOut.Count:N0} {(_leftOut.Count == 1 ? "folder" : "folders")} of split '{request.Name}' with {_leftOut.Sum(f => f.Images):N0} images left out, since dataset.classes does not name {(_leftOut.Count == 1 ? "it" : "them")}: {Names(_leftOut.Select(f => $"'{f.Name}'{Like(f.Name)}"))}.");
        }

        if (_repeated.Count > 0)
        {
            _repeated.Sort(StringComparer.Ordinal);
            Warn(DataDiagnostics.LinkRepeated, $"{_repeated.Count:N0} {(_repeated.Count == 1 ? "link leads" : "links lead")} to folders whose images are read already, such as this one.", _repeated[0]);
        }

        if (_ignored.Count > 0)
        {
            _ignored.Sort(StringComparer.Ordinal);
            var where = request.Labelled ? "Images are PNG, JPEG, BMP, WebP or GIF files in the folder of their class." : "Images are PNG, JPEG, BMP, WebP or GIF files.";
            Warn(DataDiagnostics.FilesIgnored, $"{_ignored.Count:N0} files of split '{request.Name}' were ignored, such as this one. {where}", _ignored[0]);
        }

        if (_hidden.Count > 0)
        {
            _hidden.Sort(StringComparer.Ordinal);
            Warn(DataDiagnostics.FilesIgnored, $"{_hidden.Count:N0} hidden {(_hidden.Count == 1 ? "image" : "images")} of split '{request.Name}' left out, such as this one.", _hidden[0]);
        }

        return warnings;

        void Warn(DiagnosticCode code, string message, string? file = null) => warnings.Add(new Diagnostic(
            code, DiagnosticSeverity.Warning, message, file is null ? root.PositionOf(request.Key) : new SourcePosition(file)));

        string Like(string name) => LookAlikes.Find(name, classes ?? []) is { } other && LookAlikes.Difference(name, other) is { } difference
            ? $" (its '{other}' differs in {difference})"
            : "";
    }

    private static string Names(IEnumerable<string> names)
    {
        var all = names.ToList();
        return string.Join(", ", all.Take(Named)) + (all.Count > Named ? $" and {all.Count - Named:N0} more" : "");
    }
}
