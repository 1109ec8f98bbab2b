using System.Text.Json;
using Masterful.Core.Trials;

namespace Masterful.Fleet;

/// <summary>What a request asks for: a trial, or a probe of one.</summary>
/// <param name="Key">The trial's or the probe's key.</param>
/// <param name="Trial">What is to be trained; null where it is a probe.</param>
/// <param name="Probe">What is to be measured; null where it is a trial.</param>
internal sealed record FleetWork(string Key, TrialSpec? Trial, DistanceProbe? Probe)
{
    /// <summary>The trial, or the one that is probed.</summary>
    public TrialSpec Trained => Trial ?? Probe!.Trial;

    /// <summary>A trial.</summary>
    public static FleetWork Of(TrialSpec trial) => new(TrialKey.Of(trial), trial, null);

    /// <summary>A probe.</summary>
    public static FleetWork Of(DistanceProbe probe) => new(TrialKey.Of(probe), null, probe);

    /// <summary>Reads what a row of the database asks for, which anyone who can write there may have put in.</summary>
    /// <param name="claim">The row.</param>
    /// <exception cref="InvalidDataException">It is not a request of this engine: its kind is unknown, its body can't be read, or its key is not the body's.</exception>
    public static FleetWork Read(FleetClaim claim)
    {
        try
        {
            var work = claim.Kind switch
            {
                FleetRequests.Trial when FleetRequests.Read<TrialSpec?>(claim.Body) is { } trial => Of(trial),
                FleetRequests.Probe when FleetRequests.Read<DistanceProbe?>(claim.Body) is { Trial: not null } probe => Of(probe),
                _ => throw new InvalidDataException("it is neither a trial nor a probe"),
            };
            return work.Key == claim.Key ? work : throw new InvalidDataException("its key is not that of what it asks for");
        }
        catch (Exception e) when (e is not InvalidDataException)
        {
            // Whatever a body of the wrong form makes the reader or the key throw, it means the same.
            throw new InvalidDataException(e is JsonException ? "its body is not JSON of the right form" : "its body holds impossible values", e);
        }
    }
}
