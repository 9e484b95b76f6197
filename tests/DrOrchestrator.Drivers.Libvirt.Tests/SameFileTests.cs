using DrOrchestrator.Drivers.Libvirt.Storage;
using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

/// <summary>Whether two hosts see one file: by its change time at the source, the destination and the source again, and by a file made in its folder.</summary>
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
    public void Times_that_agree_may_be_one_files_and_others_may_not(int before, int there, int after, bool agree) =>
        Assert.Equal(agree, StoragePlanner.TimesAgree(Changed(before), Changed(there), Changed(after)));

    [Fact]
    public void A_time_between_the_sources_two_says_nothing() =>
        Assert.Null(StoragePlanner.TimesAgree(Changed(10), Changed(11), Changed(12)));

    [Fact]
    public void A_host_that_tells_no_time_says_nothing() =>
        Assert.Null(StoragePlanner.TimesAgree(Changed(null), Changed(null), Changed(null)));

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(null, true, true)]
    [InlineData(false, false, false)]
    [InlineData(true, false, null)] // Two files that changed within one tick of the clock.
    [InlineData(false, true, null)] // One folder, and a mount that shows what it remembers.
    [InlineData(null, false, null)]
    public void One_file_needs_one_folder_and_two_files_need_two_folders_and_two_times(bool? times, bool folder, bool? one)
    {
        var proof = StoragePlanner.Proven(times, folder);

        Assert.Equal(one, proof.One);
        Assert.Equal(one is null, proof.Why is not null);
    }

    private static VolumeFacts Changed(int? at) => new(1 << 26, "qcow2", at);
}
