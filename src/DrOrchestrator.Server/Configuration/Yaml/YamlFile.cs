using System.Security.Cryptography;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace DrOrchestrator.Server.Configuration.Yaml;

/// <summary>A YAML file being read: collects everything that is wrong with it.</summary>
internal sealed class YamlFile
{
    /// <summary>The one form there is so far. A later form says so in its files, and this one stays readable.</summary>
    private const string Form = "1";

    private readonly List<ConfigurationError> errors = [];

    private YamlFile(string name, string text)
    {
        Name = name;
        ContentHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    public string Name { get; }

    /// <summary>SHA-256 of the text, in hexadecimal.</summary>
    public string ContentHash { get; }

    /// <summary>Reads the text with <paramref name="read"/>; throws with all errors if there is any.</summary>
    /// <exception cref="ConfigurationException">Something is wrong.</exception>
    public static T Read<T>(string name, string text, Func<YamlFile, YamlMap, T> read)
    {
        var file = new YamlFile(name, text);
        if (file.Root(text) is { } root)
        {
            if (root.Text("version") is { } version && version != Form)
            {
                root.Error("version", $"'{version}' is no form that this server reads.", $"Write version: {Form}, or use a newer server.");
            }

            var value = read(file, root);
            root.Close();
            if (file.errors.Count == 0)
            {
                return value;
            }
        }

        throw new ConfigurationException([.. file.errors.OrderBy(error => error.Line).ThenBy(error => error.Column)]);
    }

    /// <exception cref="ConfigurationException">It can't be opened.</exception>
    public static string TextOf(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(
                new ConfigurationError(path, 1, 1, "", $"The file can not be read: {exception.Message}", "Check the path and that this user may read it.").ToString(), exception);
        }
    }

    public void Add(Mark at, string field, string fact, string wayOut) =>
        errors.Add(new ConfigurationError(Name, at.Line, at.Column, field, fact, wayOut));

    private YamlMap? Root(string text)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException exception)
        {
            Add(exception.Start, "", $"This is no valid YAML: {Sentence(exception.Message)}", "Look at this line and the one above it; indentation is by spaces.");
            return null;
        }

        if (stream.Documents is not [{ RootNode: YamlMappingNode map }])
        {
            Add(new Mark(0, 1, 1), "", "The file must hold one YAML document of fields.", "Start from the example in runbooks/README.md.");
            return null;
        }

        return new YamlMap(this, map, "");
    }

    private static string Sentence(string message) => message.TrimEnd('.') + ".";
}
