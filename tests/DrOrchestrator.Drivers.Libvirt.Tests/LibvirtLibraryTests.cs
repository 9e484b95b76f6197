using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

public sealed class LibvirtLibraryTests
{
    [Theory]
    [InlineData(9, 0, 0)]
    [InlineData(10, 3, 0)]
    public void A_library_that_can_crash_the_process_is_refused_with_the_way_out(int major, int minor, int release)
    {
        var error = Assert.Throws<InvalidOperationException>(() => LibvirtLibrary.Refuse(new Version(major, minor, release), "libvirt.so.0"));

        Assert.Contains("CVE-2024-4418", error.Message, StringComparison.Ordinal);
        Assert.Contains("DR_LIBVIRTLIBRARY", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, 4, 0)]
    [InlineData(11, 3, 0)]
    public void A_library_without_the_defect_is_taken(int major, int minor, int release) =>
        LibvirtLibrary.Refuse(new Version(major, minor, release), "libvirt.so.0");

    [Fact]
    public void A_second_library_in_one_process_is_refused()
    {
        ClientLibrary.Needed();

        Assert.Throws<InvalidOperationException>(() => LibvirtLibrary.Use("/nowhere/libvirt.so.0"));
    }
}
