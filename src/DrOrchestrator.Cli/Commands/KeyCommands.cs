using System.CommandLine;
using DrOrchestrator.Cli.Views;
using DrOrchestrator.Contracts.Http;
using Spectre.Console;

namespace DrOrchestrator.Cli.Commands;

/// <summary>API keys. All of it takes a key with every scope.</summary>
internal static class KeyCommands
{
    public static Command All(SessionFactory sessions) => new("key", "API keys, and calls that were refused. Takes a key with every scope.")
    {
        Create(sessions), List(sessions), Revoke(sessions), Refusals(sessions),
    };

    private static Command Create(SessionFactory sessions)
    {
        var subject = new Option<string>("--subject") { Description = "Who or what will use it, for example night-shift.", HelpName = "NAME", Required = true };
        var scopes = new Option<string[]>("--scope") { Description = $"Any of {string.Join(", ", Scopes.All)}; give it again, or several after it.", Required = true, AllowMultipleArgumentsPerToken = true };
        scopes.AcceptOnlyFromAmong([.. Scopes.All]);
        var save = new Option<string?>("--save") { Description = "Write the key to a new file with mode 0600 instead of showing it.", HelpName = "PATH" };
        return sessions.Runs(new Command("create", "Makes a key.") { subject, scopes, save }, async (session, parsed, cancellationToken) =>
        {
            var path = parsed.GetValue(save);
            if (path is not null && File.Exists(path))
            {
                throw new CliFailure(ExitCode.WrongUse, $"{path} is there already.", "Name a new file.");
            }

            var request = new CreateKeyRequest(parsed.GetRequiredValue(subject), parsed.GetRequiredValue(scopes));
            var key = await session.Api.Post<CreatedKey>("keys", request, cancellationToken);
            if (path is null)
            {
                return session.Show(key, made => new Rows(
                    Tables.Sentence(made.Key, Ink.Strong), Tables.Sentence($"For {made.Subject}: {string.Join(", ", made.Scopes)}. It is shown this once only.", Ink.Quiet)));
            }

            KeyFile.Write(path, key.Key);
            return session.Show(key with { Key = "" }, made => Tables.Sentence($"The key {made.Id} for {made.Subject} is in {path}.\n"));
        });
    }

    private static Command List(SessionFactory sessions) => sessions.Runs(
        new Command("list", "All keys, without their secrets."),
        async (session, _, cancellationToken) => session.Show(await session.Api.Get<KeyList>("keys", cancellationToken), KeyViews.Keys));

    private static Command Revoke(SessionFactory sessions)
    {
        var id = new Argument<string>("ID") { Description = "The key's public part; drctl key list has it." };
        return sessions.Runs(new Command("revoke", "Makes a key useless at once, everywhere.") { id }, async (session, parsed, cancellationToken) =>
            session.Show(
                await session.Api.Post<KeyView>($"keys/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/revoke", new { }, cancellationToken),
                key => KeyViews.Keys(new KeyList([key]))));
    }

    private static Command Refusals(SessionFactory sessions) => sessions.Runs(
        new Command("refusals", "The last calls that were refused with 401 or 403."),
        async (session, _, cancellationToken) => session.Show(await session.Api.Get<AccessRefusalPage>("access/refusals", cancellationToken), KeyViews.Refusals));
}
