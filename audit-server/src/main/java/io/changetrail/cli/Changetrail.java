// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code changetrail} command. */
@Command(
    name = "changetrail",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    header = "What changed, who changed it, and why.",
    description = {
      "",
      "Try `changetrail demo`; run a server with `changetrail serve --data DIR`; ask it with"
          + " `changetrail query` and `changetrail correlate`.",
      ""
    },
    footer = {
      "",
      "Times are in UTC: " + TimeArgument.FORMS + ".",
      "`changetrail COMMAND --help` explains each command."
    })
public final class Changetrail implements Runnable {
  /** Held here, because a logger that nobody holds forgets its level. */
  private static final Logger HTTP_SERVER = Logger.getLogger("org.eclipse.jetty");

  private static final Logger SHIPPER = Logger.getLogger("io.changetrail.shipper");

  @Spec private @Nullable CommandSpec spec;

  private Changetrail() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    // That it starts and stops is told by the command itself.
    HTTP_SERVER.setLevel(Level.WARNING);
    SHIPPER.setLevel(Level.SEVERE);
    // An answer that got lost must not send the request again behind our back.
    System.setProperty("sun.net.http.retryPost", "false");
    Surroundings surroundings = Surroundings.ofProcess();
    int exitCode = run(surroundings, args);
    surroundings.out().flush();
    System.exit(exitCode);
  }

  static int run(Surroundings surroundings, String... args) {
    return commandLine(surroundings).execute(args);
  }

  static CommandLine commandLine(Surroundings surroundings) {
    Session session = new Session(surroundings);
    Remote remote = new Remote(session);
    CommandLine commands =
        new CommandLine(new Changetrail())
            .addMixin("session", session)
            .addMixin("remote", remote)
            .addSubcommand("serve", new Serve(session))
            .addSubcommand("demo", new Demo(session))
            .addSubcommand("emit", new Emit(session, remote.forCommand()))
            .addSubcommand("ship", new Ship(session, remote.forCommand()))
            .addSubcommand("query", Query.command(session, remote.forCommand()))
            .addSubcommand("changes", Changes.command(session, remote.forCommand()))
            .addSubcommand("tail", Tail.command(session, remote.forCommand()))
            .addSubcommand("show", new Show(session, remote.forCommand()))
            .addSubcommand("lineage", Lineage.command(session, remote.forCommand()))
            .addSubcommand("state", new State(session, remote.forCommand()))
            .addSubcommand("correlate", new Correlate(session, remote.forCommand()))
            .addSubcommand("postmortem", new Postmortem(session, remote.forCommand()))
            .addSubcommand("correlations", new Correlations(session, remote.forCommand()))
            .addSubcommand("feedback", new FeedbackCommand(session, remote.forCommand()))
            .addSubcommand("evaluate", new Evaluate(session))
            .addSubcommand("sources", new Sources(session, remote.forCommand()))
            .addSubcommand("unmapped", Unmapped.command(session, remote.forCommand()))
            .addSubcommand("backup", new Backup(session, remote.forCommand()))
            .addSubcommand("token", TokenCommand.command(session))
            .addSubcommand("restore", new Restore(session))
            .addSubcommand("completion", new GenerateCompletion());
    commands
        .setOut(surroundings.out())
        .setErr(surroundings.err())
        .setColorScheme(Help.defaultColorScheme(surroundings.coloured() ? Ansi.ON : Ansi.OFF))
        .registerConverter(Duration.class, new SpanArgument())
        .registerConverter(Instant.class, new TimeArgument(surroundings.clock()))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(false)
        .setUsageHelpWidth(100)
        .setParameterExceptionHandler((wrong, args) -> explain(session, wrong))
        .setExecutionExceptionHandler((failed, command, parsed) -> explain(session, failed));
    commands.getSubcommands().values().forEach(Changetrail::complete);
    return commands;
  }

  /** What every command has: help, in which the exit codes stand. */
  private static void complete(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    if (spec.findOption("--help") == null) {
      spec.addOption(
          OptionSpec.builder("-h", "--help")
              .usageHelp(true)
              .description("Show this help, and do nothing.")
              .build());
    }
    spec.usageMessage().exitCodeListHeading("%nExit codes:%n").exitCodeList(ExitCodes.explained());
    command.getSubcommands().values().forEach(Changetrail::complete);
  }

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(spec.commandLine(), "name a command");
    }
  }

  private static int explain(Session session, Exception failed) {
    Complaint complaint = Complaint.about(failed);
    complaint.print(session);
    return complaint.exitCode();
  }
}
