using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Masterful.Core.Spec.Shapes;
using Masterful.Core.Spec.Yaml;

namespace Masterful.Core.Spec.Keys;

/// <summary>The keys of <c>policy</c> and <c>policy.budget</c>.</summary>
internal static class PolicyKeys
{
    private static readonly PolicySpec Defaults = new();

    private static readonly SpecKey<PolicyMode> Mode = new(
        "mode",
        Choice.Of<PolicyMode>(),
        Defaults.Mode,
        "auto: the locked policy while it fits, else a search. search: always a search. locked: the locked policy, or an error.");

    private static readonly SpecKey<IReadOnlyList<Technique>> Techniques = new(
        "techniques",
        new TechniquesShape(),
        Defaults.Techniques,
        "What the search may use: all, a list of names, or { exclude: [names] }. Leave out what changes the meaning of an image: a mirrored digit is another sign.");

    private static readonly SpecKey<TimeSpan?> Time = new(
        "time", new WordOr<TimeSpan>("none", new DurationShape(TimeSpan.FromDays(30))), Defaults.Budget.Time, "Cap on the search's wall time, such as 45m.");

    private static readonly SpecKey<double?> Ratio = new(
        "ratio",
        new WordOr<double>("none", new NumberShape(0, 1000, aboveMinimum: true)),
        Defaults.Budget.Ratio,
        "Cap on the search's work, as a multiple of the final trainings' (original and masterful, all seeds); settling learning rate and batch size is part of it.");

    private static readonly SpecKey<int?> Trials = new(
        "trials", new WordOr<int>("none", new IntegerShape(1, 100_000)), Defaults.Budget.Trials, "Cap on the number of trials, the short runs that settle learning rate and batch size included.");

    private static readonly SpecKey<BudgetSpec> Budget = new(
        "budget",
        new SectionShape<BudgetSpec>([Time, Ratio, Trials], s => new BudgetSpec(s.Read(Time), s.Read(Ratio), s.Read(Trials))),
        Defaults.Budget,
        "Hard caps of the search; it ends at the first that is reached.");

    /// <summary>The section.</summary>
    public static readonly SectionShape<PolicySpec> Section = new(
        [Mode, Techniques, Budget],
        s => new PolicySpec { Mode = s.Read(Mode), Techniques = s.Read(Techniques), Budget = s.Read(Budget) });

    /// <summary>all, names, or all but some names; read in search order.</summary>
    private sealed class TechniquesShape : Shape<IReadOnlyList<Technique>>
    {
        private static readonly ListShape<Technique> Names = new(
            new ChoiceShape<Technique>([.. TechniqueAxis.All.Select(a => (a.Name, a.Technique))]), "a list of technique names", minimum: 1);

        private static readonly SpecKey<IReadOnlyList<Technique>> Exclude = new(
            "exclude", Names, [], "Everything but these.", IsRequired: true);

        private static readonly SectionShape<IReadOnlyList<Technique>> AllBut = new([Exclude], s => s.Read(Exclude));

        public override string Expected => "all, a list of technique names, or { exclude: [names] }";

        public override bool TryRead(SpecNode node, string path, SpecProblems problems, [MaybeNullWhen(false)] out IReadOnlyList<Technique> value)
        {
            var all = TechniqueAxis.All.Select(a => a.Technique);
            IReadOnlyList<Technique>? named = null;
            var right = node switch
            {
                SpecScalar { Text: "all" } => true,
                SpecList => Names.TryRead(node, path, problems, out named),
                SpecMap => AllBut.TryRead(node, path, problems, out named),
                _ => false,
            };
            if (node is SpecScalar && !right)
            {
                Wrong(node, path, problems);
            }

            value = [.. node switch
            {
                SpecList => all.Where(t => named?.Contains(t) ?? false),
                SpecMap => all.Where(t => !(named?.Contains(t) ?? false)),
                _ => all,
            }];
            if (right && value.Count == 0)
            {
                problems.Error(SpecDiagnostics.OutOfRange, node.Position, path, $"'{path}' leaves nothing to search for; keep at least one technique.");
            }

            return right && value.Count > 0;
        }

        public override JsonObject Schema() => SchemaParts.AnyOf(new JsonObject { ["const"] = "all" }, Names.Schema(), AllBut.Schema());

        public override JsonNode? Write(IReadOnlyList<Technique> value) => value.Count == TechniqueAxis.All.Count ? "all" : Names.Write(value);
    }
}
