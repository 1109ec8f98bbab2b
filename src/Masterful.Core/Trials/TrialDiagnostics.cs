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

    /// <summary>A worker that is not of this run.</summary>
    public static readonly DiagnosticCode WorkerRefuses = new(
        "MST0605", "a worker process found other data, another model or another version", "Let data, model and tool be as they are while a run is under way, then run the same command again.");

    /// <summary>Workers that don't start, or are lost again and again.</summary>
    public static readonly DiagnosticCode WorkerLost = new(
        "MST0606", "worker processes are lost", "See what the worker said; `dotnet masterful worker` with the same options shows it alone. With little memory, set runtime.workers to 1.");

    /// <summary>An entry of the journal that no training can have made (a warning: it is taken as not there).</summary>
    public static readonly DiagnosticCode EntryDamaged = new(
        "MST0216", "an entry of the journal can't be", "Nothing: its trial is run again when it is needed. Where it comes again, see who else writes to the journal.");
}
