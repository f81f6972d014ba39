// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins;

import hudson.Extension;
import hudson.model.AdministrativeMonitor;
import io.changetrail.jenkins.shipping.TrailStatus;
import java.time.Duration;
import jenkins.model.Jenkins;
import org.jenkinsci.Symbol;
import org.jspecify.annotations.Nullable;
import org.kohsuke.stapler.HttpResponse;
import org.kohsuke.stapler.HttpResponses;
import org.kohsuke.stapler.verb.POST;

/** Tells administrators when events wait for long, are refused or could not be kept, and why. */
@Extension
@Symbol("changetrailTrail")
public class TrailMonitor extends AdministrativeMonitor {

  @Override
  public String getDisplayName() {
    return "Changetrail: events are not delivered";
  }

  @Override
  public boolean isActivated() {
    return status().needsAttention();
  }

  private static TrailStatus status() {
    return ChangetrailConfiguration.get().trails().status();
  }

  public long getWaiting() {
    return status().waiting();
  }

  public long getRefused() {
    return status().refused();
  }

  public long getLost() {
    return status().lost();
  }

  /** What keeps them; a text that the server may have a part in, so views escape it. */
  public String getReason() {
    String trouble = status().trouble();
    return trouble == null ? "No reason is known; see the log of Jenkins." : trouble;
  }

  /** For how long the oldest waits, as people say it; empty if none does. */
  public String getOldest() {
    @Nullable Duration oldest = status().oldest();
    if (oldest == null) {
      return "";
    }
    return oldest.toHours() > 0 ? oldest.toHours() + " h" : oldest.toMinutes() + " min";
  }

  /** Tries again at once. */
  @POST
  public HttpResponse doRetry() {
    Jenkins.get().checkPermission(Jenkins.ADMINISTER);
    ChangetrailConfiguration.get().trails().retry();
    return HttpResponses.forwardToPreviousPage();
  }
}
