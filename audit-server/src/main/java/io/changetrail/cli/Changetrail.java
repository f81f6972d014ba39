// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
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

  /** It tells of all the others. */
  private static final String COMPLETION = "completion";

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
    return commandLine(surroundings, args).execute(args);
  }

  /**
   * The command with the subcommand that the arguments name, or with all of them where they name
   * none: to describe all costs more time than most commands need to run.
   */
  static CommandLine commandLine(Surroundings surroundings, String... args) {
    Session session = new Session(surroundings);
    Remote remote = new Remote(session);
    CommandLine commands =
        new CommandLine(new Changetrail()).addMixin("session", session).addMixin("remote", remote);
    Map<String, Supplier<Object>> all = subcommands(session, remote);
    String named = args.length == 0 ? "" : args[0];
    if (all.containsKey(named) && !named.equals(COMPLETION)) {
      all.keySet().retainAll(Set.of(named));
    }
    all.forEach((name, command) -> commands.addSubcommand(name, command.get()));
    commands
        .setOut(surroundings.out())
        .setErr(surroundings.err())
        .setColorScheme(Help.defaultColorScheme(surroundings.coloured() ? Ansi.ON : Ansi.OFF))
        .registerConverter(Duration.class, new SpanArgument())
        .registerConverter(Instant.class, new TimeArgument(surroundings.clock()))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(false)
        .setUsageHelpWidth(100)
        .setParameterExceptionHandler((wrong, line) -> explain(session, wrong))
        .setExecutionExceptionHandler((failed, command, parsed) -> explain(session, failed));
    commands.getSubcommands().values().forEach(Changetrail::complete);
    return commands;
  }

  /** By name, in the order of the help. */
  private static Map<String, Supplier<Object>> subcommands(Session session, Remote remote) {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put("serve", () -> new Serve(session));
    commands.put("demo", () -> new Demo(session));
    commands.put("emit", () -> new Emit(session, remote.forCommand()));
    commands.put("ship", () -> new Ship(session, remote.forCommand()));
    commands.put("query", () -> Query.command(session, remote.forCommand()));
    commands.put("changes", () -> Changes.command(session, remote.forCommand()));
    commands.put("tail", () -> Tail.command(session, remote.forCommand()));
    commands.put("show", () -> new Show(session, remote.forCommand()));
    commands.put("lineage", () -> Lineage.command(session, remote.forCommand()));
    commands.put("state", () -> new State(session, remote.forCommand()));
    commands.put("drift", () -> Drift.command(session, remote.forCommand()));
    commands.put("correlate", () -> new Correlate(session, remote.forCommand()));
    commands.put("postmortem", () -> new Postmortem(session, remote.forCommand()));
    commands.put("correlations", () -> new Correlations(session, remote.forCommand()));
    commands.put("feedback", () -> new FeedbackCommand(session, remote.forCommand()));
    commands.put("evaluate", () -> new Evaluate(session));
    commands.put("sources", () -> new Sources(session, remote.forCommand()));
    commands.put("unmapped", () -> Unmapped.command(session, remote.forCommand()));
    commands.put("alias", () -> AliasCommand.command(session, remote));
    commands.put("backup", () -> new Backup(session, remote.forCommand()));
    commands.put("backfill", () -> new Backfill(session, remote.forCommand()));
    commands.put("token", () -> TokenCommand.command(session));
    commands.put("restore", () -> new Restore(session));
    commands.put(COMPLETION, () -> new GenerateCompletion());
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
