using Masterful.Results;

namespace Masterful.Dashboard.Tests;

/// <summary>A temporary folder of runs.</summary>
internal sealed class ResultsFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("masterful-runs-").FullName;

    public string Add(string name, RunResult result, PoliciesFile? policies = null, MisclassifiedFile? misclassified = null)
    {
        var folder = System.IO.Path.Combine(Path, name);
        ResultFiles.Write(System.IO.Path.Combine(folder, ResultFiles.ResultName), result);
        if (policies is not null)
        {
            ResultFiles.Write(System.IO.Path.Combine(folder, ResultFiles.PoliciesName), policies);
        }

        if (misclassified is not null)
        {
            ResultFiles.Write(System.IO.Path.Combine(folder, MisclassifiedFile.Name), misclassified, ResultFiles.Compact);
        }

        return folder;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
