// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.server.access.Tenants;
import io.changetrail.server.access.Token;
import io.changetrail.server.access.TokenFile;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
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

/** Makes, lists and ends tokens, in the data directory; a running server sees it at once. */
@Command(
    name = "token",
    header = "Make, list and revoke access tokens.",
    description = {"", "Works on the data directory of a server, whether that runs or not.", ""})
final class TokenCommand implements Runnable {
  @Spec private CommandLine.Model.@Nullable CommandSpec spec;

  private TokenCommand() {}

  static CommandLine command(Session session) {
    return new CommandLine(new TokenCommand())
        .addSubcommand("create", new Create(session))
        .addSubcommand("list", new Listing(session))
        .addSubcommand("revoke", new Revoke(session));
  }

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(spec.commandLine(), "say create, list or revoke");
    }
  }

  /** Where the tokens are. */
  private static final class Place {
    @Option(
        names = "--data",
        paramLabel = "DIR",
        description = "Data directory of the server; else CHANGETRAIL_DATA, else ./data.")
    private @Nullable Path data;

    TokenFile file(Session session) {
      Path directory =
          data != null
              ? data
              : session
                  .surroundings()
                  .variable("CHANGETRAIL_DATA")
                  .map(Path::of)
                  .orElse(Path.of("data"));
      return new TokenFile(directory.resolve(TokenFile.NAME));
    }
  }

  /** Makes a token and shows it, this once. */
  @Command(
      name = "create",
      header = "Make a token and print it. It is shown this once; only a hash is kept.",
      footer = {
        "",
        "Examples:",
        "  changetrail token create ci --ingest 'https://github.com/acme/*'",
        "  changetrail token create oncall --read",
        "  changetrail token create checkout-team --read --team checkout --environment prod",
        ""
      })
  private static final class Create implements Callable<Integer> {
    private final Session session;
    @Mixin private final Place place = new Place();

    @Parameters(paramLabel = "NAME", description = "What it is for; shown in lists and logs.")
    private String name = "";

    @Option(
        names = "--ingest",
        paramLabel = "SOURCE",
        description = "It may send events of this source; a trailing * stands for any ending.")
    private @Nullable List<String> ingest;

    @Option(names = "--read", description = "It may read events; all unless limited below.")
    private boolean read;

    @Option(names = "--environment", paramLabel = "NAME", description = "Reads only of this.")
    private @Nullable List<String> environments;

    @Option(names = "--service", paramLabel = "NAME", description = "Reads only of this service.")
    private @Nullable List<String> services;

    @Option(names = "--team", paramLabel = "NAME", description = "Reads only this team's services.")
    private @Nullable List<String> teams;

    @Option(
        names = "--catalogue",
        description = "It may say which names mean the same, see `changetrail alias`.")
    private boolean catalogue;

    @Option(names = "--admin", description = "It may operate the server, for example back it up.")
    private boolean admin;

    @Option(names = "--tenant", paramLabel = "NAME", description = "Whose events; default.")
    private String tenant = Tenants.DEFAULT;

    @Option(
        names = "--expires-in",
        paramLabel = "DURATION",
        description = "In ISO 8601, for example P90D; never unless given.")
    private @Nullable String expiresIn;

    Create(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      if (!read && (environments != null || services != null || teams != null)) {
        throw Failure.usage(
            "--environment, --service and --team limit what a token reads", "add --read");
      }
      Instant now = session.surroundings().clock().instant();
      TokenFile.Created created;
      try {
        created =
            place
                .file(session)
                .create(
                    new TokenFile.Grant(
                        name,
                        tenant,
                        expiresIn == null ? null : now.plus(Duration.parse(expiresIn)),
                        ingest == null ? null : new Token.Ingest(ingest),
                        read ? new Token.Read(environments, services, teams) : null,
                        catalogue,
                        admin),
                    now);
      } catch (DateTimeParseException e) {
        throw Failure.usage(
            "--expires-in is not an ISO 8601 duration", "write for example P90D", e);
      } catch (IllegalArgumentException e) {
        throw Failure.usage(
            String.valueOf(e.getMessage()), "see `changetrail token create --help`", e);
      }
      if (session.json()) {
        ObjectNode json = TokenCommand.json(created.token());
        json.put("secret", created.secret());
        session.output().json(json);
      } else {
        session.output().line(created.secret());
        session
            .output()
            .note("keep it safe: it is not shown again. Its id is " + created.token().id());
      }
      return ExitCodes.OK;
    }
  }

  /** Lists tokens, without their secrets, which nobody knows. */
  @Command(name = "list", header = "List tokens; their secrets are not known.")
  private static final class Listing implements Callable<Integer> {
    private final Session session;
    @Mixin private final Place place = new Place();

    Listing(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      List<Token> tokens = place.file(session).tokens();
      if (session.json()) {
        tokens.forEach(token -> session.output().json(json(token)));
        return ExitCodes.OK;
      }
      if (tokens.isEmpty()) {
        session.output().note("there is no token");
        return ExitCodes.OK;
      }
      Table table = new Table(5, "ID", "NAME", "TENANT", "CREATED", "EXPIRES", "RIGHTS");
      tokens.forEach(
          token ->
              table.row(
                  List.of(
                      Line.of(token.id(), Style.BOLD),
                      Line.of(token.name()),
                      Line.of(token.tenant()),
                      Line.of(EventText.time(token.created()), Style.FAINT),
                      Line.of(token.expires() == null ? "never" : EventText.time(token.expires())),
                      Line.of(rights(token)))));
      session.output().table(table);
      return ExitCodes.OK;
    }
  }

  /** Ends a token. */
  @Command(name = "revoke", header = "End a token at once.")
  private static final class Revoke implements Callable<Integer> {
    private final Session session;
    @Mixin private final Place place = new Place();

    @Parameters(paramLabel = "ID", description = "As `changetrail token list` shows it.")
    private String id = "";

    Revoke(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      if (!place.file(session).revoke(id)) {
        throw Failure.refused("there is no token of this id", "see `changetrail token list`");
      }
      if (session.json()) {
        session.output().json(JsonNodeFactory.instance.objectNode().put("revoked", id));
      } else {
        session.output().note("revoked");
      }
      return ExitCodes.OK;
    }
  }

  private static String rights(Token token) {
    StringBuilder rights = new StringBuilder();
    if (token.ingest() != null) {
      rights.append("ingest ").append(String.join(" ", token.ingest().sources())).append("; ");
    }
    Token.Read read = token.read();
    if (read != null) {
      rights.append("read");
      append(rights, " environments ", read.environments());
      append(rights, " services ", read.services());
      append(rights, " teams ", read.teams());
      rights.append("; ");
    }
    if (token.catalogue()) {
      rights.append("catalogue; ");
    }
    if (token.admin()) {
      rights.append("admin; ");
    }
    return rights.substring(0, rights.length() - 2);
  }

  private static void append(StringBuilder text, String what, @Nullable List<String> names) {
    if (names != null) {
      text.append(what).append(String.join(",", names));
    }
  }

  private static ObjectNode json(Token token) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", token.id());
    json.put("name", token.name());
    json.put("tenant", token.tenant());
    json.put("created", token.created().toString());
    json.put("expires", token.expires() == null ? null : token.expires().toString());
    json.put("rights", rights(token));
    return json;
  }
}
