using System.Runtime.InteropServices;

namespace DrOrchestrator.Drivers.Libvirt.Native;

/// <summary>Parameters to pass, built by libvirt's own functions and freed by them.</summary>
internal sealed unsafe class TypedParameterList : IDisposable
{
    private TypedParameter* parameters;
    private int count;
    private int capacity;

    public TypedParameter* Pointer => parameters;

    public uint Count => (uint)count;

    public void Add(string name, ulong value) =>
        Check.NotNegative(LibvirtNative.virTypedParamsAddULLong(ref parameters, ref count, ref capacity, name, value));

    /// <summary>Adding a name again makes it a list, as <c>migrate_disks</c> wants.</summary>
    public void Add(string name, string value) =>
        Check.NotNegative(LibvirtNative.virTypedParamsAddString(ref parameters, ref count, ref capacity, name, value));

    public void Dispose()
    {
        LibvirtNative.virTypedParamsFree(parameters, count);
        parameters = null;
        count = 0;
    }
}

/// <summary>Reads parameters that libvirt returned.</summary>
internal static unsafe class TypedParameters
{
    /// <summary>All numbers by name, and frees the array. Texts are left out except <c>errmsg</c>.</summary>
    public static (IReadOnlyDictionary<string, double> Numbers, string? ErrorMessage) Take(TypedParameter* parameters, int count)
    {
        try
        {
            var numbers = new Dictionary<string, double>(count);
            string? message = null;
            for (var i = 0; i < count; i++)
            {
                var name = Marshal.PtrToStringUTF8((nint)parameters[i].Field)!;
                if (Number(parameters[i]) is { } number)
                {
                    numbers[name] = number;
                }
                else if (name == "errmsg")
                {
                    message = Marshal.PtrToStringUTF8(parameters[i].Text);
                }
            }

            return (numbers, message);
        }
        finally
        {
            LibvirtNative.virTypedParamsFree(parameters, count);
        }
    }

    /// <summary>virTypedParameterType: 1 int, 2 unsigned, 3 long, 4 unsigned long, 5 double, 6 boolean, 7 text.</summary>
    private static double? Number(in TypedParameter parameter) => parameter.Type switch
    {
        1 => parameter.Int,
        2 => parameter.UInt,
        3 => parameter.Long,
        4 => parameter.ULong,
        5 => parameter.Double,
        6 => parameter.Boolean,
        _ => null,
    };
}
