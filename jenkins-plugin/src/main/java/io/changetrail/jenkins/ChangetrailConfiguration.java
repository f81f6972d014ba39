// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins;

import com.cloudbees.plugins.credentials.CredentialsMatcher;
import com.cloudbees.plugins.credentials.CredentialsMatchers;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.common.StandardListBoxModel;
import com.cloudbees.plugins.credentials.domains.DomainRequirement;
import com.cloudbees.plugins.credentials.domains.URIRequirementBuilder;
import hudson.BulkChange;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.Util;
import hudson.model.Descriptor;
import hudson.model.Item;
import hudson.security.ACL;
import hudson.security.ACLContext;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.changetrail.jenkins.capture.Controller;
import io.changetrail.jenkins.capture.DeploymentRule;
import io.changetrail.jenkins.capture.FolderScope;
import io.changetrail.jenkins.capture.JobPatterns;
import io.changetrail.jenkins.capture.Placement;
import io.changetrail.jenkins.shipping.ConnectionTest;
import io.changetrail.jenkins.shipping.Trail;
import io.changetrail.jenkins.shipping.Trails;
import io.changetrail.shipper.Credentials;
import io.changetrail.shipper.Destination;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import jenkins.model.GlobalConfiguration;
import jenkins.model.Jenkins;
import net.sf.json.JSONObject;
import org.jenkinsci.Symbol;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;
import org.jspecify.annotations.Nullable;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.verb.POST;
import org.springframework.security.core.Authentication;

/**
 * The section <em>Changetrail</em> of the system configuration; {@code unclassified: changetrail:}
 * in configuration as code. The credential is kept by its id alone.
 */
@Extension
@Symbol("changetrail")
public class ChangetrailConfiguration extends GlobalConfiguration {
  private static final System.Logger LOG =
      System.getLogger(ChangetrailConfiguration.class.getName());

  private @Nullable String serverUrl;
  private @Nullable String credentialsId;
  private @Nullable String includedJobs;
  private @Nullable String excludedJobs;
  private boolean withoutConfigurationChanges;
  private List<DeploymentRuleSetting> rules = new ArrayList<>();

  private final transient Trails trails;
  private transient @Nullable String applied;
  private transient @Nullable JobPatterns patterns;

  /** Reads what was saved, and begins to capture if there is a server. */
  public ChangetrailConfiguration() {
    Jenkins jenkins = Jenkins.get();
    trails =
        new Trails(
            jenkins.getRootDir().toPath().resolve("changetrail"), jenkins.getLegacyInstanceId());
    load();
    try {
      apply();
    } catch (IllegalArgumentException e) {
      // Somebody edited the file. Without this object nothing of the plugin would work.
      LOG.log(System.Logger.Level.ERROR, "nothing is captured: {0}", e.getMessage());
    }
  }

  /** The one instance. */
  public static ChangetrailConfiguration get() {
    return ExtensionList.lookupSingleton(ChangetrailConfiguration.class);
  }

  @Override
  public String getDisplayName() {
    return "Changetrail";
  }

  @Override
  public boolean configure(StaplerRequest2 req, JSONObject json) throws Descriptor.FormException {
    String url = Util.fixEmptyAndTrim(json.optString("serverUrl"));
    FormValidation validation = check(url);
    if (validation.kind == FormValidation.Kind.ERROR) {
      throw new Descriptor.FormException(String.valueOf(validation.getMessage()), "serverUrl");
    }
    // Saved once, so that it is one change; rules are never empty in between.
    try (BulkChange all = new BulkChange(this)) {
      req.bindJSON(this, json);
      if (!json.has("rules")) {
        // A form without rules sends none, rather than an empty list.
        rules = new ArrayList<>();
      }
      all.commit();
    } catch (IOException e) {
      throw new UncheckedIOException("the configuration of Changetrail cannot be saved", e);
    }
    return true;
  }

  public @Nullable String getServerUrl() {
    return serverUrl;
  }

  /**
   * Where the audit server answers.
   *
   * @throws IllegalArgumentException if it is no address of one, with what to do
   */
  @DataBoundSetter
  public void setServerUrl(@Nullable String value) {
    String url = Util.fixEmptyAndTrim(value);
    if (url != null) {
      address(url);
    }
    serverUrl = url;
    apply();
    save();
  }

  public @Nullable String getCredentialsId() {
    return credentialsId;
  }

  /** Names the secret text that holds the token; nothing if the server needs none. */
  @DataBoundSetter
  public void setCredentialsId(@Nullable String value) {
    credentialsId = Util.fixEmptyAndTrim(value);
    save();
  }

  public @Nullable String getIncludedJobs() {
    return includedJobs;
  }

  /** Which jobs are captured; see {@link JobPatterns}. */
  @DataBoundSetter
  public void setIncludedJobs(@Nullable String value) {
    includedJobs = Util.fixEmptyAndTrim(value);
    patterns = null;
    save();
  }

  public @Nullable String getExcludedJobs() {
    return excludedJobs;
  }

  /** Which jobs are not captured; see {@link JobPatterns}. */
  @DataBoundSetter
  public void setExcludedJobs(@Nullable String value) {
    excludedJobs = Util.fixEmptyAndTrim(value);
    patterns = null;
    save();
  }

  public boolean isWithoutConfigurationChanges() {
    return withoutConfigurationChanges;
  }

  /** Whether changes of Jenkins' own configuration are left out. */
  @DataBoundSetter
  public void setWithoutConfigurationChanges(boolean value) {
    withoutConfigurationChanges = value;
    save();
  }

  public List<DeploymentRuleSetting> getRules() {
    return List.copyOf(rules);
  }

  /** By what deployments are detected; without any, by well-known words. */
  @DataBoundSetter
  public void setRules(@Nullable List<DeploymentRuleSetting> value) {
    rules = value == null ? new ArrayList<>() : new ArrayList<>(value);
    save();
  }

  /** As {@link #getRules}, in the form in which they are applied. */
  public List<DeploymentRule> deploymentRules() {
    return rules.stream().map(DeploymentRuleSetting::rule).toList();
  }

  private synchronized void apply() {
    if (serverUrl == null) {
      trails.stop();
    } else if (!serverUrl.equals(applied)) {
      trails.shipTo(address(serverUrl), this::token, sender -> () -> token(sender));
    }
    applied = serverUrl;
  }

  private static URI address(String url) {
    try {
      return new Destination("check", URI.create(url), Credentials.none()).server();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "serverUrl must be an http or https URL with a host and nothing else, as in"
              + " https://changetrail.example.com:8321",
          e);
    }
  }

  private @Nullable String token() throws IOException {
    return token(credentialsId, serverUrl);
  }

  private static @Nullable String token(@Nullable String id, @Nullable String url)
      throws IOException {
    if (id == null) {
      return null;
    }
    return secret(
        authentication ->
            CredentialsProvider.lookupCredentialsInItemGroup(
                StringCredentials.class, Jenkins.get(), authentication, requirements(url)),
        id,
        "Changetrail");
  }

  /** The token of a folder, which need not be known outside of it. */
  // That one acts for Jenkins itself within the block is all that it is for.
  @SuppressWarnings("try")
  private @Nullable String token(Placement.Sender sender) throws IOException {
    try (ACLContext everything = ACL.as2(ACL.SYSTEM2)) {
      Item folder = Jenkins.get().getItemByFullName(sender.folder());
      if (folder == null) {
        throw new IOException(
            "the folder " + sender.folder() + " is gone, and its credential with it");
      }
      return token(folder, sender.credentialsId(), serverUrl);
    }
  }

  private static String token(Item folder, String id, @Nullable String url) throws IOException {
    return secret(
        authentication ->
            CredentialsProvider.lookupCredentialsInItem(
                StringCredentials.class, folder, authentication, requirements(url)),
        id,
        "the folder " + folder.getFullName());
  }

  /**
   * A token by the id of its credential.
   *
   * @param lookup what somebody may use there
   */
  private static String secret(
      Function<Authentication, List<StringCredentials>> lookup, String id, String where)
      throws IOException {
    CredentialsMatcher named = CredentialsMatchers.withId(id);
    StringCredentials found = CredentialsMatchers.firstOrNull(lookup.apply(ACL.SYSTEM2), named);
    if (found != null) {
      return found.getSecret().getPlainText();
    }
    Authentication whoAsks = Jenkins.getAuthentication2();
    boolean own =
        !ACL.SYSTEM2.equals(whoAsks)
            && CredentialsMatchers.firstOrNull(lookup.apply(whoAsks), named) != null;
    throw new IOException(Refusals.noCredential(id, where, own));
  }

  /**
   * Asks the server whether it takes events with a credential of a folder.
   *
   * @param credentialsId {@code null} where the folder has none of its own
   */
  public FormValidation testConnection(Item folder, @Nullable String credentialsId) {
    String url = serverUrl;
    if (url == null) {
      return FormValidation.error(
          "There is no audit server yet: an administrator enters its URL under Manage Jenkins.");
    }
    return asked(url, () -> credentialsId == null ? token() : token(folder, credentialsId, url));
  }

  private static FormValidation asked(String url, Token token) {
    try {
      ConnectionTest.Result result = ConnectionTest.of(address(url), token.get());
      return result.ok()
          ? FormValidation.ok(result.message())
          : FormValidation.error(result.message());
    } catch (IllegalArgumentException | IOException e) {
      return FormValidation.error(e.getMessage());
    }
  }

  /** Where a token is from. */
  @FunctionalInterface
  private interface Token {
    @Nullable String get() throws IOException;
  }

  /** By what credentials are chosen for this server. */
  public static List<DomainRequirement> requirements(@Nullable String url) {
    return URIRequirementBuilder.fromUri(url == null ? "" : url).build();
  }

  /** All ways to the server. */
  Trails trails() {
    return trails;
  }

  /** The way to the server of what is the controller's own. */
  public Trail trail() {
    return trails.whole();
  }

  /** The way to the server of what is of this item. */
  public Trail trail(Item item) {
    return trails.of(placement(item).sender());
  }

  /** What the folders around an item say. */
  public Placement placement(Item item) {
    return Placement.in(scopes(item));
  }

  private static List<FolderScope> scopes(Item item) {
    return ExtensionList.lookup(FolderScopes.class).stream()
        .flatMap(scopes -> scopes.around(item).stream())
        .toList();
  }

  /** Whether anything of this item is to be captured. */
  public boolean captures(Item item) {
    String name = item.getFullName();
    return captures(name) && scopes(item).stream().allMatch(scope -> scope.captures(name));
  }

  private boolean captures(String job) {
    JobPatterns current = patterns;
    if (current == null) {
      current = JobPatterns.of(includedJobs, excludedJobs);
      patterns = current;
    }
    return trail().isCapturing() && current.match(job);
  }

  /** Whether Jenkins' own configuration is to be captured. */
  public boolean capturesConfiguration() {
    return trail().isCapturing() && !withoutConfigurationChanges;
  }

  /** Who the events are from. */
  public static Controller controller() {
    Jenkins jenkins = Jenkins.get();
    return new Controller(jenkins.getLegacyInstanceId(), jenkins.getRootUrl());
  }

  /** Tells in the form what is wrong with an address. */
  @POST
  public FormValidation doCheckServerUrl(@QueryParameter @Nullable String value) {
    // Whoever may only read the form is told nothing, rather than refused for each field.
    return Jenkins.get().hasPermission(Jenkins.ADMINISTER)
        ? check(Util.fixEmptyAndTrim(value))
        : FormValidation.ok();
  }

  private static FormValidation check(@Nullable String url) {
    if (url == null) {
      return FormValidation.warning("Without a server nothing is captured.");
    }
    try {
      address(url);
    } catch (IllegalArgumentException e) {
      return FormValidation.error(e.getMessage());
    }
    return url.startsWith("http://")
        ? FormValidation.warning("Without TLS everybody on the way can read the token.")
        : FormValidation.ok();
  }

  /** The credentials to choose from. */
  @POST
  public ListBoxModel doFillCredentialsIdItems(
      @QueryParameter @Nullable String serverUrl, @QueryParameter @Nullable String credentialsId) {
    StandardListBoxModel items = new StandardListBoxModel();
    if (!Jenkins.get().hasPermission(Jenkins.ADMINISTER)) {
      return items.includeCurrentValue(credentialsId == null ? "" : credentialsId);
    }
    return items
        .includeEmptyValue()
        .includeMatchingAs(
            ACL.SYSTEM2,
            Jenkins.get(),
            StringCredentials.class,
            requirements(Util.fixEmptyAndTrim(serverUrl)),
            CredentialsMatchers.always())
        .includeCurrentValue(credentialsId == null ? "" : credentialsId);
  }

  /** Reads what ran in the last days, on a thread of its own. */
  @POST
  public FormValidation doBackfill(@QueryParameter @Nullable String backfillDays) {
    Jenkins.get().checkPermission(Jenkins.ADMINISTER);
    String days = Util.fixEmptyAndTrim(backfillDays);
    try {
      return FormValidation.ok(
          ExtensionList.lookupSingleton(HistoryReader.class)
              .begin(Integer.parseInt(days == null ? "30" : days)));
    } catch (NumberFormatException e) {
      return FormValidation.error("Enter a number of days, for example 30.");
    } catch (IllegalArgumentException e) {
      return FormValidation.error(e.getMessage());
    }
  }

  /** Asks the server of the form whether it takes events with the credential of the form. */
  @POST
  public FormValidation doTestConnection(
      @QueryParameter @Nullable String serverUrl, @QueryParameter @Nullable String credentialsId) {
    Jenkins.get().checkPermission(Jenkins.ADMINISTER);
    String url = Util.fixEmptyAndTrim(serverUrl);
    if (url == null) {
      return FormValidation.error("Enter the URL of the audit server first.");
    }
    return asked(url, () -> token(Util.fixEmptyAndTrim(credentialsId), url));
  }
}
