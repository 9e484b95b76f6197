using DrOrchestrator.Drivers.Libvirt.Storage;
using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

/// <summary>Whether two hosts see one file, by its change time at the source, the destination and the source again.</summary>
public sealed class SameFileTests
{
    [Theory]
    [InlineData(10, 10, 10, true)]
    [InlineData(10, 10, 12, true)]
    [InlineData(10, 12, 12, true)]
    [InlineData(10, 9, 10, false)]
    [InlineData(10, 11, 10, false)]
    [InlineData(10, 9, 12, false)]
    [InlineData(10, 13, 12, false)]
    public void Times_that_agree_say_yes_and_times_that_cannot_be_one_files_say_no(int before, int there, int after, bool one) =>
        Assert.Equal(one, StoragePlanner.AreOne(Changed(before), Changed(there), Changed(after)));

    [Fact]
    public void A_time_between_the_sources_two_proves_nothing() =>
        Assert.Null(StoragePlanner.AreOne(Changed(10), Changed(11), Changed(12)));

    [Fact]
    public void A_host_that_tells_no_time_proves_nothing() =>
        Assert.Null(StoragePlanner.AreOne(Changed(null), Changed(null), Changed(null)));

    [Fact]
    public void No_file_is_not_the_same_file() => Assert.False(StoragePlanner.AreOne(Changed(10), null, Changed(10)));

    private static VolumeFacts Changed(int? at) => new(1 << 26, "qcow2", at);
}
