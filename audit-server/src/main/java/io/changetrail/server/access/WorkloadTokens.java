// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.JWTProcessor;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.server.http.Caller;
import io.changetrail.server.http.Problem;
import java.net.URI;
import java.text.ParseException;
import java.time.InstantSource;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Knows jobs of GitHub Actions by the id-tokens that GitHub issues to them. A job may send events
 * of its own repository, and of the environment that GitHub let it deploy to.
 *
 * @see <a href="https://docs.github.com/actions/reference/security/oidc">OpenID Connect
 *     reference</a>
 */
public final class WorkloadTokens implements AutoCloseable {
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(
          JWSAlgorithm.RS256,
          JWSAlgorithm.RS384,
          JWSAlgorithm.RS512,
          JWSAlgorithm.ES256,
          JWSAlgorithm.ES384,
          JWSAlgorithm.ES512);

  private static final Set<String> NEEDED =
      Set.of("exp", "nbf", "iat", "repository", "repository_id", "repository_owner_id");

  private final List<Workloads> trusted;
  private final Supplier<Catalogue> catalogue;
  private final Map<URI, IssuerKeys> keys = new LinkedHashMap<>();
  private final Map<URI, JWTProcessor<SecurityContext>> processors = new LinkedHashMap<>();

  public WorkloadTokens(
      List<Workloads> trusted, Supplier<Catalogue> catalogue, InstantSource clock) {
    this.trusted = List.copyOf(trusted);
    this.catalogue = catalogue;
    for (Workloads each : trusted) {
      IssuerKeys ofIssuer =
          keys.computeIfAbsent(each.keys(), address -> new IssuerKeys(address, clock));
      processors.computeIfAbsent(each.keys(), address -> processor(ofIssuer, clock));
    }
  }

  private static JWTProcessor<SecurityContext> processor(IssuerKeys keys, InstantSource clock) {
    DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    processor.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, keys));
    processor.setJWTClaimsSetVerifier(
        new DefaultJWTClaimsVerifier<SecurityContext>(new JWTClaimsSet.Builder().build(), NEEDED) {
          @Override
          protected Date currentTime() {
            return Date.from(clock.instant());
          }
        });
    return processor;
  }

  /** Begins to fetch the issuers' keys. */
  public void start() {
    keys.values().forEach(IssuerKeys::start);
  }

  /** Whether a credential looks like a signed JSON Web Token, which those made here never do. */
  static boolean isOfThatForm(String credential) {
    return credential.startsWith("ey") && credential.chars().filter(c -> c == '.').count() == 2;
  }

  /**
   * Who has this token. Never waits for the network.
   *
   * @throws io.changetrail.server.http.ProblemException 401 if it is not good, 403 if its job is
   *     not among those that may send, 503 if whether it is good will be known a little later
   */
  Caller caller(String credential) {
    SignedJWT token;
    String issuer;
    try {
      token = SignedJWT.parse(credential);
      issuer = token.getJWTClaimsSet().getIssuer();
    } catch (ParseException e) {
      throw TokenAuthenticator.refused("the token is not a signed JSON Web Token");
    }
    List<Workloads> ofIssuer =
        trusted.stream().filter(each -> each.issuer().equals(issuer)).toList();
    if (ofIssuer.isEmpty()) {
      throw TokenAuthenticator.refused(
          "the token's issuer is not trusted here; it must stand under oidc in the settings, to the"
              + " letter");
    }
    WorkloadJob job = new WorkloadJob(verified(token, ofIssuer.get(0).keys()));
    return ofIssuer.stream()
        .filter(job::isAmong)
        .findFirst()
        .map(binding -> caller(job, binding))
        .orElseThrow(() -> notBound(job, ofIssuer));
  }

  private JWTClaimsSet verified(SignedJWT token, URI keys) {
    JWTProcessor<SecurityContext> processor = processors.get(keys);
    if (processor == null) {
      throw new IllegalStateException("every trusted issuer has a processor");
    }
    try {
      return processor.process(token, null);
    } catch (BadJWTException e) {
      throw TokenAuthenticator.refused("the token is not good: " + e.getMessage());
    } catch (BadJOSEException e) {
      throw TokenAuthenticator.refused("the token is not signed by its issuer");
    } catch (KeySourceException e) {
      throw Problem.of(
              503,
              "issuer-unavailable",
              "The token cannot be checked now",
              "its issuer's keys are being fetched; send again a little later")
          .header("Retry-After", "2")
          .asException();
    } catch (JOSEException e) {
      throw TokenAuthenticator.refused("the token's signature cannot be checked");
    }
  }

  private static RuntimeException notBound(WorkloadJob job, List<Workloads> ofIssuer) {
    if (ofIssuer.stream().noneMatch(job::isFor)) {
      return TokenAuthenticator.refused(
          "the token was made for another audience; ask GitHub for one with the audience in the"
              + " settings");
    }
    return Problem.of(
            403,
            "not-bound",
            "The job may not send here",
            "nothing under oidc in the settings allows "
                + job
                + " with its ref, environment and workflow")
        .asException();
  }

  private Caller caller(WorkloadJob job, Workloads binding) {
    String source = binding.server() + "/" + job.repository();
    return new Caller(
        "job of " + job.repository(),
        binding.tenant(),
        // Behind it the action says what its job does; docs/github-action.md.
        sent -> sent.equals(source) || sent.equals(source + "/actions"),
        null,
        false,
        false,
        new WorkloadVetting(job, binding.keepsUnverified(), catalogue));
  }

  @Override
  public void close() {
    keys.values().forEach(IssuerKeys::close);
  }
}
