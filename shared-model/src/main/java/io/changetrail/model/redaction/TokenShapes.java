// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.redaction;

import io.changetrail.model.RedactedValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that their issuers made to be recognised: a fixed prefix, then random characters.
 *
 * <p>A token is looked for only where the <em>anchor</em> of a prefix stands: the last character of
 * the prefix that is neither a small letter nor a digit. Those are rare in text, so most texts are
 * passed over at the cost of one table look-up per character. A body is one run of an alphabet
 * after the other, all possessive, so a match never goes back.
 */
final class TokenShapes {
  /** Where a prefix may stand. */
  private enum Border {
    /** Anywhere, for the prefix is unmistakable: also after an escape or within a word. */
    NONE,
    /** Not after a letter or digit, unless an escape ends there. */
    WORD,
    /** Not after what may be a part of a longer name either. */
    NAME
  }

  private record Shape(String prefix, Pattern body, Border border, boolean prefixStays) {
    int anchor() {
      for (int i = prefix.length() - 1; i >= 0; i--) {
        char c = prefix.charAt(i);
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) {
          return i;
        }
      }
      throw new IllegalStateException(prefix + " has nothing rare in it");
    }

    boolean mayBeginAt(String text, int start) {
      return text.startsWith(prefix, start)
          && isBorder(text, start, border)
          && !isRedacted(text, start + prefix.length());
    }
  }

  /** A URL whose path is the secret; the rest stays, so that it remains a URL. */
  private static final String HOOK = "hooks.slack.com/";

  private static final List<Shape> KNOWN = new ArrayList<>();

  static {
    // GitHub; since 2026 installation tokens are ghs_<app>_<JWT> of some 520 characters.
    // https://github.blog/changelog/2021-03-31-authentication-token-format-updates-are-generally-available
    // https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-an-installation-access-token-for-a-github-app
    add(Border.NONE, "[A-Za-z0-9_.-]{20,}+", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_");
    // GitLab: https://docs.gitlab.com/security/tokens/#token-prefixes
    add(
        Border.NONE,
        "[A-Za-z0-9_.=-]{16,}+",
        "glpat-",
        "gloas-",
        "gldt-",
        "glrt-",
        "glrtr-",
        "glcbt-",
        "glptt-",
        "glft-",
        "glimt-",
        "glagent-",
        "glwt-",
        "glsoat-",
        "glffct-");
    // Slack: https://docs.slack.dev/authentication/tokens
    add(
        Border.NONE,
        "[A-Za-z0-9.-]{10,}+",
        "xoxb-",
        "xoxp-",
        "xoxa-",
        "xoxo-",
        "xoxr-",
        "xoxs-",
        "xoxe-",
        "xoxe.",
        "xoxd-",
        "xapp-",
        "xwfp-");
    // https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
    add(
        Border.NONE,
        "[A-Za-z0-9/_-]{10,}+",
        HOOK + "services/",
        HOOK + "workflows/",
        HOOK + "triggers/");
    // AWS access key ids:
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    add(Border.WORD, "[A-Z0-9]{16}+(?![A-Za-z0-9])", "AKIA", "ASIA", "ABIA", "ACCA");
    // Google API keys, OAuth access and refresh tokens, client secrets:
    // https://cloud.google.com/docs/authentication/api-keys
    // https://developers.google.com/identity/protocols/oauth2
    add(Border.NONE, "[A-Za-z0-9_-]{35,}+", "AIza");
    add(Border.WORD, "[A-Za-z0-9_.-]{20,}+", "ya29.");
    add(Border.WORD, "[A-Za-z0-9_-]{40,}+", "1//");
    add(Border.NONE, "[A-Za-z0-9_-]{20,}+", "GOCSPX-");
    // Stripe: https://docs.stripe.com/keys, https://docs.stripe.com/webhooks
    add(Border.WORD, "[A-Za-z0-9]{10,}+", "sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_");
    // npm: https://github.blog/changelog/2021-09-23-npm-has-a-new-access-token-format
    add(Border.NONE, "[A-Za-z0-9]{30,}+", "npm_");
    // PyPI, a macaroon that names its server: https://pypi.org/help/#apitoken
    add(Border.NONE, "[A-Za-z0-9_-]{16,}+", "pypi-AgE");
    // RubyGems: https://guides.rubygems.org/api-key-scopes
    add(Border.NONE, "[a-f0-9]{40,}+", "rubygems_");
    // Docker Hub: https://docs.docker.com/security/access-tokens
    add(Border.NONE, "[A-Za-z0-9_-]{20,}+", "dckr_pat_", "dckr_oat_");
    // HashiCorp Vault and HCP Terraform: https://developer.hashicorp.com/vault/docs/concepts/tokens
    add(Border.WORD, "[A-Za-z0-9_-]{20,}+", "hvs.", "hvb.", "hvr.");
    add(Border.NONE, "[A-Za-z0-9_-]{40,}+", ".atlasv1.");
    // SendGrid: https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys
    add(Border.WORD, "[A-Za-z0-9_-]{16,}+\\.[A-Za-z0-9_-]{16,}+", "SG.");
    // OpenAI, Anthropic: https://platform.openai.com/docs/api-reference/authentication,
    // https://docs.anthropic.com/en/api/overview
    add(Border.WORD, "[A-Za-z0-9_-]{20,}+", "sk-proj-", "sk-svcacct-", "sk-admin-", "sk-ant-");
    add(Border.NAME, "[A-Za-z0-9]{40,}+", "sk-");
    // Hugging Face: https://huggingface.co/docs/hub/security-tokens
    add(Border.WORD, "[A-Za-z0-9]{30,}+", "hf_");
    // DigitalOcean: https://docs.digitalocean.com/reference/api/create-personal-access-token
    add(Border.NONE, "[a-f0-9]{40,}+", "dop_v1_", "doo_v1_", "dor_v1_");
    // Shopify: https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens
    add(Border.NONE, "[A-Fa-f0-9]{32,}+", "shpat_", "shpca_", "shppa_", "shpss_", "shprt_");
    // Grafana: https://grafana.com/docs/grafana/latest/administration/service-accounts
    add(Border.WORD, "[A-Za-z0-9_+/=-]{20,}+", "glsa_", "glc_");
    // SonarQube: https://docs.sonarsource.com/sonarqube-server/user-guide/managing-tokens
    add(Border.WORD, "[a-f0-9]{40}+", "squ_", "sqp_", "sqa_");
    // Atlassian:
    // https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account
    add(Border.NONE, "[A-Za-z0-9_=-]{40,}+", "ATATT3", "ATCTT3");
    // Linear, Postman, New Relic, Sentry: each provider's page on API keys
    add(Border.NONE, "[A-Za-z0-9]{32,}+", "lin_api_", "lin_oauth_");
    add(Border.NONE, "[A-Za-z0-9-]{40,}+", "PMAK-");
    add(Border.NONE, "[A-Z0-9]{20,}+", "NRAK-");
    add(Border.NONE, "[A-Za-z0-9_+/=-]{40,}+", "sntrys_", "sntryu_");
    // age: https://github.com/FiloSottile/age
    add(Border.NONE, "[A-Z0-9]{40,}+", "AGE-SECRET-KEY-1");
    // Secrets that Jenkins stores encrypted: https://www.jenkins.io/doc/developer/security/secrets
    add(Border.NONE, "[A-Za-z0-9+/=]{16,}+\\}?", "{AQAAAB");
    // LaunchDarkly: https://launchdarkly.com/docs/home/account/environment/keys
    add(Border.NAME, "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}+", "sdk-");
    add(Border.NAME, "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}+", "api-");
    add(Border.NAME, "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}+", "mob-");
    // Changetrail's own
    add(Border.WORD, "[A-Za-z0-9]{6,32}+_[A-Za-z0-9_-]{20,}+", "ct_");
    // JSON Web Tokens and encrypted ones, compact: https://www.rfc-editor.org/rfc/rfc7519
    add(Border.NAME, "[A-Za-z0-9_-]{5,}+\\.[A-Za-z0-9_-]{4,}+(?:\\.[A-Za-z0-9_-]*+){0,3}+", "eyJ");
  }

  private static final Shape[][] BY_ANCHOR = new Shape[128][];

  static {
    for (Shape shape : KNOWN) {
      char anchor = shape.prefix().charAt(shape.anchor());
      Shape[] others = BY_ANCHOR[anchor];
      int count = others == null ? 0 : others.length;
      Shape[] all = new Shape[count + 1];
      if (others != null) {
        System.arraycopy(others, 0, all, 0, count);
      }
      all[count] = shape;
      BY_ANCHOR[anchor] = all;
    }
  }

  private TokenShapes() {}

  private static void add(Border border, String body, String... prefixes) {
    Pattern pattern = Pattern.compile(body);
    for (String prefix : prefixes) {
      KNOWN.add(new Shape(prefix, pattern, border, prefix.startsWith(HOOK)));
    }
  }

  static boolean isAnchor(char c) {
    return c < 128 && BY_ANCHOR[c] != null;
  }

  /**
   * The token whose prefix has its anchor at this place.
   *
   * @param from where the token may begin at the earliest
   */
  static @Nullable Span at(String text, int anchor, int from) {
    for (Shape shape : BY_ANCHOR[text.charAt(anchor)]) {
      int start = anchor - shape.anchor();
      if (start >= from && shape.mayBeginAt(text, start)) {
        int body = start + shape.prefix().length();
        Matcher matcher = shape.body().matcher(text).region(body, text.length());
        if (matcher.lookingAt()) {
          return new Span(shape.prefixStays() ? body : start, withoutFullStop(text, matcher.end()));
        }
      }
    }
    return null;
  }

  /**
   * Where the last of the tokens ends that begin within a stretch; not before the end of that. What
   * looks like a token by its beginning may be another's prefix: {@code 1//ghs_...}.
   */
  static int endOfThoseWithin(String text, int from, int to) {
    int end = to;
    // Within what matched a body, the same body ends no later: no stretch is searched twice.
    Map<Pattern, Integer> searched = new HashMap<>();
    for (int i = from; i < end; i++) {
      if (!isAnchor(text.charAt(i))) {
        continue;
      }
      for (Shape shape : BY_ANCHOR[text.charAt(i)]) {
        int start = i - shape.anchor();
        int body = start + shape.prefix().length();
        if (start >= from
            && body >= searched.getOrDefault(shape.body(), 0)
            && shape.mayBeginAt(text, start)) {
          Matcher matcher = shape.body().matcher(text).region(body, text.length());
          if (matcher.lookingAt()) {
            searched.put(shape.body(), matcher.end());
            end = Math.max(end, withoutFullStop(text, matcher.end()));
          }
        }
      }
    }
    return end;
  }

  /** What stands in place of a secret within an id looks random too. */
  private static boolean isRedacted(String text, int from) {
    int end = from + RedactedValue.UNKEYED.length() + 1 + RedactedValue.ID_DIGITS;
    return end <= text.length() && RedactedValue.is(text.substring(from, end));
  }

  private static int withoutFullStop(String text, int end) {
    return text.charAt(end - 1) == '.' ? end - 1 : end;
  }

  private static boolean isBorder(String text, int start, Border border) {
    if (start == 0 || border == Border.NONE) {
      return true;
    }
    char before = text.charAt(start - 1);
    boolean part =
        isLetterOrDigit(before)
            || (border == Border.NAME && (before == '-' || before == '_' || before == '.'));
    return !part || endsEscape(text, start);
  }

  private static boolean isLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  /** Whether an escape ends here: of a line break, of percent encoding, of Unicode. */
  private static boolean endsEscape(String text, int end) {
    return (end >= 2 && text.charAt(end - 2) == '\\')
        || (end >= 3 && text.charAt(end - 3) == '%')
        || (end >= 6 && text.startsWith("\\u", end - 6));
  }
}
