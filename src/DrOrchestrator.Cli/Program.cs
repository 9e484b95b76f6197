using DrOrchestrator.Cli;

return await Drctl.Run(args, CliEnvironment.OfThisProcess());
