using Masterful.Core.Search;
using Xunit;

namespace Masterful.Core.Tests.Search;

public sealed class PolicyNamesTests
{
    [Fact]
    public void A_name_is_a_food_a_colour_and_an_animal_and_the_same_for_the_same_seed()
    {
        Assert.Matches("^[a-z]+-[a-z]+-[a-z]+$", PolicyNames.Draw(5));
        Assert.Equal(PolicyNames.Draw(5), PolicyNames.Draw(5));
    }

    [Fact]
    public void Names_seldom_meet() =>
        Assert.True(Enumerable.Range(0, 1000).Select(i => PolicyNames.Draw(i)).Distinct().Count() > 998);
}
