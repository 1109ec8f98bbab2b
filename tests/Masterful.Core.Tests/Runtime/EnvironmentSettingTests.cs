using Masterful.Core.Runtime;
using Xunit;

namespace Masterful.Core.Tests.Runtime;

public class EnvironmentSettingTests
{
    [Theory]
    [InlineData("somewhere", "somewhere")]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_variable_that_is_set_but_empty_counts_as_not_set(string? value, string? expected)
    {
        var name = $"MASTERFUL_TEST_{Guid.NewGuid():N}";
        Environment.SetEnvironmentVariable(name, value);
        try
        {
            Assert.Equal(expected, EnvironmentSetting.Read(name));
        }
        finally
        {
            Environment.SetEnvironmentVariable(name, null);
        }
    }
}
