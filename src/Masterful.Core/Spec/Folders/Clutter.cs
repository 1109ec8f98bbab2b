namespace Masterful.Core.Spec.Folders;

/// <summary>What systems, tools and earlier runs leave among files, and what is never data.</summary>
internal static class Clutter
{
    /// <summary>Folders of operating systems, network drives, notebooks and package managers.</summary>
    private static readonly HashSet<string> Folders = new(StringComparer.OrdinalIgnoreCase)
    {
        "__MACOSX", "@eaDir", "#recycle", "#snapshot", "@Recycle", "@Recently-Snapshot", "@tmp", "$RECYCLE.BIN", "RECYCLER",
        "System Volume Information", "lost+found", "Network Trash Folder", "Temporary Items", "__pycache__", "node_modules",
        RunFiles.Report, RunFiles.Model,
    };

    private static readonly HashSet<string> Files = new(StringComparer.OrdinalIgnoreCase)
    {
        "Thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "Icon\r", RunFiles.Spec, RunFiles.Lock, RunFiles.Sheet,
        RunFiles.LabelSheet, RunFiles.LabelTable, RunFiles.Preview,
    };

    /// <summary>Whether a name is one of these.</summary>
    public static bool Is(FolderEntry entry) => (entry.IsFolder ? Folders : Files).GetAlternateLookup<ReadOnlySpan<char>>().Contains(entry.Name);

    /// <summary>Whether a folder that holds these is what a run wrote, under whatever name: a report, a model or a cache.</summary>
    public static bool IsOfRun(IReadOnlyList<FolderEntry> content) =>
        Has(content, "journal.db")
        || (Has(content, "result.json") && Has(content, "policies.json"))
        || (Has(content, "model.json") && content.Any(e => e.Path.EndsWith(".safetensors", StringComparison.Ordinal)));

    /// <summary>Names of folders beside these that a build of .NET writes.</summary>
    public static IReadOnlyList<string> BuildOutputs(IReadOnlyList<FolderEntry> content) =>
        content.Any(e => !e.IsFolder && e.Path.EndsWith("proj", StringComparison.Ordinal) && Path.GetExtension(e.Path) is ".csproj" or ".fsproj" or ".vbproj")
            ? ["bin", "obj"]
            : [];

    private static bool Has(IReadOnlyList<FolderEntry> content, string name) => content.Any(e => e.IsFile(name));
}
