// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.folder;

import com.cloudbees.hudson.plugins.folder.AbstractFolder;
import com.cloudbees.hudson.plugins.folder.AbstractFolderProperty;
import com.cloudbees.hudson.plugins.folder.AbstractFolderPropertyDescriptor;
import com.cloudbees.plugins.credentials.CredentialsMatchers;
import com.cloudbees.plugins.credentials.common.StandardListBoxModel;
import hudson.Extension;
import hudson.Util;
import hudson.model.Item;
import hudson.security.ACL;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.changetrail.jenkins.ChangetrailConfiguration;
import io.changetrail.jenkins.capture.FolderScope;
import io.changetrail.jenkins.capture.JobPatterns;
import jenkins.model.Jenkins;
import org.jenkinsci.Symbol;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;
import org.jspecify.annotations.Nullable;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** The section <em>Changetrail</em> of a folder's configuration. */
public class FolderSettings extends AbstractFolderProperty<AbstractFolder<?>> {
  private @Nullable String credentialsId;
  private @Nullable String service;
  private @Nullable String environment;
  private @Nullable String includedJobs;
  private @Nullable String excludedJobs;

  /** It says nothing yet. */
  @DataBoundConstructor
  public FolderSettings() {}

  public @Nullable String getCredentialsId() {
    return credentialsId;
  }

  @DataBoundSetter
  public void setCredentialsId(@Nullable String value) {
    credentialsId = Util.fixEmptyAndTrim(value);
  }

  public @Nullable String getService() {
    return service;
  }

  @DataBoundSetter
  public void setService(@Nullable String value) {
    service = Util.fixEmptyAndTrim(value);
  }

  public @Nullable String getEnvironment() {
    return environment;
  }

  @DataBoundSetter
  public void setEnvironment(@Nullable String value) {
    environment = Util.fixEmptyAndTrim(value);
  }

  public @Nullable String getIncludedJobs() {
    return includedJobs;
  }

  @DataBoundSetter
  public void setIncludedJobs(@Nullable String value) {
    includedJobs = Util.fixEmptyAndTrim(value);
  }

  public @Nullable String getExcludedJobs() {
    return excludedJobs;
  }

  @DataBoundSetter
  public void setExcludedJobs(@Nullable String value) {
    excludedJobs = Util.fixEmptyAndTrim(value);
  }

  FolderScope scope(String folder) {
    return new FolderScope(
        folder, credentialsId, service, environment, JobPatterns.of(includedJobs, excludedJobs));
  }

  /** Puts it into the form of every folder. */
  @Extension(optional = true)
  @Symbol("changetrail")
  public static class DescriptorImpl extends AbstractFolderPropertyDescriptor {
    @Override
    public String getDisplayName() {
      return "Changetrail";
    }

    /** Asks the server whether it takes events with the credential of the form. */
    @POST
    public FormValidation doTestConnection(
        @AncestorInPath @Nullable Item item, @QueryParameter @Nullable String credentialsId) {
      if (item == null) {
        Jenkins.get().checkPermission(Jenkins.ADMINISTER);
        return FormValidation.error("Save the folder first.");
      }
      item.checkPermission(Item.CONFIGURE);
      return ChangetrailConfiguration.get()
          .testConnection(item, Util.fixEmptyAndTrim(credentialsId));
    }

    /** The credentials to choose from. */
    @POST
    public ListBoxModel doFillCredentialsIdItems(
        @AncestorInPath @Nullable Item item, @QueryParameter @Nullable String credentialsId) {
      String current = credentialsId == null ? "" : credentialsId;
      StandardListBoxModel items = new StandardListBoxModel();
      boolean may =
          item == null
              ? Jenkins.get().hasPermission(Jenkins.ADMINISTER)
              : item.hasPermission(Item.CONFIGURE);
      if (!may) {
        return items.includeCurrentValue(current);
      }
      return items
          .includeEmptyValue()
          .includeMatchingAs(
              ACL.SYSTEM2,
              item,
              StringCredentials.class,
              ChangetrailConfiguration.requirements(ChangetrailConfiguration.get().getServerUrl()),
              CredentialsMatchers.always())
          .includeCurrentValue(current);
    }
  }
}
