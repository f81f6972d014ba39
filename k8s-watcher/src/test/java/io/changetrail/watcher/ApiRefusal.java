// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

/** What {@link ApiDouble} answers with a Status of the kind Failure. */
final class ApiRefusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  final int code;
  final String reason;

  ApiRefusal(int code, String reason, String message) {
    super(message);
    this.code = code;
    this.reason = reason;
  }

  static ApiRefusal notFound(ApiType type, String name) {
    return new ApiRefusal(404, "NotFound", type.resource() + " \"" + name + "\" not found");
  }
}
