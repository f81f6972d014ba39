// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.kit;

/**
 * The conformance suite. An engine's test class extends it and says only where a store is:
 *
 * <pre>{@code
 * class EmbeddedAuditStoreTest extends AuditStoreContract {
 *   @Override
 *   protected URI place(String name) {
 *     return URI.create("embedded:" + directory.resolve(name));
 *   }
 * }
 * }</pre>
 *
 * <p>The engine is found and opened as the server does it, through its {@code AuditStoreProvider}.
 * One store serves the whole class: each test has tenants of its own.
 */
public abstract class AuditStoreContract extends CopyContract {}
