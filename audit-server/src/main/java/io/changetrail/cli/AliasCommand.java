// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what a name stands for, beside the catalogue's files, and takes it back. */
@Command(
    name = "alias",
    header = "Say what a name of a service or environment stands for; list that, take it back.",
    description = {
      "",
      "It is in force at once, for past events too, and kept as an event under the name of your"
          + " credential, which needs the right --catalogue. Where the catalogue's files say"
          + " something else they win.",
      ""
    })
final class AliasCommand implements Runnable {
  private static final String PATH = "/v1/aliases";

  @Spec private CommandLine.Model.@Nullable CommandSpec spec;

  private AliasCommand() {}

  static CommandLine command(Session session, Remote remote) {
    return new CommandLine(new AliasCommand())
        .addSubcommand("add", new Add(session, remote.forCommand()))
        .addSubcommand("list", new Listing(session, remote.forCommand()))
        .addSubcommand("remove", new Remove(session, remote.forCommand()));
  }

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(spec.commandLine(), "say add, list or remove");
    }
  }

  /** Which sort of name. */
  private static final class Sort {
    @Option(
        names = "--environment",
        description = "NAME is one of an environment; of a service unless given.")
    private boolean environment;

    String kind() {
      return environment ? "environment" : "service";
    }
  }

  /** Says one. */
  @Command(
      name = "add",
      header = "Say that a name stands for a service or an environment.",
      footer = {
        "",
        "Examples:",
        "  changetrail alias add chekout-worker checkout-worker",
        "  changetrail alias add --environment prd prod",
        "  changetrail alias add search              (it is a service of its own)",
        ""
      })
  private static final class Add implements Callable<Integer> {
    private final Session session;
    @Mixin private final Remote remote;
    @Mixin private final Sort sort = new Sort();

    @Parameters(index = "0", paramLabel = "NAME", description = "As `unmapped` lists it.")
    private String name = "";

    @Parameters(
        index = "1",
        arity = "0..1",
        paramLabel = "OF",
        description = "What it stands for; itself unless given.")
    private @Nullable String of;

    Add(Session session, Remote remote) {
      this.session = session;
      this.remote = remote;
    }

    @Override
    public Integer call() {
      ObjectNode alias = JsonNodeFactory.instance.objectNode();
      alias.put("kind", sort.kind()).put("name", name).put("of", of == null ? name : of);
      JsonNode said =
          remote
              .connect()
              .post(PATH, "application/json", alias.toString().getBytes(StandardCharsets.UTF_8));
      if (session.json()) {
        session.output().json(said);
      } else {
        session.output().note(said.path("name").asText() + " is " + said.path("of").asText());
      }
      return ExitCodes.OK;
    }
  }

  /** Lists them. */
  @Command(name = "list", header = "List what was said beside the catalogue's files.")
  private static final class Listing implements Callable<Integer> {
    private final Session session;
    @Mixin private final Remote remote;

    Listing(Session session, Remote remote) {
      this.session = session;
      this.remote = remote;
    }

    @Override
    public Integer call() {
      JsonNode aliases = remote.connect().get(PATH, new QueryString()).path("aliases");
      if (session.json()) {
        aliases.forEach(session.output()::json);
        return ExitCodes.OK;
      }
      if (aliases.isEmpty()) {
        session.output().note("nothing was said beside the catalogue's files");
        return ExitCodes.OK;
      }
      Table table = new Table(1, "WHAT", "NAME", "IS", "SAID BY", "AT", "IN FORCE");
      aliases.forEach(
          alias ->
              table.row(
                  List.of(
                      Line.of(alias.path("kind").asText(), Style.CYAN),
                      Line.of(alias.path("name").asText(), Style.BOLD),
                      Line.of(alias.path("of").asText()),
                      Line.of(alias.path("by").asText("-")),
                      Line.of(alias.path("at").asText(), Style.FAINT),
                      Line.of(
                          alias.has("overruled")
                              ? "no: " + alias.path("overruled").asText()
                              : "yes"))));
      session.output().table(table);
      return ExitCodes.OK;
    }
  }

  /** Takes one back. */
  @Command(name = "remove", header = "Take back what was said of a name.")
  private static final class Remove implements Callable<Integer> {
    private final Session session;
    @Mixin private final Remote remote;
    @Mixin private final Sort sort = new Sort();

    @Parameters(index = "0", paramLabel = "NAME", description = "As `alias list` lists it.")
    private String name = "";

    Remove(Session session, Remote remote) {
      this.session = session;
      this.remote = remote;
    }

    @Override
    public Integer call() {
      remote.connect().delete(PATH, new QueryString().with("kind", sort.kind()).with("name", name));
      if (session.json()) {
        session.output().json(JsonNodeFactory.instance.objectNode().put("removed", name));
      } else {
        session.output().note(name + " stands for itself again");
      }
      return ExitCodes.OK;
    }
  }
}
