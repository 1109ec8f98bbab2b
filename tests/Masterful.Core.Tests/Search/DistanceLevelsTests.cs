using Masterful.Core.Search;
using Masterful.Core.Trials;
using Xunit;

namespace Masterful.Core.Tests.Search;

public sealed class DistanceLevelsTests
{
    private readonly List<string> _notes = [];

    private IReadOnlyList<double> Levels(Func<double, double> loss, Func<double, double> error)
    {
        var curve = new OperationDistance("hue", [.. DistanceLevels.Strengths.Select(s => 0.3 + loss(s))], [.. DistanceLevels.Strengths.Select(error)]);
        return DistanceLevels.Calibrate(new DistanceProbeResult(0.3, 0.1, [curve], 0, 0), _notes).Strengths["hue"];
    }

    [Fact]
    public void Levels_solve_the_distances_by_linear_interpolation()
    {
        Assert.Equal([0.05, 0.1, 0.2, 0.4, 0.8], Levels(s => s, _ => 0.1).Select(s => Math.Round(s, 3)));
        Assert.Empty(_notes);
    }

    [Fact]
    public void A_curve_that_falls_in_places_is_made_monotone() =>
        Assert.True(Levels(s => s + (0.05 * Math.Sin(40 * s)), _ => 0.1) is var levels && levels.SequenceEqual(levels.Order()));

    [Fact]
    public void A_flat_curve_is_capped_at_the_end_of_its_range_and_told()
    {
        Assert.All(Levels(s => 0.01 * s, _ => 0.1), s => Assert.Equal(1, s));
        Assert.Contains("hardly move", Assert.Single(_notes));
    }

    [Fact]
    public void An_operation_stops_where_it_pushes_the_error_over_one_half()
    {
        Assert.Equal([0.05, 0.1, 0.2, 0.4, 0.5], Levels(s => s, s => s).Select(s => Math.Round(s, 3)));
        Assert.Contains("hue to 50%", Assert.Single(_notes));
        Assert.All(Levels(s => s, s => s > 0 ? 0.9 : 0.1), s => Assert.Equal(0, s));
    }
}
