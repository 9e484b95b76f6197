using System.Runtime.InteropServices;
using DrOrchestrator.Drivers.Libvirt.Native;

namespace DrOrchestrator.Drivers.Libvirt;

/// <summary>
/// libvirt's client library, once per process. Versions before 10.4 are refused: with 9.0 a process whose connections
/// went silent died within seconds, with 11.3 it did not (this project's README). It fits CVE-2024-4418, a stack used
/// after it is gone, fixed in 10.4.0 (libvirt's NEWS). Older versions that a distribution has mended are refused too.
/// </summary>
public static class LibvirtLibrary
{
    /// <summary>The name in every distribution; the loader's own path is searched.</summary>
    public const string DefaultName = "libvirt.so.0";

    private static readonly Lock Gate = new();
    private static string? loaded;

    /// <summary>The first release without the defect.</summary>
    public static Version Oldest { get; } = new(10, 4, 0);

    /// <summary>Loads the library from a path or by name (null: <see cref="DefaultName"/>). Repeating the same is nothing.</summary>
    /// <exception cref="InvalidOperationException">It is missing or older than <see cref="Oldest"/>, or another one is in use; the message says the way out.</exception>
    public static void Use(string? path = null)
    {
        lock (Gate)
        {
            if (loaded is { } other)
            {
                if (path is not null && path != other)
                {
                    throw new InvalidOperationException($"libvirt is in use from {other}; a process can have one only.");
                }

                return;
            }

            path ??= DefaultName;
            if (!NativeLibrary.TryLoad(path, out var library))
            {
                throw new InvalidOperationException($"libvirt's client library could not be loaded from {path}. Install libvirt0 {Oldest} or newer, or set DR_LIBVIRTLIBRARY to the path of its libvirt.so.0.");
            }

            Refuse(VersionOf(library), path);
            NativeLibrary.SetDllImportResolver(
                typeof(LibvirtLibrary).Assembly, (name, _, _) => name == DefaultName ? library : 0);
            loaded = path;
        }
    }

    internal static void Refuse(Version version, string path)
    {
        if (version < Oldest)
        {
            throw new InvalidOperationException(
                $"{path} is libvirt {version}, whose client can crash this process when a host goes silent (CVE-2024-4418). "
                + $"Install libvirt0 {Oldest} or newer (Debian 12: from its backports), or set DR_LIBVIRTLIBRARY to the path of such a libvirt.so.0.");
        }
    }

    private static unsafe Version VersionOf(nint library)
    {
        var get = (delegate* unmanaged[Cdecl]<ulong*, byte*, ulong*, int>)NativeLibrary.GetExport(library, "virGetVersion");
        ulong number;
        Check.NotNegative(get(&number, null, null));
        return new Version((int)(number / 1_000_000), (int)(number / 1_000 % 1_000), (int)(number % 1_000));
    }
}
