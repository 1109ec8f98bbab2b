using Masterful.Results;

namespace Masterful.Reporting;

/// <summary>What the images are called that both arms were measured on.</summary>
internal static class EvaluatedSplit
{
    /// <summary><c>test</c>, or <c>selection</c> where the gate compares on the images that chose the policy.</summary>
    public static string Word(RunResult result) => IsTest(result) ? "test" : "selection";

    /// <summary>The same at the start of a sentence.</summary>
    public static string Title(RunResult result) => IsTest(result) ? "Test" : "Selection";

    /// <summary>How many images that were.</summary>
    public static int Images(RunResult result) => result.Dataset.Counts.GetValueOrDefault(result.Dataset.Evaluated);

    /// <summary>Whether the split had no part in any choice.</summary>
    public static bool IsTest(RunResult result) => result.Dataset.Evaluated == "test";
}
