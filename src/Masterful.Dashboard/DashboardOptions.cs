using System.Diagnostics;
using Masterful.Core.Spec;
using Masterful.Core.Trials;
using Microsoft.AspNetCore.Builder;

namespace Masterful.Dashboard;

/// <summary>What the front-end looks at and where it listens.</summary>
public sealed record DashboardOptions
{
    /// <summary>Report folders, and folders with such folders in them. Nothing outside them is served.</summary>
    public required IReadOnlyList<string> Folders { get; init; }

    /// <summary>The spec whose cache, data and techniques are shown; null where only reports are looked at.</summary>
    public MasterfulSpec? Spec { get; init; }

    /// <summary>The port on the loopback address; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Starts what draws augmentations: requests and answers are lines of its standard input and output. Null where there is none.</summary>
    public ProcessStartInfo? PreviewProgram { get; init; }

    /// <summary>After how long without a request for them augmentations and images are let go of, with the memory that they take.</summary>
    public TimeSpan IdleRelease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Where <c>data --labels</c> writes its table; null where only reports are looked at.</summary>
    public string? LabelsPath { get; init; }

    /// <summary>Opens the journal of the spec's runs where that is not the cache folder's; null where it is.</summary>
    public Func<Journal>? OpenJournal { get; init; }

    /// <summary>Maps the pages of a fleet's queue, below <c>queue/</c>; null where there is no fleet.</summary>
    public Action<IApplicationBuilder>? Queue { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How often a run under way is looked at.</summary>
    public TimeSpan LiveInterval { get; init; } = TimeSpan.FromSeconds(1);
}
