// SPDX-License-Identifier: Apache-2.0
// Asks the API. Every failure is a Problem that a page can show as it is.

/** What went wrong: `status` 0 if the server did not answer at all. */
export class Problem extends Error {
  constructor(status, title, detail) {
    super(detail);
    this.status = status;
    this.title = title;
  }
}

let session;

/** Who this is; asked once for each page load. */
export async function who() {
  session ??= ask('GET', '/v1/session');
  try {
    return await session;
  } catch (problem) {
    session = undefined;
    throw problem;
  }
}

export function get(path, params = {}, accept) {
  return ask('GET', path + query(params), undefined, undefined, accept);
}

let known;

/** Names of services and environments that events have, to choose from; asked once for each page load. */
export function names() {
  known ??= get('/v1/facets', { facet: ['service', 'environment'], top: 200 }).then(
    ({ facets }) => Object.fromEntries(facets.map(({ field, values }) => [field, values.map(({ value }) => value)])),
    () => {
      // Names can be typed as well.
      known = undefined;
      return {};
    },
  );
  return known;
}

export function post(path, body, accept) {
  return write('POST', path, body, accept);
}

export function remove(path, params) {
  return write('DELETE', path + query(params));
}

async function write(method, path, body, accept) {
  const { csrf } = await who();
  try {
    return await ask(method, path, body, csrf, accept);
  } catch (problem) {
    if (problem.status !== 403) throw problem;
    // Another tab may have begun another session, which is the browser's now.
    session = undefined;
    const now = await who();
    if (now.csrf === csrf) throw problem;
    return ask(method, path, body, now.csrf, accept);
  }
}

export async function logIn(token) {
  const begun = await post('/v1/session', { token });
  session = undefined;
  return begun;
}

export async function logOut() {
  await remove('/v1/session', {});
  session = undefined;
}

/**
 * Follows new events; returns what ends that.
 *
 * @param onEvent is told of each with its time, in epoch ms
 * @param onState is told whether it is connected, and if not whether that was refused
 */
export function follow(onEvent, onState) {
  let stream;
  let again;
  const open = () => {
    stream = new EventSource('/v1/stream');
    stream.addEventListener('audit-event', ({ data }) => onEvent(Date.parse(JSON.parse(data).time)));
    stream.addEventListener('open', () => onState(true));
    stream.addEventListener('error', () => {
      const refused = stream.readyState === EventSource.CLOSED;
      onState(false, refused);
      // A browser tries again by itself if nobody answers, and never again after a refusal: that of
      // a proxy while the server restarts, or of a session that has ended.
      if (refused) again = setTimeout(open, 3000);
    });
  };
  open();
  return () => {
    clearTimeout(again);
    stream.close();
  };
}

/** `?a=b`, without what is empty; a list gives its name several times. */
export function query(params) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== '') search.append(name, one);
    }
  }
  const text = search.toString();
  return text ? '?' + text : '';
}

async function ask(method, path, body, csrf, accept) {
  const headers = {};
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (csrf) headers['X-CSRF-Token'] = csrf;
  if (accept) headers.Accept = accept;
  let response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'same-origin',
    });
  } catch {
    throw new Problem(
      0,
      'The server does not answer',
      'It may be restarting, or the connection is gone. What you see may be old; reload to try again.',
    );
  }
  if (response.ok) {
    if (response.status === 204) return undefined;
    return accept && !accept.includes('json') ? response.text() : response.json();
  }
  let problem = {};
  try {
    problem = await response.json();
  } catch {
    // A proxy in between answers in its own words.
  }
  throw new Problem(
    response.status,
    problem.title ?? `The server answered ${response.status}`,
    problem.detail ?? response.statusText,
  );
}
