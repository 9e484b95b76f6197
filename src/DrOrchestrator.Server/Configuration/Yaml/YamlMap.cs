using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace DrOrchestrator.Server.Configuration.Yaml;

/// <summary>
/// A map of fields being read. What was asked for is what is known: <see cref="Close"/> reports every
/// other field as an error, so that a misspelt limit can't be silently without effect.
/// </summary>
internal sealed class YamlMap(YamlFile file, YamlMappingNode node, string path)
{
    private readonly List<string> known = [];
    private readonly List<YamlMap> children = [];

    public YamlFile File => file;

    /// <summary>Reports what is wrong with a field, at its place.</summary>
    public void Error(string field, string fact, string wayOut) =>
        file.Add((Find(field, ask: false) ?? node).Start, Path(field), fact, wayOut);

    public bool Has(string field) => Find(field) is not null;

    /// <summary>A required text. Null only where that was reported as an error.</summary>
    public string? Text(string field)
    {
        var text = OptionalText(field);
        if (text is null && !IsMistyped(field))
        {
            Missing(field, $"Add {field}: with its value.");
        }

        return text;
    }

    /// <summary>Reports that a field is not there, unless a misspelt one stands in its place, which is reported as such.</summary>
    public void Missing(string field, string wayOut)
    {
        if (!Fields.Any(written => !known.Contains(written) && NearestWord.To(written, [field]) is not null))
        {
            Error(field, "This field is missing.", wayOut);
        }
    }

    public string? OptionalText(string field) => Find(field) switch
    {
        null => null,
        YamlScalarNode { Value.Length: > 0 } scalar when !IsNull(scalar) => scalar.Value,
        YamlScalarNode => null,
        var other => Wrong<string?>(field, other, "one value", "Write it on one line after the colon."),
    };

    /// <summary>Whether the field is there and says nothing: <c>field:</c>, <c>null</c> or <c>~</c>.</summary>
    public bool IsNull(string field) => Find(field) is YamlScalarNode scalar && IsNull(scalar);

    public double? OptionalNumber(string field, double minimum, double maximum)
    {
        if (OptionalText(field) is not { } text)
        {
            return null;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum)
        {
            return number;
        }

        Error(field, $"'{text}' is no number from {Show(minimum)} to {Show(maximum)}.", "Write the number alone; its unit is in the field's name.");
        return null;
    }

    public int? OptionalCount(string field, int minimum, int maximum)
    {
        if (OptionalText(field) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum)
        {
            return number;
        }

        Error(field, $"'{text}' is no whole number from {minimum} to {maximum}.", "Write the number alone.");
        return null;
    }

    /// <summary>A duration; fields of durations end in <c>Seconds</c>.</summary>
    public TimeSpan? OptionalSeconds(string field, double minimum, double maximum) =>
        OptionalNumber(field, minimum, maximum) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    public bool? OptionalFlag(string field) => OptionalChoice(field, ("true", true), ("false", false)) is (true, var flag) ? flag : null;

    /// <summary>One of a few words.</summary>
    public (bool Given, T Value) OptionalChoice<T>(string field, params ReadOnlySpan<(string Word, T Value)> choices)
    {
        if (OptionalText(field) is not { } text)
        {
            return (false, default!);
        }

        var words = new List<string>();
        foreach (var (word, value) in choices)
        {
            if (word == text)
            {
                return (true, value);
            }

            words.Add(word);
        }

        Error(field, $"'{text}' is none of {string.Join(", ", words)}.", NearestWord.To(text, words) is { } near ? $"Did you mean {near}?" : "Choose one of them.");
        return (false, default!);
    }

    /// <summary>A map below a field; an absent one reads as empty, so that defaults stay in one place.</summary>
    public YamlMap Map(string field)
    {
        var below = Find(field) switch
        {
            YamlMappingNode map => map,
            null => null,
            YamlScalarNode scalar when IsNull(scalar) => null,
            var other => Wrong<YamlMappingNode?>(field, other, "a map of fields", "Indent its fields below it."),
        };
        return Child(below ?? new YamlMappingNode(), Path(field));
    }

    public IReadOnlyList<YamlMap> Maps(string field)
    {
        var maps = new List<YamlMap>();
        foreach (var (index, item) in Items(field).Index())
        {
            var itemPath = $"{Path(field)}[{index}]";
            if (item is YamlMappingNode map)
            {
                maps.Add(Child(map, itemPath));
            }
            else
            {
                file.Add(item.Start, itemPath, "This entry must be a map of fields.", "Begin it with a hyphen and its first field.");
            }
        }

        return maps;
    }

    public IReadOnlyList<string> Texts(string field)
    {
        var texts = new List<string>();
        foreach (var (index, item) in Items(field).Index())
        {
            if (item is YamlScalarNode { Value.Length: > 0 } scalar)
            {
                texts.Add(scalar.Value);
            }
            else
            {
                file.Add(item.Start, $"{Path(field)}[{index}]", "This entry must be one value.", "Write one value after each hyphen.");
            }
        }

        return texts;
    }

    /// <summary>A map of names to texts whose names are free: labels.</summary>
    public IReadOnlyDictionary<string, string> Pairs(string field)
    {
        var below = Map(field);
        children.Remove(below);
        return below.Fields.ToDictionary(name => name, name => below.OptionalText(name) ?? "", StringComparer.Ordinal);
    }

    /// <summary>Reports every field that nobody asked for, here and below.</summary>
    public void Close()
    {
        foreach (var (key, _) in node.Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            if (!known.Contains(name))
            {
                var near = NearestWord.To(name, known);
                file.Add(key.Start, Path(name), "There is no such field.", near is null ? $"Known here: {string.Join(", ", known)}." : $"Did you mean {near}?");
            }
        }

        foreach (var child in children)
        {
            child.Close();
        }
    }

    private IEnumerable<string> Fields => node.Children.Keys.OfType<YamlScalarNode>().Select(key => key.Value ?? "");

    private IEnumerable<YamlNode> Items(string field) => Find(field) switch
    {
        null => [],
        YamlSequenceNode list => list.Children,
        YamlScalarNode scalar when IsNull(scalar) => [],
        var other => Wrong<IEnumerable<YamlNode>?>(field, other, "a list", "Write it as [one, two], or one entry to a line after a hyphen.") ?? [],
    };

    private YamlMap Child(YamlMappingNode below, string childPath)
    {
        var child = new YamlMap(file, below, childPath);
        children.Add(child);
        return child;
    }

    private YamlNode? Find(string field, bool ask = true)
    {
        if (ask && !known.Contains(field))
        {
            known.Add(field);
        }

        return node.Children.FirstOrDefault(entry => entry.Key is YamlScalarNode { Value: var name } && name == field).Value;
    }

    private T Wrong<T>(string field, YamlNode at, string wanted, string wayOut)
    {
        file.Add(at.Start, Path(field), $"This must be {wanted}.", wayOut);
        return default!;
    }

    private bool IsMistyped(string field) => Find(field) is not (null or YamlScalarNode);

    private string Path(string field) => path.Length == 0 ? field : $"{path}.{field}";

    private static bool IsNull(YamlScalarNode scalar) =>
        scalar.Style is ScalarStyle.Plain && scalar.Value is null or "" or "~" or "null";

    private static string Show(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);
}
