namespace Masterful.Core.Spec;

/// <summary>Text that nobody may see: a token, a password. Whoever needs it says so; everywhere else it is asterisks.</summary>
/// <param name="text">The text.</param>
public sealed class SecretText(string text)
{
    /// <summary>The text itself, for whom it is meant and for nobody else.</summary>
    public string Reveal() => text;

    /// <inheritdoc/>
    public override string ToString() => "***";
}
