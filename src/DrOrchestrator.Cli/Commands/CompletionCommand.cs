using System.CommandLine;

namespace DrOrchestrator.Cli.Commands;

/// <summary>
/// Prints what a shell needs to complete drctl's commands and options. The shell asks drctl itself with each press of the key, by
/// System.CommandLine's <c>[suggest]</c> directive, so that what it offers is what this version takes. No server is asked. What is before drctl on the line, as in a pipe, is left out.
/// </summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # drctl completion for bash: source <(drctl completion bash)
        _drctl() {
          local word=${COMP_WORDS[COMP_CWORD]} IFS=$'\n'
          COMPREPLY=($(compgen -W "$(drctl "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "$word"))
        }
        complete -o default -F _drctl drctl
        """;

    private const string Zsh = """
        #compdef drctl
        # drctl completion for zsh: source <(drctl completion zsh)
        _drctl() {
          local -a offered
          local line="${(j: :)words[1,CURRENT-1]} $PREFIX"
          offered=("${(@f)$(drctl "[suggest:${#line}]" "$line" 2>/dev/null)}")
          compadd -a offered
        }
        compdef _drctl drctl
        """;

    private const string Fish = """
        # drctl completion for fish: drctl completion fish | source
        function __drctl_offered
          set -l line (commandline -cp | string trim --left)
          drctl "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c drctl -f -a '(__drctl_offered)'
        """;

    public static Command All(CliEnvironment environment) => new("completion", "Prints a script that lets your shell complete drctl.")
    {
        Of("bash", "For bash: source <(drctl completion bash)", Bash, environment),
        Of("zsh", "For zsh: source <(drctl completion zsh)", Zsh, environment),
        Of("fish", "For fish: drctl completion fish | source", Fish, environment),
    };

    private static Command Of(string shell, string description, string script, CliEnvironment environment)
    {
        var command = new Command(shell, description);
        command.SetAction(_ =>
        {
            environment.Out.WriteLine(script);
            return ExitCode.Done;
        });
        return command;
    }
}
