using System.Reflection;
using Hangfire.Common;
using Hangfire.Server;
using Microsoft.Extensions.Logging;

namespace Masterful.Fleet;

/// <summary>
/// A row of the queue names the code that it runs, and Hangfire would run any: here it is one method with one number, and nothing else is
/// so much as looked for. What is refused is told and counts as failed.
/// </summary>
/// <param name="logger">Told of what was refused.</param>
internal sealed class QueueGuard(ILogger logger) : JobFilterAttribute, IServerFilter
{
    private const int LongestName = 100;

    private static readonly MethodInfo Delivery = typeof(FleetJob).GetMethod(nameof(FleetJob.RunAsync))!;

    /// <summary>The types that a row may name: the job's and its parameters', by their full names.</summary>
    private static readonly Dictionary<string, Type> Known =
        new[] { typeof(FleetJob), typeof(long), typeof(CancellationToken) }.ToDictionary(t => t.FullName!, StringComparer.Ordinal);

    /// <summary>
    /// Holds Hangfire, all of this process, to the types that the queue is made of, wherever it reads a type's name: in jobs, in their
    /// arguments and in states.
    /// </summary>
    public void HoldHangfire() => TypeHelper.CurrentTypeResolver = Resolve;

    /// <inheritdoc/>
    public void OnPerforming(PerformingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.BackgroundJob.Job.Method != Delivery)
        {
            context.Canceled = true;
            Tell(context.BackgroundJob.Job.Method.Name);
        }
    }

    /// <inheritdoc/>
    public void OnPerformed(PerformedContext context)
    {
    }

    /// <summary>The type of a name, where the queue may name it.</summary>
    /// <exception cref="TypeLoadException">It may not.</exception>
    internal Type Resolve(string name)
    {
        // Versions and assemblies are left out: a row of the same engine on another .NET names others.
        if (Known.TryGetValue(name.Split(',')[0].Trim(), out var known))
        {
            return known;
        }

        Tell(name);
        throw new TypeLoadException("The queue of the fleet holds no such type.");
    }

    private void Tell(string name) => logger.LogWarning(
        "A row of the fleet's queue asks for something else than a trial and was refused: '{Name}'. Someone else can write to the database.",
        string.Concat(name.Take(LongestName).Select(c => char.IsControl(c) ? ' ' : c)));
}
