using Masterful.Results;

namespace Masterful.Reporting.Tests;

/// <summary>A temporary report folder with a result in it.</summary>
internal sealed class ReportFolder : IDisposable
{
    public ReportFolder(RunResult result, PoliciesFile? policies = null)
    {
        ResultFiles.Write(File(ResultFiles.ResultName), result);
        if (policies is not null)
        {
            ResultFiles.Write(File(ResultFiles.PoliciesName), policies);
        }
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("masterful-report-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Text(string name) => System.IO.File.ReadAllText(File(name));

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
