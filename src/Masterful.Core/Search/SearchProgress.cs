namespace Masterful.Core.Search;

/// <summary>How far a search is.</summary>
/// <param name="Stage">What it does now: a stage or a group, such as <c>baseline</c> or <c>rotate+spatial</c>.</param>
/// <param name="TrialsDone">Trials finished.</param>
/// <param name="TrialsPlanned">Trials that the plan holds, finished ones included.</param>
/// <param name="ImagePasses">Work done.</param>
/// <param name="ImagePassCap">The cap on work, or null.</param>
/// <param name="Seconds">Time spent, trials that were known already at the time that they once took.</param>
/// <param name="SecondsLeft">Estimated time left, or null before the first trial finished.</param>
public sealed record SearchProgress(
    string Stage, int TrialsDone, int TrialsPlanned, long ImagePasses, long? ImagePassCap, double Seconds, double? SecondsLeft);
