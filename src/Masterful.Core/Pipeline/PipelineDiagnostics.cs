using Masterful.Core.Spec;

namespace Masterful.Core.Pipeline;

/// <summary>What can be wrong with a run as a whole.</summary>
public static class PipelineDiagnostics
{
    /// <summary>Another run holds the cache folder.</summary>
    public static readonly DiagnosticCode CacheInUse = new(
        "MST0701", "another run uses the cache folder", "Wait for it to end, or give this run a cache of its own: --set runtime.cache=DIR.");

    /// <summary>A policy lock that is not one, or is damaged.</summary>
    public static readonly DiagnosticCode LockNotValid = new(
        "MST0702", "the policy lock is not valid", "Restore the file from version control, or delete it and search again.");

    /// <summary>A policy lock of a newer engine.</summary>
    public static readonly DiagnosticCode LockNewer = new(
        "MST0703", "the policy lock was written by a newer version", "Update the tool: `dotnet tool update masterful`; or search again with this one: `dotnet masterful search --update`.");

    /// <summary>policy.mode is locked, and there is no lock.</summary>
    public static readonly DiagnosticCode LockMissing = new(
        "MST0704", "there is no policy lock", "Run `dotnet masterful search` and commit masterful.lock.yaml.");

    /// <summary>policy.mode is locked, and the lock was made for something else.</summary>
    public static readonly DiagnosticCode LockDiffers = new(
        "MST0705", "the policy lock does not match the spec", "Undo the change, or run `dotnet masterful search --update` and commit the new lock.");

    /// <summary>The earlier result given to compare with can't be read.</summary>
    public static readonly DiagnosticCode BaselineNotReadable = new(
        "MST0706", "the baseline result is not readable", "Name a result.json that this or an earlier version wrote.");

    /// <summary>The trained model could not be written.</summary>
    public static readonly DiagnosticCode ModelNotWritten = new(
        "MST0707", "the trained model was not written", "See the report's notes; a later run trains again what is missing.");

    /// <summary>A cross-validation that lacks the predictions of a fold.</summary>
    public static readonly DiagnosticCode FoldFailed = new(
        "MST0708", "the training of a fold failed", "Mend what the message says; a smaller learning rate or batch often helps.");
}
