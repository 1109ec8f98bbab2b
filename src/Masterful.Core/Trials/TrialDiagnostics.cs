using Masterful.Core.Spec;

namespace Masterful.Core.Trials;

/// <summary>What can be wrong with the journal and with trials.</summary>
public static class TrialDiagnostics
{
    /// <summary>A journal that SQLite can't read.</summary>
    public static readonly DiagnosticCode JournalDamaged = new(
        "MST0601", "the journal is damaged", "Delete or rename the file; trials that it held are run again when they are needed.");

    /// <summary>A journal of a later version of the tool.</summary>
    public static readonly DiagnosticCode JournalNewer = new(
        "MST0602", "the journal was written by a newer version", "Update the tool, or name another folder in runtime.cache.");

    /// <summary>A journal that can't be written (at the start: a warning, the run goes on without it).</summary>
    public static readonly DiagnosticCode JournalNotWritable = new(
        "MST0603", "the journal can't be written", "Free space or change permissions, or name another folder in runtime.cache.");

    /// <summary>A probe of a model whose training failed.</summary>
    public static readonly DiagnosticCode NothingToProbe = new(
        "MST0604", "there is no model to probe", "See why the trial failed; a smaller learning rate or batch often helps.");
}
