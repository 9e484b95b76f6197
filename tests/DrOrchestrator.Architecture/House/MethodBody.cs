using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace DrOrchestrator.Architecture.House;

/// <summary>Walks over the instructions of a method.</summary>
internal static class MethodBody
{
    private static readonly Dictionary<int, OpCode> Codes = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value & 0xFFFF);

    /// <summary>Gives every token of the body to <paramref name="mention"/>; returns whether the body branches.</summary>
    public static bool Read(BlobReader body, Action<EntityHandle> mention)
    {
        var branches = false;
        while (body.RemainingBytes > 0)
        {
            int first = body.ReadByte();
            var code = Codes[first == 0xFE ? 0xFE00 | body.ReadByte() : first];
            branches |= code.FlowControl is FlowControl.Cond_Branch;
            switch (code.OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    mention(MetadataTokens.EntityHandle(body.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    var targets = body.ReadInt32();
                    body.Offset += 4 * targets;
                    break;
                default:
                    body.Offset += Size(code.OperandType);
                    break;
            }
        }

        return branches;
    }

    private static int Size(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };
}
