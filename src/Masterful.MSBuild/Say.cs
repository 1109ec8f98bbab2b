using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Masterful.MSBuild;

/// <summary>Says a sentence of the build's own, where people see it.</summary>
public sealed class Say : Task
{
    /// <summary>The sentence.</summary>
    [Required]
    public string Text { get; set; } = "";

    /// <summary>Whether the build draws to a terminal.</summary>
    public bool AtTerminal { get; set; }

    /// <inheritdoc/>
    public override bool Execute()
    {
        new BuildVoice(BuildEngine, nameof(Say), AtTerminal).Say(Text, MessageImportance.High);
        return true;
    }
}
