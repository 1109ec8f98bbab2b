using Masterful.Core.Spec;

namespace Masterful.Core.Models;

/// <summary>What can be wrong with a model.</summary>
public static class ModelDiagnostics
{
    /// <summary>A name that is not in the zoo.</summary>
    public static readonly DiagnosticCode UnknownArchitecture = new(
        "MST0201", "the architecture is not known", "Use a name of the zoo, or model.assembly and model.type for your own.");

    /// <summary>An option that the architecture does not have, or a value out of range.</summary>
    public static readonly DiagnosticCode OptionNotValid = new(
        "MST0202", "a model option is not valid", "Correct model.options; the message lists what the architecture takes.");

    /// <summary>A factory that throws or returns nothing.</summary>
    public static readonly DiagnosticCode FactoryFailed = new(
        "MST0203", "the model's factory failed", "Mend the factory; the message has its exception and where it was thrown.");

    /// <summary>A forward pass that throws.</summary>
    public static readonly DiagnosticCode ForwardFailed = new(
        "MST0204", "the model's forward pass failed", "Check that the network takes float32 [N, C, H, W] of model.input_shape.");

    /// <summary>Logits of another shape or type than [N, classes] float.</summary>
    public static readonly DiagnosticCode WrongOutput = new(
        "MST0205", "the model's output has the wrong shape", "Return one logit a class: [N, ModelContext.ClassCount], floating point.");

    /// <summary>NaN or infinity in the logits of a fresh model.</summary>
    public static readonly DiagnosticCode NotFinite = new(
        "MST0206", "the model's output is not finite", "Check initialisation and divisions: a fresh model must give finite logits.");

    /// <summary>A TorchScript file that does not load.</summary>
    public static readonly DiagnosticCode TorchScriptNotLoadable = new(
        "MST0207", "the TorchScript file does not load", "Save it with torch.jit.save from a PyTorch no newer than libtorch.");

    /// <summary>A weights file that is not valid safetensors.</summary>
    public static readonly DiagnosticCode WeightsNotReadable = new(
        "MST0208", "the weights file is not readable", "Write the file again; it is damaged or not safetensors.");

    /// <summary>Weights of another architecture or class count.</summary>
    public static readonly DiagnosticCode WeightsDoNotFit = new(
        "MST0209", "the weights do not fit the model", "Use weights of the same architecture, options and number of classes.");

    /// <summary>A saved model folder that lacks something.</summary>
    public static readonly DiagnosticCode FolderNotValid = new(
        "MST0210", "the model folder is not valid", "Name a folder that a run wrote: it has model.json and model.safetensors.");

    /// <summary>A model without anything to train.</summary>
    public static readonly DiagnosticCode NothingToTrain = new(
        "MST0211", "the model has no trainable parameters", "Register the network's modules (RegisterComponents) and leave requires_grad on.");
}
