using Masterful.Core.Spec;

namespace Masterful.Core.Models;

/// <summary>
/// The <c>model.options</c> of a zoo architecture, checked: a spec that was read from a file has been checked with positions before; this
/// holds for models that are made from code or from a saved <c>model.json</c> too.
/// </summary>
internal sealed class ArchitectureOptions
{
    private readonly string _architecture;
    private readonly IReadOnlyDictionary<string, object> _options;

    /// <exception cref="DiagnosticException">The architecture or an option is not known.</exception>
    public ArchitectureOptions(string architecture, IReadOnlyDictionary<string, object> options)
    {
        var known = Architectures.Find(architecture) ?? throw new DiagnosticException(
            ModelDiagnostics.UnknownArchitecture,
            $"There is no architecture '{architecture}'{NearestName.Question(architecture, Architectures.Names)} "
            + $"The zoo has {string.Join(", ", Architectures.Names)}.");
        foreach (var name in options.Keys)
        {
            if (known.Options.All(o => o.Name != name))
            {
                var has = known.Options.Count == 0 ? "no options" : $"only {string.Join(", ", known.Options.Select(o => o.Name))}";
                throw NotValid($"{architecture} has no option '{name}': it takes {has}.");
            }
        }

        _architecture = architecture;
        _options = options;
    }

    /// <summary>The strides of seven stages, each 1 or 2; null when not given.</summary>
    public IReadOnlyList<int>? Strides
    {
        get
        {
            if (!_options.TryGetValue("strides", out var value))
            {
                return null;
            }

            var strides = (value as System.Collections.IEnumerable)?.Cast<object>().Select(v => v is long or int ? Convert.ToInt32(v) : 0).ToList();
            return strides is { Count: 7 } && strides.All(s => s is 1 or 2)
                ? strides
                : throw NotValid($"'strides' of {_architecture} must be seven numbers, each 1 or 2, but is {ModelBuilder.OptionText(value)}.");
        }
    }

    /// <summary>Whether <c>stem: cifar</c> is asked for; the default is <c>imagenet</c>.</summary>
    public bool SmallStem => _options.GetValueOrDefault("stem", "imagenet") switch
    {
        "cifar" => true,
        "imagenet" => false,
        var value => throw NotValid($"'stem' of {_architecture} must be imagenet or cifar, but is '{ModelBuilder.OptionText(value)}'."),
    };

    private static DiagnosticException NotValid(string message) => new(ModelDiagnostics.OptionNotValid, message);
}
