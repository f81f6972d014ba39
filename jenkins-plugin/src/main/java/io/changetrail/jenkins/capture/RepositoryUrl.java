// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The address of a repository, the same however it was written: {@code
 * git@github.com:acme/checkout.git} and {@code https://token@github.com/acme/checkout/} are both
 * {@code https://github.com/acme/checkout}. Without credentials, always.
 *
 * @param host lower case, with its port where it has one; empty for a path on a disk
 * @param path without slashes at its ends and without {@code .git}
 * @see <a href="https://git-scm.com/docs/git-clone#_git_urls">Git URLs</a>
 */
record RepositoryUrl(String host, String path) {
  private static final Pattern URL =
      Pattern.compile(
          "(?<scheme>[a-zA-Z][a-zA-Z0-9+.-]*)://(?:[^/@]*@)*"
              + "(?<host>\\[[^\\]/]*]|[^/:@]*)(?::(?<port>\\d*))?(?<path>/[^?#]*)?.*",
          Pattern.DOTALL);
  private static final Pattern SCP =
      Pattern.compile("(?:[^/@:]*@)?(?<host>[^/:@]{2,}):(?!//)(?<path>.+)", Pattern.DOTALL);
  private static final Pattern AZURE_SSH = Pattern.compile("v3/([^/]+)/([^/]+)/([^/]+)");

  static Optional<RepositoryUrl> parse(@Nullable String address) {
    String given = Text.cut(address, 1000);
    if (given == null) {
      return Optional.empty();
    }
    String trimmed = given.strip();
    Matcher url = URL.matcher(trimmed);
    if (url.matches()) {
      String scheme = url.group("scheme").toLowerCase(Locale.ROOT);
      String port = url.group("port");
      // A port of SSH says nothing of the pages.
      boolean web = scheme.equals("https") || scheme.equals("http");
      boolean usual = port == null || port.isEmpty() || port.equals("443") || port.equals("80");
      String path = url.group("path") == null ? "" : url.group("path");
      return Optional.of(of(url.group("host") + (web && !usual ? ":" + port : ""), path));
    }
    Matcher scp = SCP.matcher(trimmed);
    if (scp.matches()) {
      return Optional.of(of(scp.group("host"), scp.group("path")));
    }
    return Optional.of(of("", trimmed.substring(trimmed.lastIndexOf('@') + 1)));
  }

  private static RepositoryUrl of(String host, String path) {
    String bare = path.replaceAll("/+$", "").replaceFirst("\\.git$", "").replaceFirst("^/+", "");
    String name = host.toLowerCase(Locale.ROOT);
    Matcher azure = AZURE_SSH.matcher(bare);
    if (name.equals("ssh.dev.azure.com") && azure.matches()) {
      return new RepositoryUrl(
          "dev.azure.com", azure.group(1) + "/" + azure.group(2) + "/_git/" + azure.group(3));
    }
    return new RepositoryUrl(name, bare);
  }

  /** The last two segments of the path: {@code owner/name}. */
  String name() {
    String[] segments = path.split("/", -1);
    int last = segments.length - 1;
    return last == 0 ? path : segments[last - 1] + "/" + segments[last];
  }

  /** The page that shows what lies between two revisions; {@code null} where none is known. */
  @Nullable String compare(@Nullable String base, @Nullable String head) {
    if (base == null || head == null || base.equals(head) || host.isEmpty()) {
      return null;
    }
    String url = null;
    if (host.equals("bitbucket.org")) {
      url = this + "/branches/compare/" + head + "%0D" + base;
    } else if (host.contains("gitlab")) {
      url = this + "/-/compare/" + base + "..." + head;
    } else if (host.contains("github") || host.contains("gitea") || host.equals("codeberg.org")) {
      url = this + "/compare/" + base + "..." + head;
    }
    return url == null || url.length() > 2048 ? null : url;
  }

  @Override
  public String toString() {
    return host.isEmpty() ? path : "https://" + host + "/" + path;
  }
}
