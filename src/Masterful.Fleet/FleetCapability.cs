using System.Security.Cryptography;
using System.Text;
using Masterful.Core.Runtime;

namespace Masterful.Fleet;

/// <summary>What a machine must be and have so that its results are those of any other that has it too.</summary>
/// <param name="Device">cpu or cuda.</param>
/// <param name="Threads">Of a trial on a CPU, on which the last digits depend; 0 on CUDA.</param>
/// <param name="Engine">Version of the engine.</param>
/// <param name="LibTorch">Version of libtorch.</param>
/// <param name="Data">Fingerprint of the splits.</param>
/// <param name="Model">Fingerprint of the model.</param>
public sealed record FleetCapability(string Device, int Threads, string Engine, string LibTorch, string Data, string Model)
{
    private const int Digits = 24;

    /// <summary>The name of the queue of trials that ask for just this.</summary>
    public string Queue =>
        $"{Device}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', Device, Threads, Engine, LibTorch, Data, Model))))[..Digits]}";

    /// <summary>That of this program with these data and this model.</summary>
    public static FleetCapability Of(string deviceKind, int threads, string data, string model) =>
        new(deviceKind, deviceKind == "cpu" ? threads : 0, EngineVersion.Current, MachineFolders.LibTorchVersion, data, model);

    /// <summary>Why a machine that is the other can't run trials that ask for this; null where it can.</summary>
    public string? Refuses(FleetCapability other)
    {
        var reasons = new List<string>();
        void Compare(string what, object mine, object its, string remedy)
        {
            if (!mine.Equals(its))
            {
                reasons.Add($"its {what} is {its}, the run's {mine} ({remedy})");
            }
        }

        Compare("engine", Engine, other.Engine, "install the same version of the tool");
        Compare("libtorch", LibTorch, other.LibTorch, "install the same libtorch");
        Compare("device", Device, other.Device, "set runtime.device");
        if (Device == other.Device)
        {
            Compare("number of threads", Threads, other.Threads, "set runtime.threads");
        }

        if (Data != other.Data)
        {
            reasons.Add("its data are others (the same files, splits and limits are needed)");
        }

        if (Model != other.Model)
        {
            reasons.Add("its model is another (the same model section and assembly are needed)");
        }

        return reasons.Count == 0 ? null : string.Join("; ", reasons);
    }
}
